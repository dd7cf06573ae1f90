import type { Role } from '@bcmed/events';
import type { PublicJwk } from '@bcmed/seal';

/** What a deployment decides and the stream does not. */
export interface PeopleSettings {
  /** Whether authenticators that were made for a demonstration count. A production configuration says false. */
  readonly allowDemonstration: boolean;
}

/** With what a person signs. */
export interface Authenticator {
  readonly person: string;
  readonly credentialId: string;
  readonly kind: 'passkey' | 'key';
  readonly publicKey: PublicJwk;
  /** Passkey: host for which it was made. */
  readonly relyingParty?: string;
  /** Passkey: origins from which an assertion is believed. */
  readonly origins?: readonly string[];
  readonly demonstration: boolean;
}

/** A role as it was granted; whether it holds somewhere at some time is asked of `rolesOn`. */
export interface RoleGrant {
  readonly role: Role;
  /** A care unit, or `all`. */
  readonly unit: string;
  /** RFC 3339; the role has ended from then on. */
  readonly until?: string;
  /** For `all`: units on which it was withdrawn since. */
  readonly except: readonly string[];
}

export interface Person {
  /** For good: somebody who comes back gets a new pseudonym. */
  readonly revoked: boolean;
  readonly credentialIds: readonly string[];
  readonly roles: readonly RoleGrant[];
}

/** Access of one person to one patient outside their units. Forgotten when it was reviewed. */
export interface EmergencyAccess {
  readonly id: string;
  readonly person: string;
  readonly patient: string;
  readonly unit: string;
  /** RFC 3339: what the event says, at most 30 minutes after its beginning. */
  readonly until: string;
  readonly closed: boolean;
}

/**
 * Who is known, with what they sign, and what they are, at one position of the stream. Plain data: `JSON.stringify` is its
 * snapshot and {@link restorePeople} reads it. Records are keyed by what came from outside, so read them with `entryOf` only.
 */
export interface PeopleState {
  readonly settings: PeopleSettings;
  readonly people: Readonly<Record<string, Person>>;
  /** By credential id; it belongs to the first person for whom it was enrolled. */
  readonly authenticators: Readonly<Record<string, Authenticator>>;
  readonly revokedAuthenticators: Readonly<Record<string, true>>;
  /** Person by the x coordinate of a public key: one key cannot be two people. */
  readonly keyOwners: Readonly<Record<string, string>>;
  readonly emergencies: Readonly<Record<string, EmergencyAccess>>;
}

/** Nobody is known. */
export function initialPeople(settings: PeopleSettings): PeopleState {
  return {
    settings: { allowDemonstration: settings.allowDemonstration },
    people: {},
    authenticators: {},
    revokedAuthenticators: {},
    keyOwners: {},
    emergencies: {},
  };
}

/**
 * A snapshot under the settings of today: the events are the same under every setting, so a snapshot that a demonstration left
 * behind cannot bring its people into production. Demands a snapshot that this library's own state was written as.
 */
export function restorePeople(snapshot: PeopleState, settings: PeopleSettings): PeopleState {
  return { ...snapshot, settings: { allowDemonstration: settings.allowDemonstration } };
}

/** What a record holds under a name from outside; `constructor` and its like are names as any other. */
export function entryOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
