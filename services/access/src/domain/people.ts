import {
  AuthenticatorEnrolled,
  AuthenticatorRevoked,
  PersonRevoked,
  RoleGranted,
  RoleWithdrawn,
  type Role,
} from '@bcmed/events';
import { ALL_UNITS, identityOf, rolesAnywhere, rolesOn, type PeopleState } from '@bcmed/policy';
import type { z } from 'zod';
import { isOfDemonstration } from './demonstration.js';
import { decided, fact, refused, type Answer } from './fact.js';
import { entryOf } from '@bcmed/policy';

/** A role that is to be granted. */
export interface RoleWish {
  readonly role: Role;
  readonly unit: string;
  /** RFC 3339; absent without an end. */
  readonly until?: string | undefined;
}

/** With what somebody will sign, once it was verified that they hold it. */
export type NewAuthenticator = Omit<z.input<(typeof AuthenticatorEnrolled)['data']>, 'enrolledBy'>;

interface Common {
  readonly person: string;
  /** RFC 3339, by the clock of whoever decides. */
  readonly at: string;
  /** Person, `first-start`, or `demonstration`. */
  readonly by: string;
}

/** What can be wanted of a person. Whether the one who wants it may is asked of the policy beforehand. */
export type PeopleCommand =
  | (Common & {
      readonly kind: 'enrol';
      readonly authenticator: NewAuthenticator;
      readonly roles: readonly RoleWish[];
    })
  | (Common & { readonly kind: 'grant-role' } & RoleWish)
  | (Common & {
      readonly kind: 'withdraw-role';
      readonly role: Role;
      readonly unit: string;
      readonly reason: string;
    })
  | (Common & {
      readonly kind: 'revoke-authenticator';
      readonly credentialId: string;
      readonly reason: string;
    })
  | (Common & { readonly kind: 'revoke-person'; readonly reason: string });

/** Why not. A closed set. */
export type PeopleRefusal =
  | 'somebody-exists'
  | 'person-unknown'
  | 'person-revoked'
  | 'has-authenticator'
  | 'authenticator-taken'
  | 'authenticator-unknown'
  | 'role-ends-before'
  | 'role-not-held'
  | 'last-administrator';

/** Who enrols by the one-time link of the first start: nobody. */
export const FIRST_START = 'first-start';

/**
 * Whether nobody was ever enrolled who counts here. People of a demonstration are nobody to a production configuration, and those who
 * came by its doors are nobody to any: they take the place of the first administrator from no one.
 */
export function isNobodyYet({ authenticators, settings }: PeopleState): boolean {
  return !Object.values(authenticators).some(
    ({ demonstration, person }) =>
      !demonstration || (settings.allowDemonstration && !isOfDemonstration(person)),
  );
}

/** Whether somebody has an authenticator that counts, so that a further one for them could only be somebody else's. */
export function hasAuthenticator(people: PeopleState, person: string): boolean {
  return identityOf(people, person).enrolled;
}

/**
 * What the site answers to a command about a person. Pure.
 *
 * A person is enrolled once: a further authenticator is for somebody whose earlier ones were all revoked, so that nobody gets one
 * for a person who still has theirs. The last administrator of the site stays, or nobody could ever enrol anybody again.
 */
export function answerAboutPeople(command: PeopleCommand, people: PeopleState): Answer<PeopleRefusal> {
  const { person, by: actor } = command;
  const known = entryOf(people.people, person);
  if (known?.revoked) return refused('person-revoked');
  if (command.kind === 'enrol') return enrol(command, people);
  if (!known || known.credentialIds.length === 0) return refused('person-unknown');
  if (endsAdministration(command, people)) return refused('last-administrator');
  switch (command.kind) {
    case 'grant-role':
      return grant(command);
    case 'withdraw-role': {
      const { role, unit, reason } = command;
      if (!rolesHeld(people, command).includes(role)) return refused('role-not-held');
      return decided(fact(RoleWithdrawn, person, { role, unit, withdrawnBy: actor, reason }));
    }
    case 'revoke-authenticator': {
      const { credentialId, reason } = command;
      const authenticator = entryOf(people.authenticators, credentialId);
      if (authenticator?.person !== person) return refused('authenticator-unknown');
      if (entryOf(people.revokedAuthenticators, credentialId)) return decided();
      return decided(fact(AuthenticatorRevoked, person, { credentialId, revokedBy: actor, reason }));
    }
    case 'revoke-person':
      return decided(fact(PersonRevoked, person, { revokedBy: actor, reason: command.reason }));
    default:
      return command satisfies never;
  }
}

