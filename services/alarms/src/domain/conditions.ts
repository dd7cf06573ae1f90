import { EMERGENCY_ACCESS } from './emergency-watch.js';
import type { Hazard } from './priority.js';
import { SIGN_LIMITS, VITALS_FROZEN, VITALS_NO_DATA, criticalOf } from './vitals-watch.js';

/** An alarm condition: what it says, how dangerous it is, and how it behaves. Data; nothing else knows a condition by name. */
export interface Condition {
  readonly name: string;
  readonly text: string;
  readonly kind: 'physiological' | 'technical' | 'other';
  readonly hazard: Hazard;
  /** Instead of {@link hazard} where the pump gives a drug of which minutes without it do harm. */
  readonly hazardIfVasoactive?: Hazard;
  /** Shown until acknowledged, also when its source ended it: whoever comes too late must see that it was. */
  readonly latching: boolean;
  /** Members of one group within the window are one episode. */
  readonly bindBy: 'pump' | 'bed' | 'adapter';
  /** How long people are not told yet while it is not high; what ends by itself before is recorded and disturbs nobody. */
  readonly notifyAfterMs: number;
  /** Within these bounds the delay may be learned. */
  readonly guardMs: readonly [low: number, high: number];
}

const HIGH_NOW: Hazard = { harm: 'irreversible', onset: 'immediate' };
const HIGH: Hazard = { harm: 'irreversible', onset: 'prompt' };
const MEDIUM: Hazard = { harm: 'reversible', onset: 'prompt' };
const LOW: Hazard = { harm: 'minor', onset: 'prompt' };

/** Alertmanager's 30 s are too long here: at most 5 s for medium. */
const MEDIUM_DELAY = { notifyAfterMs: 5_000, guardMs: [0, 19_000] } as const;
/** A delay of 14 s removes half of the ignored and ineffective alarms, 19 s two thirds (PMID 19372334). */
const LOW_DELAY = { notifyAfterMs: 15_000, guardMs: [0, 60_000] } as const;

type Rest = Partial<Pick<Condition, 'hazardIfVasoactive' | 'latching' | 'bindBy' | 'kind'>>;

function condition(name: string, hazard: Hazard, text: string, rest: Rest = {}): Condition {
  const delay = hazard === LOW ? LOW_DELAY : MEDIUM_DELAY;
  return { name, text, hazard, kind: 'technical', latching: false, bindBy: 'pump', ...delay, ...rest };
}

const VASOACTIVE_HIGH: Rest = { hazardIfVasoactive: HIGH };

/**
 * Terms of pumps' own alarms, as `libs/pump-protocols` names them for every family. Priorities follow the fault catalogue of
 * the design: what stops a drug of short half-life, or lets it run freely, is high.
 */
export const PUMP_TERMS: readonly Condition[] = [
  condition('occlusion', HIGH, 'The line is blocked: pressure above the limit', { bindBy: 'bed' }),
  condition('communication-lost', HIGH, 'The pump heard nothing for too long and has stopped', {
    latching: true,
  }),
  condition('syringe-not-captured', HIGH, 'The syringe is not held, or was taken out'),
  condition('drive-disengaged', HIGH, 'The plunger drive is not engaged'),
  condition('line-disconnected', HIGH, 'The line seems to have come off: pressure fell', { latching: true }),
  condition('air-in-line', HIGH, 'Air in the line: the pump has stopped'),
  condition('free-flow', HIGH_NOW, 'More flows than is set', { latching: true }),
  condition('door-open', MEDIUM, 'The door or the syringe clamp is open', VASOACTIVE_HIGH),
  condition('pressure-disc-missing', MEDIUM, 'The pressure disc is not fitted'),
  condition('near-end-of-infusion', MEDIUM, 'The syringe will be empty soon'),
  condition('end-of-infusion-stopped', HIGH, 'The syringe is empty and the pump has stopped'),
  condition('end-of-infusion-keep-vein-open', HIGH, 'The syringe is nearly empty; it keeps the vein open'),
  condition('volume-to-be-infused-complete', MEDIUM, 'The set volume is in and the infusion goes on'),
  condition(
    'volume-to-be-infused-stopped',
    MEDIUM,
    'The set volume is in and the pump has stopped',
    VASOACTIVE_HIGH,
  ),
  condition(
    'volume-to-be-infused-keep-vein-open',
    MEDIUM,
    'The set volume is in; it keeps the vein open',
    VASOACTIVE_HIGH,
  ),
  condition('mains-lost', LOW, 'Mains power is gone, the pump runs on its battery', { bindBy: 'bed' }),
  condition('battery-low', MEDIUM, 'The battery is low', VASOACTIVE_HIGH),
  condition('battery-low-on-mains', LOW, 'The battery is low while mains power is there'),
  condition('battery-empty', HIGH, 'The battery is empty', { latching: true }),
  condition('call-back', MEDIUM, 'The pump stands idle and asks for attention'),
  condition('malfunction', HIGH, 'The pump found a fault in itself', { latching: true }),
  condition('rate-high', MEDIUM, 'The rate is above a limit', VASOACTIVE_HIGH),
  condition('titration-target', LOW, 'A state of target-controlled infusion'),
  condition('titration-cancelled', LOW, 'A titration was cancelled'),
  condition('titration-not-confirmed', LOW, 'A titration was not confirmed'),
  condition('unknown-alarm', HIGH, 'The pump shows an alarm that nobody here knows'),
];

