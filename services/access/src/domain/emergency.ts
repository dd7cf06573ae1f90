import { EmergencyAccessClosed, EmergencyAccessOpened, EmergencyAccessReviewed } from '@bcmed/events';
import { identityOf, rolesOn, rolesThatMay, type EmergencyAccess, type PeopleState } from '@bcmed/policy';
import { decided, fact, refused, type Answer } from './fact.js';
import { entryOf } from '@bcmed/policy';

export type EmergencyCause = 'resuscitation' | 'colleague-absent' | 'evacuation' | 'other';

interface Common {
  readonly id: string;
  /** RFC 3339, by the clock of whoever decides. */
  readonly at: string;
  readonly by: string;
}

export type EmergencyCommand =
  | (Common & {
      readonly kind: 'open';
      readonly patient: string;
      readonly unit: string;
      readonly cause: EmergencyCause;
      readonly reason: string;
      readonly until: string;
    })
  /** By the person themselves, or by somebody who may review it. */
  | (Common & { readonly kind: 'close' })
  | (Common & { readonly kind: 'expire' })
  | (Common & { readonly kind: 'review'; readonly justified: boolean; readonly words: string });

export type EmergencyRefusal = 'unknown' | 'open-already' | 'still-open' | 'closed' | 'not-expired';

/** More of those who were skipped have no room in one event; a unit has fewer people. */
const MOST_SKIPPED = 256;

/** What the site answers to a command about an emergency access. Pure; whether somebody may is asked of the policy beforehand. */
export function answerAboutEmergency(
  command: EmergencyCommand,
  people: PeopleState,
): Answer<EmergencyRefusal> {
  const access = entryOf(people.emergencies, command.id);
  if (command.kind === 'open') return open(command, people);
  if (!access) return refused('unknown');
  const { id, person } = access;
  switch (command.kind) {
    case 'close': {
      if (access.closed) return refused('closed');
      const cause = command.by === person ? 'ended' : 'withdrawn';
      return decided(fact(EmergencyAccessClosed, id, { person, cause, closedBy: command.by }));
    }
    case 'expire': {
      if (access.closed) return decided();
      if (command.at < access.until) return refused('not-expired');
      return decided(fact(EmergencyAccessClosed, id, { person, cause: 'expired', closedBy: command.by }));
    }
    case 'review': {
      if (!access.closed && command.at < access.until) return refused('still-open');
      const { by: reviewedBy, justified, words } = command;
      return decided(fact(EmergencyAccessReviewed, id, { person, reviewedBy, justified, words }));
    }
    default:
      return command satisfies never;
  }
}

function open(
  { id, at, by: person, patient, unit, cause, reason, until }: Extract<EmergencyCommand, { kind: 'open' }>,
  people: PeopleState,
): Answer<EmergencyRefusal> {
  const before = Object.values(people.emergencies).some(
    (access) => access.person === person && access.patient === patient && isOpen(access, at),
  );
  if (before) return refused('open-already');
  const skipped = skippedPeople(people, { unit, at, except: person }).slice(0, MOST_SKIPPED);
  return decided(fact(EmergencyAccessOpened, id, { person, patient, unit, cause, reason, skipped, until }));
}

export function isOpen({ closed, until }: EmergencyAccess, at: string): boolean {
  return !closed && at < until;
}

/** Everybody whom the policy would have had act instead: whoever may dose on the unit by their role. Sorted. */
export function skippedPeople(
  people: PeopleState,
  { unit, at, except }: { readonly unit: string; readonly at: string; readonly except: string },
): readonly string[] {
  const may = rolesThatMay('order-set-rate');
  return Object.keys(people.people)
    .filter((person) => {
      const { enrolled, revoked, demonstration } = identityOf(people, person);
      if (person === except || !enrolled || revoked) return false;
      if (demonstration && !people.settings.allowDemonstration) return false;
      return rolesOn(people, person, unit, at).some((role) => may.includes(role));
    })
    .sort();
}
