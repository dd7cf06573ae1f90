import {
  AuthenticatorEnrolled,
  AuthenticatorRevoked,
  EmergencyAccessClosed,
  EmergencyAccessOpened,
  EmergencyAccessReviewed,
  PersonRevoked,
  RoleGranted,
  RoleWithdrawn,
  isEvent,
  type Role,
  type StreamEvent,
} from '@bcmed/events';
import { keyIdOf } from '@bcmed/seal';
import type { z } from 'zod';
import { entryOf, type Authenticator, type PeopleState, type Person, type RoleGrant } from './state.js';

/** Longest emergency access, whatever its event says. */
export const EMERGENCY_ACCESS_MINUTES = 30;

/** The unit that stands for every unit of the site. */
export const ALL_UNITS = 'all';

const NOBODY: Person = { revoked: false, credentialIds: [], roles: [] };

/**
 * What an event makes of the people. Pure: every service that folds the same prefix of the stream knows the same people, and an
 * event that is not about people changes nothing.
 *
 * Demands **admitted** events in the order of their positions, each once: what `@bcmed/admission` refused was never said. That the
 * one who enrolled or granted was allowed to is the affair of the service whose key sealed the event; here it is history.
 *
 * The careful reading wins: a revocation is for good and counts also before the enrolment that it revokes, a credential or key
 * belongs to the first who had it, and a withdrawal on `all` ends the role on every unit.
 */
export function evolvePeople(state: PeopleState, event: StreamEvent): PeopleState {
  if (isEvent(event, AuthenticatorEnrolled)) return enrol(state, event.subject, event.data);
  if (isEvent(event, AuthenticatorRevoked)) {
    const revoked = { ...state.revokedAuthenticators, [event.data.credentialId]: true as const };
    return { ...state, revokedAuthenticators: revoked };
  }
  if (isEvent(event, PersonRevoked)) {
    return change(state, event.subject, (person) => ({ ...person, revoked: true, roles: [] }));
  }
  if (isEvent(event, RoleGranted)) {
    const { role, unit, until } = event.data;
    return change(state, event.subject, (person) =>
      person.revoked ? person : { ...person, roles: granted(person.roles, role, unit, until) },
    );
  }
  if (isEvent(event, RoleWithdrawn)) {
    const { role, unit } = event.data;
    return change(state, event.subject, (person) => ({
      ...person,
      roles: withdrawn(person.roles, role, unit),
    }));
  }
  if (isEvent(event, EmergencyAccessOpened)) return openEmergency(state, event);
  if (isEvent(event, EmergencyAccessClosed)) {
    const open = entryOf(state.emergencies, event.subject);
    if (!open) return state;
    return { ...state, emergencies: { ...state.emergencies, [open.id]: { ...open, closed: true } } };
  }
  if (isEvent(event, EmergencyAccessReviewed)) {
    const { [event.subject]: _reviewed, ...emergencies } = state.emergencies;
    return { ...state, emergencies };
  }
  return state;
}

function change(state: PeopleState, name: string, changed: (person: Person) => Person): PeopleState {
  return {
    ...state,
    people: { ...state.people, [name]: changed(entryOf(state.people, name) ?? NOBODY) },
  };
}

function enrol(
  state: PeopleState,
  name: string,
  data: z.infer<typeof AuthenticatorEnrolled.data>,
): PeopleState {
  const { credentialId, kind, publicKey, relyingParty, origins } = data;
  const owner = entryOf(state.keyOwners, publicKey.x);
  if (entryOf(state.people, name)?.revoked) return state;
  // A second enrolment changes nothing, above all not whose it is.
  if (entryOf(state.authenticators, credentialId) || (owner !== undefined && owner !== name)) return state;
  if (kind === 'passkey' && (relyingParty === undefined || origins === undefined)) return state;
  if (kind === 'key' && credentialId !== keyIdOf(publicKey)) return state;
  const authenticator: Authenticator = {
    person: name,
    credentialId,
    kind,
    publicKey,
    ...(relyingParty === undefined ? {} : { relyingParty }),
    ...(origins === undefined ? {} : { origins }),
    demonstration: data.demonstration ?? false,
  };
  const withPerson = change(state, name, (person) => ({
    ...person,
    credentialIds: [...person.credentialIds, credentialId],
  }));
  return {
    ...withPerson,
    authenticators: { ...state.authenticators, [credentialId]: authenticator },
    // By x alone: (x, y) and (x, −y) have private keys that follow from one another.
    keyOwners: { ...state.keyOwners, [publicKey.x]: name },
  };
}

function granted(roles: readonly RoleGrant[], role: Role, unit: string, until?: string): RoleGrant[] {
  const others = roles.filter((grant) => grant.role !== role || grant.unit !== unit);
  return [...others, { role, unit, ...(until === undefined ? {} : { until }), except: [] }];
}

function withdrawn(roles: readonly RoleGrant[], role: Role, unit: string): RoleGrant[] {
  return roles.flatMap((grant) => {
    if (grant.role !== role) return [grant];
    if (unit === ALL_UNITS || grant.unit === unit) return [];
    return grant.unit === ALL_UNITS ? [{ ...grant, except: [...grant.except, unit] }] : [grant];
  });
}

function openEmergency(
  state: PeopleState,
  event: StreamEvent<z.infer<typeof EmergencyAccessOpened.data>>,
): PeopleState {
  const id = event.subject;
  if (entryOf(state.emergencies, id)) return state;
  const { person, patient, unit } = event.data;
  const latest = Date.parse(event.time) + EMERGENCY_ACCESS_MINUTES * 60_000;
  const until = new Date(Math.min(Date.parse(event.data.until), latest)).toISOString();
  const opened = { id, person, patient, unit, until, closed: false };
  return { ...state, emergencies: { ...state.emergencies, [id]: opened } };
}
