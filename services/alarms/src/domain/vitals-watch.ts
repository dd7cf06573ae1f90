import { VitalsSampled, isEvent, type StreamEvent } from '@bcmed/events';
import type { z } from 'zod';
import type { Finding, Heard } from './pump-watch.js';

type Sample = z.infer<(typeof VitalsSampled)['data']>;
type Sign = keyof Sample;

/** Nothing is measured of the patient: the monitor is silent, or speaks and has no signal. */
export const VITALS_NO_DATA = 'vitals-no-data';
/** What the monitor shows is repeated, whether it says so or not. */
export const VITALS_FROZEN = 'vitals-frozen';

export interface VitalsRules {
  /** So long without any measured value and the patient cannot be watched. */
  readonly vitalsSilenceMs: number;
  /** Living values move: so long the same to the last digit and they are repeated. */
  readonly vitalsFrozenMs: number;
}

/** A limit of one vital sign: two conditions, of which the critical one is high and never waits. */
export interface SignLimit {
  readonly name: string;
  readonly sign: Sign;
  readonly side: 'low' | 'high';
  readonly limit: number;
  /** Beyond this nothing is delayed. */
  readonly critical: number;
  /** Waiting at the limit itself; less the further beyond it the value is. */
  readonly delayMs: number;
  /** So far inside the limit it must be again. */
  readonly margin: number;
}

/**
 * KNOWN: limits of an adult that nobody has set for this patient. Delays follow the graded ones of the field (BMJ Qual Saf
 * 158917): 15 s close to the limit, none far beyond it.
 */
export const SIGN_LIMITS: readonly SignLimit[] = [
  sign('saturation', 'saturationPercent', 'low', { limit: 90, critical: 60, delayMs: 15_000, margin: 1 }),
  sign('arterial-pressure', 'meanArterialPressureMmHg', 'low', {
    limit: 60,
    critical: 45,
    delayMs: 10_000,
    margin: 2,
  }),
  sign('arterial-pressure', 'meanArterialPressureMmHg', 'high', {
    limit: 120,
    critical: 145,
    delayMs: 10_000,
    margin: 2,
  }),
  sign('heart-rate', 'heartRateBpm', 'low', { limit: 45, critical: 35, delayMs: 10_000, margin: 2 }),
  sign('heart-rate', 'heartRateBpm', 'high', { limit: 130, critical: 170, delayMs: 15_000, margin: 3 }),
];

function sign(
  name: string,
  of: Sign,
  side: 'low' | 'high',
  rest: Pick<SignLimit, 'limit' | 'critical' | 'delayMs' | 'margin'>,
): SignLimit {
  return { name: `${name}-${side}`, sign: of, side, ...rest };
}

/** Name of the condition beyond the critical value. */
export const criticalOf = ({ name }: SignLimit): string => `${name}-critical`;

/** What is believed of one patient's vital signs. */
export interface PatientWatch {
  readonly patient: string;
  /** Since when a sign is beyond its limit, by the limit's name. */
  readonly beyond: Readonly<Record<string, number>>;
  /** Conditions that hold. */
  readonly active: readonly string[];
  /** What the monitor last showed; absent in what an older version of this service wrote, until the next sample. */
  readonly screen?: Screen | undefined;
}

interface Screen {
  /** The sender that speaks for the monitor. */
  readonly gateway: string;
  /** Our clock when it last showed any value. */
  readonly shownMs: number;
  readonly lastEvent: string;
  readonly lastTime: string;
  /** All values, as one text. */
  readonly values: string;
  /** The source's time since when they are the same. */
  readonly sinceMs: number;
  readonly frozen: boolean;
  /** Whether its silence is known: it was found, or the patient was disconnected and nobody waits for it. */
  readonly silent: boolean;
}

/** Delay in proportion to the distance from the limit, none at the critical value and beyond. */
export function signDelayMs({ limit, critical, delayMs }: SignLimit, value: number): number {
  const share = (critical - value) / (critical - limit);
  return delayMs * Math.min(1, Math.max(0, share));
}

/**
 * What a sample of vital signs means. Only what the monitor itself calls good begins or ends a condition of the patient: a lead
 * that is off is neither an alarm of the heart nor its end. Whatever has a value says that the monitor is there.
 */
export function interpretVitals(
  before: PatientWatch | undefined,
  heard: Heard,
  rules: VitalsRules,
): { readonly watch: PatientWatch; readonly findings: readonly Finding[] } {
  const { event, atMs } = heard;
  let watch = before ?? { patient: event.subject, beyond: {}, active: [] };
  if (!isEvent(event, VitalsSampled)) return { watch, findings: [] };
  const findings: Finding[] = [];
  for (const limit of SIGN_LIMITS) {
    const reading = event.data[limit.sign];
    if (reading?.quality !== 'good' || reading.value === undefined) continue;
    const judged = judge(watch, limit, reading.value, atMs);
    watch = judged.watch;
    for (const { condition, begins } of judged.turned) findings.push(finding(event, condition, begins));
  }
  const seen = look(watch.screen, heard, event.data, rules);
  return { watch: { ...watch, screen: seen.screen }, findings: [...seen.findings, ...findings] };
}

