import { randomUUID } from 'node:crypto';
import { authorise, initialPeople, evolvePeople, type PeopleState, type PolicyRequest } from '@bcmed/policy';
import { LatencyWindow } from '@bcmed/telemetry';
import { AuthenticatorEnrolled, RoleGranted, createEvent, type EventDefinition } from '@bcmed/events';
import { generatePrivateKey, keyIdOf, publicJwkOf } from '@bcmed/seal';
import type { z } from 'zod';
import type { Benchmark, Figure } from './table.ts';

const SECONDS = 10;
const PEOPLE = 200;
const BATCH = 100;
const ADMIN = 'person-admin';
const TIME = '2026-11-20T12:00:00.000Z';

/**
 * How many decisions one process makes in a second: who, what and about whom go through the policies of the product, over a site with two
 * hundred people, one that is allowed and one that is denied in words.
 */
export const access: Benchmark = ({ say, seconds = SECONDS }) => {
  const people = site();
  const resource = { kind: 'pump', id: '8002-51740', unit: 'icu-1', patient: 'stay-4d' } as const;
  const ask = (index: number, unit: string): PolicyRequest => ({
    person: `person-${index % PEOPLE}`,
    action: 'order-set-rate',
    resource: { ...resource, unit },
  });
  const figures = (
    [
      ['allowed', 'icu-1'],
      ['denied', 'icu-2'],
    ] as const
  ).flatMap(([outcome, unit]): Figure[] => {
    say(`${outcome} for ${seconds / 2} s`);
    const window = new LatencyWindow(100_000);
    const beganMs = performance.now();
    let decisions = 0;
    while (performance.now() - beganMs < (seconds / 2) * 1_000) {
      const batchMs = performance.now();
      for (let one = 0; one < BATCH; one++) {
        const decision = authorise(ask(decisions++, unit), people, { at: new Date().toISOString() });
        if (decision.outcome !== outcome)
          throw new Error(`${decision.outcome}, not ${outcome}: ${JSON.stringify(decision)}`);
      }
      window.add(((performance.now() - batchMs) / BATCH) * 1_000);
    }
    const perSecond = decisions / ((performance.now() - beganMs) / 1_000);
    const { p50, p99 } = window.quantiles() ?? { p50: Number.NaN, p99: Number.NaN };
    return [
      { what: `${outcome}: decisions`, value: perSecond, unit: '1/s', comparedWith: 'one process' },
      { what: `${outcome}: one decision p50`, value: p50, unit: 'µs', comparedWith: `means of ${BATCH}` },
      { what: `${outcome}: one decision p99`, value: p99, unit: 'µs' },
    ];
  });
  return Promise.resolve({ load: `${PEOPLE} nurses of icu-1 order at a pump, one after the other`, figures });
};

/** A site as the stream would tell it. */
function site(): PeopleState {
  let people = initialPeople({ allowDemonstration: false });
  for (let index = 0; index < PEOPLE; index++) {
    const person = `person-${index}`;
    const say = <Data extends z.ZodObject>(definition: EventDefinition<Data>, data: z.input<Data>): void => {
      const attributes = { id: randomUUID(), source: 'access/1', entity: person, time: TIME, site: 'bench' };
      people = evolvePeople(people, createEvent(definition, { ...attributes, actor: ADMIN }, data));
    };
    const key = generatePrivateKey();
    const publicKey = publicJwkOf(key);
    const credentialId = keyIdOf(publicKey);
    say(AuthenticatorEnrolled, { credentialId, kind: 'key', publicKey, enrolledBy: ADMIN });
    say(RoleGranted, { role: 'nurse', unit: 'icu-1', grantedBy: ADMIN });
  }
  return people;
}
