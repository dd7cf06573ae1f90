/** How urgent an alarm is until the alarm service has weighed it with everything else that it knows. */
export type AlarmPriority = 'none' | 'low' | 'medium' | 'high';

/** Where the meaning of a code comes from: seen in recorded traffic, or our reading of its letters. */
export type MeaningBasis = 'recorded' | 'guessed';

/** One code of the pump's vocabulary in our words. */
export interface AsenaAlarmMeaning {
  readonly code: string;
  /** Our term, the same for every pump family. */
  readonly term: string;
  /** KNOWN: our estimate; no public document states the pump's own priorities. */
  readonly priority: AlarmPriority;
  readonly basis: MeaningBasis;
  readonly says: string;
}

const guessed = (code: string, term: string, priority: AlarmPriority, says: string): AsenaAlarmMeaning => ({
  code,
  term,
  priority,
  basis: 'guessed',
  says,
});

const recorded = (code: string, term: string, priority: AlarmPriority, says: string): AsenaAlarmMeaning => ({
  code,
  term,
  priority,
  basis: 'recorded',
  says,
});

/**
 * Every alarm code that appears in public code about this pump. The codes are recorded; what most of them mean is our
 * guess, and `basis` says so.
 */
export const ASENA_ALARMS: readonly AsenaAlarmMeaning[] = [
  recorded('AL_NOALM', 'none', 'none', 'No alarm.'),
  recorded('AL_OCCLU', 'occlusion', 'high', 'The line is blocked: pressure above the limit.'),
  guessed('AL_COMTO', 'communication-lost', 'high', 'Started over serial and heard nothing for too long.'),
  guessed('AL_SYRCO', 'syringe-not-captured', 'high', 'The syringe is not held, or was taken out.'),
  guessed('AL_DRDIS', 'drive-disengaged', 'high', 'The plunger drive is not engaged.'),
  guessed('AL_LDSCN', 'line-disconnected', 'high', 'The line seems to have come off: pressure fell.'),
  guessed('AL_PRDSC', 'pressure-disc-missing', 'medium', 'The pressure disc is not fitted.'),
  guessed('AL_NEOIN', 'near-end-of-infusion', 'medium', 'The syringe will be empty soon.'),
  guessed('AL_EOIST', 'end-of-infusion-stopped', 'high', 'The syringe is empty and the pump has stopped.'),
  guessed(
    'AL_EOIKV',
    'end-of-infusion-keep-vein-open',
    'high',
    'The syringe is nearly empty; the pump keeps the vein open.',
  ),
  guessed(
    'AL_VTBIC',
    'volume-to-be-infused-complete',
    'medium',
    'The set volume is in and the infusion goes on.',
  ),
  guessed(
    'AL_VTBIS',
    'volume-to-be-infused-stopped',
    'medium',
    'The set volume is in and the pump has stopped.',
  ),
  guessed(
    'AL_VTBIK',
    'volume-to-be-infused-keep-vein-open',
    'medium',
    'The set volume is in; the pump keeps the vein open.',
  ),
  guessed('AL_ACDIS', 'mains-lost', 'low', 'Mains power is gone, the pump runs on its battery.'),
  guessed('AL_LWBAT', 'battery-low', 'medium', 'The battery is low.'),
  guessed('AL_LBTAC', 'battery-low-on-mains', 'low', 'The battery is low while mains power is there.'),
  guessed('AL_EMBAT', 'battery-empty', 'high', 'The battery is empty.'),
  guessed('AL_CALLB', 'call-back', 'medium', 'The pump stands idle and asks for attention.'),
  guessed('AL_FAULT', 'malfunction', 'high', 'The pump found a fault in itself.'),
  guessed('AL_RHIGH', 'rate-high', 'medium', 'The rate is above a limit.'),
  guessed('AL_TCITG', 'titration-target', 'low', 'A state of target-controlled infusion.'),
  guessed('AL_TITCA', 'titration-cancelled', 'low', 'A state of titration.'),
  guessed('AL_TITNC', 'titration-not-confirmed', 'low', 'A state of titration.'),
];

const BY_CODE: ReadonlyMap<string, AsenaAlarmMeaning> = new Map(
  ASENA_ALARMS.map((alarm) => [alarm.code, alarm]),
);

/** What a code that nobody knows is taken for: the worst, until somebody has looked. */
export const UNKNOWN_ALARM = { term: 'unknown-alarm', priority: 'high' } as const;

/** A code as the pump sent it, with our reading of it. */
export interface AlarmReadingOfCode {
  readonly code: string;
  readonly term: string;
  readonly priority: AlarmPriority;
  readonly basis: MeaningBasis | 'unknown';
}

/**
 * Our reading of a vendor code. An unknown code is kept letter by letter and becomes a high-priority "unknown-alarm";
 * it is never dropped. A blank for the underscore is accepted, since one source writes `AL DRDIS`.
 */
export function readAlarmCode(code: string): AlarmReadingOfCode {
  const known = BY_CODE.get(code) ?? BY_CODE.get(code.replace(' ', '_'));
  if (known === undefined) return { code, ...UNKNOWN_ALARM, basis: 'unknown' };
  return { code, term: known.term, priority: known.priority, basis: known.basis };
}