/** The condition `vitals-no-data`, when it is due. Its cause is the last sample that had a value. */
export function fallBlind(
  watch: PatientWatch,
  nowMs: number,
  rules: VitalsRules,
): { readonly watch: PatientWatch; readonly findings: readonly Finding[] } | undefined {
  const { patient: source, screen } = watch;
  if (!screen || blindDueMs(watch, rules) > nowMs) return undefined;
  const { lastEvent: cause, lastTime: since, gateway: actor } = screen;
  return {
    watch: { ...watch, screen: { ...screen, silent: true } },
    findings: [{ kind: 'onset', condition: VITALS_NO_DATA, source, cause, since, actor }],
  };
}

/** When silence of the monitor becomes a condition; never for one that never showed anything. */
export function blindDueMs({ screen }: PatientWatch, { vitalsSilenceMs }: VitalsRules): number {
  return !screen || screen.silent ? Number.POSITIVE_INFINITY : screen.shownMs + vitalsSilenceMs;
}

/** The last pump was disconnected on purpose: the patient may have left, and nobody waits for the monitor until it shows something. */
export function letGo(
  watch: PatientWatch,
  event: StreamEvent,
): { readonly watch: PatientWatch; readonly findings: readonly Finding[] } {
  const { patient: source, screen } = watch;
  const ended = (condition: string): Finding => ({
    kind: 'clear',
    condition,
    source,
    cause: event.id,
    actor: event.actor,
  });
  return {
    watch: { ...watch, screen: screen && { ...screen, silent: true, frozen: false } },
    findings: [ended(VITALS_NO_DATA), ended(VITALS_FROZEN)],
  };
}

/** Quantities that move from beat to beat; a saturation in whole percent may rightly stand still for minutes. */
const LIVELY: readonly Sign[] = [
  'heartRateBpm',
  'systolicPressureMmHg',
  'diastolicPressureMmHg',
  'meanArterialPressureMmHg',
];

/** What the screen as a whole says, apart from its numbers. */
function look(
  before: Screen | undefined,
  { event, atMs, nowMs }: Heard,
  data: Sample,
  { vitalsFrozenMs }: VitalsRules,
): { readonly screen: Screen | undefined; readonly findings: readonly Finding[] } {
  const shown = Object.entries(data).flatMap(([sign, reading]) =>
    reading?.value === undefined
      ? []
      : [{ sign: sign as Sign, value: reading.value, quality: reading.quality }],
  );
  // A screen without any value is as good as none: the clock of its silence runs on.
  if (shown.length === 0) return { screen: before, findings: [] };
  const values = shown.map(({ sign, value }) => `${sign} ${value}`).join(' ');
  // What was not seen in between may have moved.
  const sinceMs = before?.values === values && !before.silent ? before.sinceMs : atMs;
  const isLively = shown.some(({ sign }) => LIVELY.includes(sign));
  const repeats = isLively && atMs - sinceMs >= vitalsFrozenMs;
  const frozen = repeats || shown.every(({ quality }) => quality === 'frozen');
  const screen: Screen = {
    gateway: event.source,
    shownMs: Math.max(nowMs, before?.shownMs ?? nowMs),
    lastEvent: event.id,
    lastTime: event.time,
    values,
    sinceMs,
    frozen,
    silent: false,
  };
  // Whatever is shown ends the silence, also one that an earlier life of this service has found; so it is with frozen values.
  const findings = [finding(event, VITALS_NO_DATA, false)];
  if (!frozen) findings.push(finding(event, VITALS_FROZEN, false));
  else if (before?.frozen !== true) findings.push(finding(event, VITALS_FROZEN, true));
  return { screen, findings };
}

interface Turned {
  readonly condition: string;
  readonly begins: boolean;
}

function judge(
  watch: PatientWatch,
  limit: SignLimit,
  value: number,
  atMs: number,
): { readonly watch: PatientWatch; readonly turned: readonly Turned[] } {
  const over = (bound: number): number => (limit.side === 'low' ? bound - value : value - bound);
  const isBeyond = over(limit.limit) > 0;
  const { [limit.name]: since = atMs, ...others } = watch.beyond;
  const beyond = isBeyond ? { ...others, [limit.name]: since } : others;
  const waited = isBeyond && atMs - since >= signDelayMs(limit, value);
  const turned = [
    turn(watch, limit.name, waited, over(limit.limit) <= -limit.margin),
    turn(watch, criticalOf(limit), over(limit.critical) >= 0, over(limit.critical) <= -limit.margin),
  ].filter((one) => one !== undefined);
  const ended = turned.filter(({ begins }) => !begins).map(({ condition }) => condition);
  const begun = turned.filter(({ begins }) => begins).map(({ condition }) => condition);
  const active = [...watch.active.filter((one) => !ended.includes(one)), ...begun];
  return { watch: { ...watch, beyond, active }, turned };
}

function turn(
  { active }: PatientWatch,
  condition: string,
  begins: boolean,
  ends: boolean,
): Turned | undefined {
  const holds = active.includes(condition);
  if (!holds && begins) return { condition, begins: true };
  return holds && ends ? { condition, begins: false } : undefined;
}

function finding(event: StreamEvent, condition: string, begins: boolean): Finding {
  const { subject: source, id: cause, time: since, actor } = event;
  return begins
    ? { kind: 'onset', condition, source, cause, since, actor }
    : { kind: 'clear', condition, source, cause, actor };
}
