import type { Role } from '@bcmed/events';
import { ALL_UNITS } from './evolve.js';
import { entryOf, type PeopleState, type RoleGrant } from './state.js';

/** Whether a moment lies before an end. An unreadable moment lies before nothing: what depends on it has ended. */
export function isBefore(at: string, end: string): boolean {
  return Date.parse(at) < Date.parse(end);
}

function inForce({ until }: RoleGrant, at: string): boolean {
  return until === undefined || isBefore(at, until);
}

function covers(grant: RoleGrant, unit: string): boolean {
  return grant.unit === unit || (grant.unit === ALL_UNITS && !grant.except.includes(unit));
}

/**
 * Roles that a person has on a unit at that time. `at` is RFC 3339 and comes from the clock of whoever decides; for unit `all` only
 * roles on all units count. Empty for a stranger.
 */
export function rolesOn(people: PeopleState, person: string, unit: string, at: string): readonly Role[] {
  const grants = entryOf(people.people, person)?.roles ?? [];
  return distinct(grants.filter((grant) => covers(grant, unit) && inForce(grant, at)));
}

/** Roles that a person has on any unit at that time. */
export function rolesAnywhere(people: PeopleState, person: string, at: string): readonly Role[] {
  return distinct((entryOf(people.people, person)?.roles ?? []).filter((grant) => inForce(grant, at)));
}

const distinct = (grants: readonly RoleGrant[]): Role[] => [...new Set(grants.map(({ role }) => role))];

/** Patients to whom a person has emergency access at that time; each access is for one. */
export function emergencyPatients(people: PeopleState, person: string, at: string): readonly string[] {
  return Object.values(people.emergencies)
    .filter((access) => access.person === person && !access.closed && isBefore(at, access.until))
    .map(({ patient }) => patient);
}

/** Whether a person can still prove to be themselves, and whether that is for a demonstration only. */
export interface Identity {
  /** Has an authenticator that was not revoked. */
  readonly enrolled: boolean;
  readonly revoked: boolean;
  /** Every authenticator that was not revoked was made for a demonstration. */
  readonly demonstration: boolean;
}

export function identityOf(people: PeopleState, name: string): Identity {
  const person = entryOf(people.people, name);
  const usable = (person?.credentialIds ?? [])
    .filter((id) => !entryOf(people.revokedAuthenticators, id))
    .flatMap((id) => entryOf(people.authenticators, id) ?? []);
  return {
    enrolled: usable.length > 0,
    revoked: person?.revoked ?? false,
    demonstration: usable.length > 0 && usable.every(({ demonstration }) => demonstration),
  };
}

/** Why an authenticator proves nobody any more; undefined while it does. */
export type AuthenticatorFault =
  'person-unknown' | 'person-revoked' | 'authenticator-revoked' | 'demonstration';

/**
 * Whether somebody who proved to be a person with this very authenticator still is: the authenticator is theirs and holds, and so do
 * they. Another authenticator of the same person does not count.
 */
export function authenticatorFault(
  people: PeopleState,
  { person, credentialId }: { readonly person: string; readonly credentialId: string },
): AuthenticatorFault | undefined {
  if (identityOf(people, person).revoked) return 'person-revoked';
  const authenticator = entryOf(people.authenticators, credentialId);
  if (authenticator?.person !== person) return 'person-unknown';
  if (entryOf(people.revokedAuthenticators, credentialId)) return 'authenticator-revoked';
  return authenticator.demonstration && !people.settings.allowDemonstration ? 'demonstration' : undefined;
}
