import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entityFilter, sealed, TestLog } from '../test/server.js';
import { runDecision, type Decider, type DecisionSettings } from './decide.js';
import { EventLog, type StoredEntity } from './event-log.js';
import type { LogMessage, SealedEvent } from './messages.js';

const test = new TestLog();
beforeAll(() => test.start());
afterAll(() => test.stop());

interface Bolus {
  readonly millilitres: number;
  readonly id: string;
}

/** At most 10 ml in all; an empty answer when it would be more. */
const boluses: Decider<number, Bolus, Bolus> = {
  initialState: 0,
  evolve: (total, { millilitres }) => total + millilitres,
  decide: (bolus, total) => (total + bolus.millilitres > 10 ? [] : [bolus]),
};

function settings(entity: string): DecisionSettings<Bolus> {
  return {
    log: test.log,
    filter: entityFilter(entity),
    open: ({ body }: LogMessage) => JSON.parse(Buffer.from(body).toString()) as Bolus, // written by seal below
    seal: (events): SealedEvent[] =>
      events.map((bolus) => ({ ...sealed(entity, 'bolus-given', JSON.stringify(bolus)), id: bolus.id })),
    maxAttempts: 20,
  };
}

describe('a decision', () => {
  it('is taken on what is stored and stored with it', async () => {
    const first = await runDecision(boluses, { millilitres: 6, id: 'd1' }, settings('d-one'));
    const second = await runDecision(boluses, { millilitres: 6, id: 'd2' }, settings('d-one'));
    expect([first.state, first.appended.length]).toStrictEqual([6, 1]);
    expect([second.state, second.events]).toStrictEqual([6, []]);
  });

  it('never breaks its rule although many decide at once', async () => {
    const attempts = Array.from({ length: 12 }, (_, n) =>
      runDecision(boluses, { millilitres: 3, id: `race-${n}` }, settings('d-race')),
    );
    const decided = await Promise.all(attempts);
    expect(decided.filter(({ events }) => events.length > 0)).toHaveLength(3);
    expect((await test.log.readEntity(entityFilter('d-race'))).messages).toHaveLength(3);
  });

  it('that always loses says so', async () => {
    class DisturbedLog extends EventLog {
      override async readEntity(filter: string, from?: bigint): Promise<StoredEntity> {
        const entity = await super.readEntity(filter, from);
        await this.append(sealed('d-lose', 'bolus-given', '{"millilitres":1,"id":"x"}'));
        return entity;
      }
    }
    const disturbed = { ...settings('d-lose'), log: new DisturbedLog(test.connection), maxAttempts: 2 };
    await expect(runDecision(boluses, { millilitres: 1, id: 'l1' }, disturbed)).rejects.toMatchObject({
      code: 'BCM-LOG-CONTENDED',
    });
  });
});