function enrol(
  { person, at, by, authenticator, roles }: Extract<PeopleCommand, { kind: 'enrol' }>,
  people: PeopleState,
): Answer<PeopleRefusal> {
  if (by === FIRST_START && !isNobodyYet(people)) return refused('somebody-exists');
  if (hasAuthenticator(people, person)) return refused('has-authenticator');
  const { credentialId, publicKey } = authenticator;
  const owner = entryOf(people.keyOwners, publicKey.x);
  const taken =
    entryOf(people.authenticators, credentialId) ?? entryOf(people.revokedAuthenticators, credentialId);
  if (taken !== undefined || (owner !== undefined && owner !== person)) return refused('authenticator-taken');
  if (roles.some(({ until }) => until !== undefined && !isLater(until, at)))
    return refused('role-ends-before');
  return decided(
    fact(AuthenticatorEnrolled, person, { ...authenticator, enrolledBy: by }),
    ...roles.map((role) => granted(person, role, by)),
  );
}

function grant({
  person,
  at,
  by,
  ...role
}: Extract<PeopleCommand, { kind: 'grant-role' }>): Answer<PeopleRefusal> {
  if (role.until !== undefined && !isLater(role.until, at)) return refused('role-ends-before');
  return decided(granted(person, role, by));
}

function granted(person: string, { role, unit, until }: RoleWish, grantedBy: string) {
  return fact(RoleGranted, person, { role, unit, ...(until === undefined ? {} : { until }), grantedBy });
}

/** RFC 3339 in UTC with milliseconds, of which the order of the letters is the order in time. */
const isLater = (one: string, other: string): boolean => one > other;

function rolesHeld(
  people: PeopleState,
  { person, unit, at }: { readonly person: string; readonly unit: string; readonly at: string },
): readonly Role[] {
  return unit === ALL_UNITS ? rolesAnywhere(people, person, at) : rolesOn(people, person, unit, at);
}

/** Whether a command takes the whole site's administration from the last one who has it without an end. */
function endsAdministration(
  command: Exclude<PeopleCommand, { kind: 'enrol' }>,
  people: PeopleState,
): boolean {
  const administrators = Object.keys(people.people).filter((person) => administers(people, person));
  if (administrators.length !== 1 || administrators[0] !== command.person) return false;
  switch (command.kind) {
    case 'revoke-person':
      return true;
    case 'revoke-authenticator': {
      const others = (entryOf(people.people, command.person)?.credentialIds ?? []).filter(
        (id) => id !== command.credentialId && !entryOf(people.revokedAuthenticators, id),
      );
      return others.length === 0;
    }
    case 'withdraw-role':
      return command.role === 'administrator' && command.unit === ALL_UNITS;
    case 'grant-role':
      // A role with an end replaces the one without.
      return command.role === 'administrator' && command.unit === ALL_UNITS && command.until !== undefined;
    default:
      return command satisfies never;
  }
}

function administers(people: PeopleState, person: string): boolean {
  const { enrolled, revoked, demonstration } = identityOf(people, person);
  if (!enrolled || revoked || (demonstration && !people.settings.allowDemonstration)) return false;
  return (entryOf(people.people, person)?.roles ?? []).some(
    ({ role, unit, until }) => role === 'administrator' && unit === ALL_UNITS && until === undefined,
  );
}
