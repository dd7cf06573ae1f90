import { AuthenticatorEnrolled, createEvent, derivedId, type Role, type StreamEvent } from '@bcmed/events';
import { evolvePeople, initialPeople, type PeopleState } from '@bcmed/policy';
import { keyIdOf, publicJwkOf } from '@bcmed/seal';
import { fixtureKey } from '@bcmed/testing';
import type { Answer, Fact } from '../src/domain/fact.js';
import { answerAboutPeople, type NewAuthenticator, type PeopleCommand } from '../src/domain/people.js';

export const NOON = '2026-11-20T12:00:00.000Z';
export const minutes = (count: number): string => new Date(Date.parse(NOON) + count * 60_000).toISOString();

/** A key that follows from a name. */
export function authenticatorOf(name: string, demonstration = false): NewAuthenticator {
  const publicKey = publicJwkOf(fixtureKey(name));
  const mark = demonstration ? { demonstration } : {};
  return { credentialId: keyIdOf(publicKey), kind: 'key', publicKey, ...mark };
}

/** The people of a site as the deciders' own facts make them: every fact goes through the strict catalogue. */
export class SitePeople {
  people: PeopleState;
  readonly events: StreamEvent[] = [];

  constructor(allowDemonstration = false) {
    this.people = initialPeople({ allowDemonstration });
  }

  said(...facts: readonly Fact[]): this {
    for (const { definition, entity, data } of facts) {
      const id = derivedId('test', String(this.events.length));
      const event = createEvent(
        definition,
        { id, source: 'access/1', entity, time: NOON, site: 's1', actor: 'person-admin' },
        { ...data },
      );
      this.events.push(event);
      this.people = evolvePeople(this.people, event);
    }
    return this;
  }

  decided(answer: Answer<string>): this {
    if (answer.outcome === 'refused') throw new Error(`refused: ${answer.reason}`);
    return this.said(...answer.facts);
  }

  when(command: PeopleCommand): this {
    return this.decided(answerAboutPeople(command, this.people));
  }

  /** Somebody with a key and one role. */
  member(person: string, role: Role, unit = 'icu-1'): this {
    return this.when({
      kind: 'enrol',
      person,
      at: NOON,
      by: 'person-admin',
      authenticator: authenticatorOf(person),
      roles: [{ role, unit }],
    });
  }
}

/** Names of the facts of an answer, or the reason of a refusal. */
export function saying(answer: Answer<string>): readonly string[] {
  return answer.outcome === 'refused'
    ? [answer.reason]
    : answer.facts.map(({ definition }) => definition.name);
}

export { AuthenticatorEnrolled };
