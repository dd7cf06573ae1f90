import type { Role } from '@bcmed/events';
import { ALL_UNITS, rolesOn, type PolicyRequest } from '@bcmed/policy';
import { keyIdOf, type PublicJwk } from '@bcmed/seal';
import type { Clock } from '../adapters/clock.js';
import type { AccessRecord } from '../adapters/access-record.js';
import { newPseudonym } from '../adapters/tokens.js';
import { answerAboutPeople, hasAuthenticator, type PeopleCommand, type RoleWish } from '../domain/people.js';
import { entryOf } from '@bcmed/policy';
import type { Authority } from './authority.js';
import type { Decisions } from './decisions.js';
import type { Enrolment } from './enrolment.js';
import { demandPossible } from './refusals.js';

export interface PeopleDeskParts {
  readonly trust: AccessRecord;
  readonly authority: Authority;
  readonly decisions: Decisions;
  readonly enrolment: Enrolment;
  readonly clock: Clock;
}

/** A change without who made it and when. */
type Change<Command = PeopleCommand> = Command extends unknown ? Omit<Command, 'by' | 'at'> : never;

/** A person as administrators see them. */
export interface Shown {
  readonly person: string;
  readonly revoked: boolean;
  readonly roles: readonly { role: Role; unit: string; until?: string; except?: readonly string[] }[];
  readonly authenticators: readonly {
    credentialId: string;
    kind: 'passkey' | 'key';
    revoked: boolean;
    demonstration: boolean;
  }[];
}

const WHOLE_SITE = { kind: 'unit', unit: ALL_UNITS } as const;

/** What administrators do with people. Each wish is decided by the policies for the very person who wishes it. */
export class PeopleDesk {
  constructor(private readonly parts: PeopleDeskParts) {}

  list(by: string): readonly Shown[] {
    this.parts.authority.demandRead({ person: by, action: 'enrol-person', resource: WHOLE_SITE });
    const { people } = this.parts.trust;
    return Object.keys(people.people)
      .sort()
      .map((person) => this.#shown(person));
  }

  /** What somebody is at this moment, for themselves. */
  rolesOf(person: string): readonly { role: Role; unit: string }[] {
    const { people } = this.parts.trust;
    const at = this.parts.clock.at();
    return (entryOf(people.people, person)?.roles ?? [])
      .filter(({ role, unit }) => rolesOn(people, person, unit, at).includes(role))
      .map(({ role, unit }) => ({ role, unit }));
  }

  /** A one-time link for somebody new, or for somebody whose authenticators were all revoked. */
  link(
    by: string,
    roles: readonly RoleWish[],
    given?: string,
  ): { person: string; address: string; expiresAt: string } {
    const { decisions, enrolment, trust, authority } = this.parts;
    decisions.demandCurrent();
    const person = given ?? newPseudonym();
    authority.demandRead({ person: by, action: 'enrol-person', resource: WHOLE_SITE });
    this.#demandGrants(by, person, roles);
    if (entryOf(trust.people.people, person)?.revoked)
      demandPossible({ outcome: 'refused', reason: 'person-revoked' });
    if (hasAuthenticator(trust.people, person))
      demandPossible({ outcome: 'refused', reason: 'has-authenticator' });
    return { person, ...enrolment.createLink({ person, roles, by }) };
  }

  /** Somebody (a program) who signs with a key. */
  async enrolKey(
    by: string,
    {
      publicKey,
      roles,
      person = newPseudonym(),
    }: { publicKey: PublicJwk; roles: readonly RoleWish[]; person?: string | undefined },
  ): Promise<{ person: string; credentialId: string }> {
    const credentialId = keyIdOf(publicKey);
    const { allowDemonstration } = this.parts.trust.people.settings;
    const demonstration = allowDemonstration ? { demonstration: true } : {};
    const authenticator = { credentialId, kind: 'key' as const, publicKey, ...demonstration };
    await this.#change(by, { kind: 'enrol', person, authenticator, roles }, () => {
      this.parts.authority.demand({ person: by, action: 'enrol-person', resource: WHOLE_SITE });
      this.#demandGrants(by, person, roles);
    });
    return { person, credentialId };
  }

  grant(by: string, person: string, role: RoleWish): Promise<void> {
    return this.#change(by, { kind: 'grant-role', person, ...role }, () =>
      this.#demandGrants(by, person, [role]),
    );
  }

  withdraw(by: string, person: string, wish: { role: Role; unit: string; reason: string }): Promise<void> {
    return this.#change(by, { kind: 'withdraw-role', person, ...wish }, () =>
      this.#demandGrants(by, person, [wish]),
    );
  }

  revokeAuthenticator(
    by: string,
    person: string,
    wish: { credentialId: string; reason: string },
  ): Promise<void> {
    return this.#change(by, { kind: 'revoke-authenticator', person, ...wish }, () =>
      this.#demandRevoke(by, person),
    );
  }

  revoke(by: string, person: string, reason: string): Promise<void> {
    return this.#change(by, { kind: 'revoke-person', person, reason }, () => this.#demandRevoke(by, person));
  }

  async #change(by: string, change: Change, demand: () => void): Promise<void> {
    const { decisions, trust } = this.parts;
    const answer = await decisions.take({
      entity: change.person,
      actor: by,
      decide: (at) => {
        demand();
        return answerAboutPeople({ ...change, by, at }, trust.people);
      },
    });
    demandPossible(answer);
  }

  #demandGrants(by: string, person: string, roles: readonly { readonly unit: string }[]): void {
    for (const { unit } of roles) {
      const request: PolicyRequest = { person: by, action: 'grant-role', resource: { kind: 'unit', unit } };
      this.parts.authority.demand(request, { about: person });
    }
  }

  #demandRevoke(by: string, person: string): void {
    const request: PolicyRequest = { person: by, action: 'revoke-person', resource: WHOLE_SITE };
    this.parts.authority.demand(request, { about: person });
  }

  #shown(person: string): Shown {
    const { people, authenticators, revokedAuthenticators } = this.parts.trust.people;
    const found = entryOf(people, person);
    return {
      person,
      revoked: found?.revoked ?? false,
      roles: (found?.roles ?? []).map(({ except, ...role }) => ({
        ...role,
        ...(except.length === 0 ? {} : { except }),
      })),
      authenticators: (found?.credentialIds ?? []).flatMap((credentialId) => {
        const authenticator = entryOf(authenticators, credentialId);
        if (!authenticator) return [];
        const { kind, demonstration } = authenticator;
        const revoked = entryOf(revokedAuthenticators, credentialId) === true;
        return [{ credentialId, kind, revoked, demonstration }];
      }),
    };
  }
}