/** What this service notices itself. */
export const OWN = {
  lost: condition('cannot-monitor', MEDIUM, 'The pump no longer answers: it cannot be watched', {
    ...VASOACTIVE_HIGH,
    bindBy: 'adapter',
  }),
  silent: condition('no-data', MEDIUM, 'Nothing is heard of the pump: it cannot be watched', {
    ...VASOACTIVE_HIGH,
    bindBy: 'adapter',
  }),
  pressureRising: condition('pressure-rising', MEDIUM, 'The pressure in the line rises: it may be closing'),
  vasoactiveStopped: condition('vasoactive-stopped', HIGH, 'A vasoactive drug no longer runs', {
    kind: 'physiological',
  }),
  outcomeUnknown: condition(
    'command-outcome-unknown',
    MEDIUM,
    'Nobody knows whether the pump took a command',
    VASOACTIVE_HIGH,
  ),
  targetHeld: condition(
    'target-held',
    MEDIUM,
    'No step came in time: the pump keeps a rate that never passes its target, and nobody steers it',
  ),
  targetEnded: condition(
    'target-ended',
    MEDIUM,
    'The target ended by itself: the pump keeps a rate that nobody ordered, and nobody steers it',
  ),
  stopFailed: condition('stop-failed', HIGH_NOW, 'The pump was told to stop and did not'),
  vitalsNoData: condition(
    VITALS_NO_DATA,
    MEDIUM,
    'Nothing is heard of the monitor: the patient cannot be watched',
    VASOACTIVE_HIGH,
  ),
  vitalsFrozen: condition(
    VITALS_FROZEN,
    MEDIUM,
    'The monitor repeats its values: the patient cannot be watched',
    VASOACTIVE_HIGH,
  ),
  emergencyAccess: {
    // Whoever comes when it is over must hear of it all the same, and nobody learns to wait for it.
    ...condition(EMERGENCY_ACCESS, MEDIUM, 'Somebody outside the unit took emergency access to a patient', {
      kind: 'other',
      latching: true,
    }),
    notifyAfterMs: 0,
    guardMs: [0, 0],
  },
} as const satisfies Readonly<Record<string, Condition>>;

const SIGN_TEXT: Readonly<Record<string, string>> = {
  'saturation-low': 'The oxygen saturation is low',
  'arterial-pressure-low': 'The mean arterial pressure is low',
  'arterial-pressure-high': 'The mean arterial pressure is high',
  'heart-rate-low': 'The heart rate is low',
  'heart-rate-high': 'The heart rate is high',
};

/** Two for each limit of a vital sign. The graded delay came before them, so people are told at once. */
const VITALS: readonly Condition[] = SIGN_LIMITS.flatMap((limit) => {
  const text = SIGN_TEXT[limit.name] ?? limit.name;
  const rest = { kind: 'physiological' } as const;
  return [
    { ...condition(limit.name, MEDIUM, text, rest), notifyAfterMs: 0 },
    condition(criticalOf(limit), HIGH, `${text}: beyond the critical value`, { ...rest, latching: true }),
  ];
});

/** Name on the stream of a pump's own alarm: its term with this before it. */
export const PUMP_PREFIX = 'pump-';

const ALL: ReadonlyMap<string, Condition> = new Map([
  ...PUMP_TERMS.map((one) => [`${PUMP_PREFIX}${one.name}`, one] as const),
  ...[...Object.values(OWN), ...VITALS].map((one) => [one.name, one] as const),
]);

const UNKNOWN = `${PUMP_PREFIX}unknown-alarm`;

/** Name of the condition for a term of a pump; a term that nobody knows is the worst until somebody has looked. */
export function conditionOfTerm(term: string): string {
  const name = `${PUMP_PREFIX}${term}`;
  return ALL.has(name) ? name : UNKNOWN;
}

export function conditionNamed(name: string): Condition {
  const found = ALL.get(name) ?? ALL.get(UNKNOWN);
  if (!found) throw new RangeError(`no condition ${name}`);
  return found;
}

export function conditionNames(): readonly string[] {
  return [...ALL.keys()];
}

/** Beginnings of the labels of drugs that raise or lower the blood pressure within minutes. */
const VASOACTIVE = [
  'norad',
  'norepi',
  'adren',
  'epineph',
  'dopam',
  'dobut',
  'vasopr',
  'argipr',
  'phenyleph',
  'metaram',
  'ephedr',
  'angiotens',
  'levosim',
  'milrin',
  'enoxim',
  'isopren',
  'isoprot',
  'nitropr',
  'snp',
  'nitrogl',
  'gtn',
  'glyceryl',
  'nicard',
  'clevid',
  'esmol',
  'labet',
  'epopr',
];

/** Whether a pump's drug label names a vasoactive drug. KNOWN: a label that nobody chose says nothing. */
export function isVasoactive(drugName: string | undefined): boolean {
  const words = drugName?.toLowerCase().split(/[^a-z]+/) ?? [];
  return words.some((word) => VASOACTIVE.some((beginning) => word.startsWith(beginning)));
}
