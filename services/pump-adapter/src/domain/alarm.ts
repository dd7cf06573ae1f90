import { happened, type PumpEvent } from './events.js';
import type { Reading, ShownAlarm } from './input.js';
import type { Belief } from './state.js';

/** The flag itself, as the pump writes it: what is raised when the pump shows an alarm that it never names. */
const NAMELESS: ShownAlarm = { vendorCode: 'A', term: 'unknown-alarm' };
/** One reading may fall between flag and name; two in a row mean that nobody will tell. */
const PATIENCE_READINGS = 2;

export interface AlarmOutcome {
  readonly events: readonly PumpEvent[];
  /** What the pump shows now, as far as is known. */
  readonly alarm?: ShownAlarm;
  readonly unexplainedFlags: number;
}

/**
 * Which alarm the pump shows now. Its name counts more than its flag; a flag that stays without a name becomes
 * an unknown alarm rather than none, and a flag that stays down clears an alarm whose name could not be read.
 */
export function alarmEvents(reading: Reading, belief: Belief, unexplainedFlags: number): AlarmOutcome {
  const { alarm: named, status } = reading;
  const current = belief.alarm;
  const nameless = status.alarmActive && (named === null || (named === undefined && current === undefined));
  const silentlyGone = !status.alarmActive && named === undefined && current !== undefined;
  const unexplained = nameless || silentlyGone ? unexplainedFlags + 1 : 0;
  const keep = current?.vendorCode === NAMELESS.vendorCode && nameless;
  const next = nextAlarm();
  const same = next?.vendorCode === current?.vendorCode;
  const logEntryId = status.logEntryId;
  const events = same
    ? []
    : [
        ...(current ? [happened('alarm-cleared', 'pump', { ...current, logEntryId })] : []),
        ...(next ? [happened('alarm-raised', 'pump', { ...next, logEntryId })] : []),
      ];
  return { events, ...(next && { alarm: next }), unexplainedFlags: unexplained };

  function nextAlarm(): ShownAlarm | undefined {
    if (named) return named;
    if (keep || (nameless && unexplained >= PATIENCE_READINGS)) return NAMELESS;
    if (named === null) return undefined;
    return silentlyGone && unexplained >= PATIENCE_READINGS ? undefined : current;
  }
}
