import { AppendOutcomeUnknownError, EventLog, subjects, type Appended } from '@bcmed/event-log';
import { parseEvent } from '@bcmed/events';
import { fixtureSealer } from '@bcmed/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Site } from '../../test/site.js';
import { authorising, NOON, placing } from '../../test/ward.js';
import { decide, evolve, type Infusion } from '../domain/order/index.js';
import { Infusions } from '../views/infusions.js';
import { Decisions } from './decisions.js';

let site: Site;
beforeAll(async () => {
  site = await Site.begin();
});
afterAll(() => site.end());

/** Stores, or does not, and says that nobody knows. */
class DoubtfulLog extends EventLog {
  doubts = 1;
  stores = true;

  override async appendDecision(
    ...given: Parameters<EventLog['appendDecision']>
  ): Promise<readonly Appended[]> {
    if (this.doubts-- <= 0) return super.appendDecision(...given);
    if (this.stores) await super.appendDecision(...given);
    throw new AppendOutcomeUnknownError('no answer');
  }
}

function decisionsOn(log: EventLog) {
  const infusions = new Infusions();
  const signature = { site: 's1', source: 'dosing/1', sealer: fixtureSealer('dosing') };
  const believe = ({ body }: { body: Uint8Array }) => {
    const parsed = parseEvent(body);
    return parsed.ok ? parsed.event : undefined;
  };
  return { infusions, decisions: new Decisions({ log, signature, infusions, believe }) };
}

const occasion = { actor: 'nurse', at: NOON, key: 'k' };
/** Places and authorises; each infusion has a command of its own. */
const both = (infusionId: string) => (state: Infusion) => {
  if (state.authorised !== undefined) return [];
  const placed = decide(placing(), state);
  const commandId = infusionId.replace('00f', '0cf');
  return [...placed, ...decide(authorising({ commandId }), placed.reduce(evolve, state))];
};
const typesOf = async (filter: string) => {
  const { messages } = await site.events.readEntity(filter);
  return messages.map(({ subject }) => subject.split('.').at(-1));
};

describe('a decision whose answer was lost', () => {
  it.each([
    ['that was stored', true, '01994f7e-7c00-7000-8000-0000000000f1'],
    ['that was not', false, '01994f7e-7c00-7000-8000-0000000000f2'],
  ])('%s stands once, and what it says to the pump with it', async (_, stores, infusionId) => {
    const log = new DoubtfulLog(site.connection);
    log.stores = stores;
    const { decisions, infusions } = decisionsOn(log);
    const { row } = await decisions.runWith(infusionId, both(infusionId), occasion);
    expect(row.state.authorised).toBeDefined();
    const about = await typesOf(subjects.entity('s1', 'dosing', infusionId));
    expect(about).toEqual(['order-placed', 'infusion-authorised']);
    expect(infusions.row(infusionId).state.authorised?.commandId).toBe(row.state.authorised?.commandId);
  });

  it('that comes again with a cause is not said again', async () => {
    const infusionId = '01994f7e-7c00-7000-8000-0000000000f3';
    const log = new DoubtfulLog(site.connection);
    log.doubts = 0;
    const { decisions } = decisionsOn(log);
    await decisions.runWith(infusionId, both(infusionId), occasion);
    log.doubts = 1;
    const cause = '01994f7e-7c00-7000-8000-0000000000f9';
    const response = {
      delivery: 'running',
      volumeInfusedMl: 0,
      finding: 'as-ordered',
      words: 'runs',
    } as const;
    const once = (state: Infusion, row: { causes: readonly string[] }) =>
      row.causes.includes(cause) ? [] : decide({ type: 'assess', at: NOON, response }, state);
    await decisions.runWith(infusionId, once, { ...occasion, cause });
    const about = await typesOf(subjects.entity('s1', 'dosing', infusionId));
    expect(about).toEqual(['order-placed', 'infusion-authorised', 'response-assessed']);
  });
});

describe('two who decide on one infusion at once', () => {
  it('do not both authorise it', async () => {
    const infusionId = '01994f7e-7c00-7000-8000-0000000000f4';
    const [one, other] = [decisionsOn(site.events), decisionsOn(site.events)];
    await Promise.all(
      [one, other].map(({ decisions }) => decisions.runWith(infusionId, both(infusionId), occasion)),
    );
    const about = await typesOf(subjects.entity('s1', 'dosing', infusionId));
    expect(about).toEqual(['order-placed', 'infusion-authorised']);
  });
});
