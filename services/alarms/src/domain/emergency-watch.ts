import { EmergencyAccessClosed, EmergencyAccessOpened, isEvent, type StreamEvent } from '@bcmed/events';
import type { Finding } from './pump-watch.js';

/** Somebody acts for a patient whom the policies would not have had act: those who were skipped have to hear of it. */
export const EMERGENCY_ACCESS = 'emergency-access';

/**
 * What the opening or the end of an emergency access means; undefined for every other event, and for an end of which nobody knows the
 * beginning. `patientOf` knows the patient of an open alarm by what it is about.
 */
export function emergencyFinding(
  event: StreamEvent,
  patientOf: (instance: string) => string | undefined,
): Finding | undefined {
  const instance = `emergency/${event.subject}`;
  const common = { condition: EMERGENCY_ACCESS, instance, cause: event.id };
  if (isEvent(event, EmergencyAccessOpened)) {
    const { person: actor, patient: source, unit } = event.data;
    return { kind: 'onset', ...common, source, since: event.time, actor, place: { unit } };
  }
  const source = isEvent(event, EmergencyAccessClosed) ? patientOf(instance) : undefined;
  return source === undefined ? undefined : { kind: 'clear', ...common, source, actor: event.actor };
}
