import type { Quantiles } from '@bcmed/telemetry';
import type { PlayedSession } from './session.js';

/** What a demonstration must have brought about, beside a log that verifies: what its script does at the pumps. */
const MUST_HAPPEN = [
  'connected',
  'infusion-started',
  'rate-changed',
  'vtbi-changed',
  'infusion-stopped',
  'bolus-given',
  'alarm-raised',
  'alarm-cleared',
  'syringe-changed',
  'status-sampled',
].map((name) => `bcmed.pump.${name}`);

/** Alarms of the pumps in the script: the occlusion, the syringe that is taken out, and the near end of the infusion. */
const MUST_ALARM = ['AL_OCCLU', 'AL_SYRCO', 'AL_NEOIN'];

/** What is judged. */
export interface Performance {
  readonly verified: boolean;
  readonly rejected: number;
  readonly session: PlayedSession;
  readonly types: Readonly<Record<string, number>>;
  readonly pumpAlarms: Readonly<Record<string, number>>;
  readonly latencyMs: Quantiles | null;
}

/**
 * Why a demonstration did not show what it is to show, one sentence each; none when all is well. Nothing in the script is an event that
 * the ledger refuses: every rejection counts. Orders that dosing refuses are events of their own and not meant here.
 */
export function shortcomings(seen: Performance): string[] {
  const { session } = seen;
  return [
    ...(seen.verified ? [] : ['the log does not verify']),
    ...(seen.rejected === 0 ? [] : [`the ledger refused ${seen.rejected} events`]),
    ...(session.state === 'finished' ? [] : [`the session at the pumps was ${session.state} before its end`]),
    ...session.refused.map(
      ({ pump, action, reason }) => `pump ${pump + 1} did not take ${action}: ${reason}`,
    ),
    ...MUST_HAPPEN.filter((type) => seen.types[type] === undefined).map((type) => `there was no ${type}`),
    ...MUST_ALARM.filter((code) => seen.pumpAlarms[code] === undefined).map(
      (code) => `no pump raised ${code}`,
    ),
    ...(seen.latencyMs === null ? ['no event was seen on its way to a confirmed block'] : []),
  ];
}
