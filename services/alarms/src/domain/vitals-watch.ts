import { VitalsSampled, isEvent, type StreamEvent } from '@bcmed/events';
import type { z } from 'zod';
import type { Finding } from './pump-watch.js';

type Sign = keyof z.infer<(typeof VitalsSampled)['data']>;

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
}

/** Delay in proportion to the distance from the limit, none at the critical value and beyond. */
export function signDelayMs({ limit, critical, delayMs }: SignLimit, value: number): number {
  const share = (critical - value) / (critical - limit);
  return delayMs * Math.min(1, Math.max(0, share));
}

/**
 * What a sample of vital signs means. Only what the monitor itself calls good begins or ends a condition: a lead that is off
 * is neither an alarm of the heart nor its end.
 */
export function interpretVitals(
  before: PatientWatch | undefined,
  event: StreamEvent,
  atMs: number,
): { readonly watch: PatientWatch; readonly findings: readonly Finding[] } {
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
  return { watch, findings };
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
