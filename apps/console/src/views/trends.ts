import { isEvent, StatusSampled, VitalsSampled, type StreamEvent } from '@bcmed/events';
import type { PumpTrend, VitalSign, VitalsTrend } from '../domain/live.js';
import { Trend, TREND_STEP_MS, trendStartMs } from '../domain/trend.js';
import { measured, VITAL_SIGNS, vitalsOf } from './folds/vitals.js';

interface PumpCurves {
  readonly pressureMmHg: Trend;
  readonly rateMlPerHour: Trend;
}

type VitalCurves = Partial<Record<VitalSign, Trend>>;

/** The last two hours of every pump and patient. Takes samples in any order, so that what is old may be read after what is new. */
export class Trends {
  /** By the name of the pump in subjects. */
  readonly #pumps = new Map<string, PumpCurves>();
  readonly #patients = new Map<string, VitalCurves>();

  take(event: StreamEvent): void {
    if (isEvent(event, StatusSampled)) this.takeStatus(event);
    else if (isEvent(event, VitalsSampled)) this.takeVitals(event);
  }

  takeStatus({
    subject,
    time,
    data,
  }: StreamEvent<ReturnType<(typeof StatusSampled)['data']['parse']>>): void {
    const curves = this.#pumps.get(subject) ?? { pressureMmHg: new Trend(), rateMlPerHour: new Trend() };
    this.#pumps.set(subject, curves);
    const atMs = Date.parse(time);
    curves.pressureMmHg.note(atMs, data.pressureMmHg);
    curves.rateMlPerHour.note(atMs, data.state === 'infusing' ? data.rateMlPerHour : 0);
  }

  takeVitals(event: StreamEvent<ReturnType<(typeof VitalsSampled)['data']['parse']>>): void {
    const { patient, atMs, signs } = vitalsOf(event);
    const curves = this.#patients.get(patient) ?? {};
    this.#patients.set(patient, curves);
    for (const sign of VITAL_SIGNS) {
      if (signs[sign] === undefined && curves[sign] === undefined) continue;
      (curves[sign] ??= new Trend()).note(atMs, measured(signs[sign]));
    }
  }

  forgetPatient(patient: string): void {
    this.#patients.delete(patient);
  }

  /** `serial` is the name of the pump in subjects. */
  pumps(nowMs: number): PumpTrend[] {
    const grid = { startMs: trendStartMs(nowMs), stepMs: TREND_STEP_MS };
    return [...this.#pumps].map(([serial, { pressureMmHg, rateMlPerHour }]) => ({
      serial,
      ...grid,
      pressureMmHg: pressureMmHg.values(nowMs),
      rateMlPerHour: rateMlPerHour.values(nowMs),
    }));
  }

  patients(nowMs: number): VitalsTrend[] {
    const grid = { startMs: trendStartMs(nowMs), stepMs: TREND_STEP_MS };
    return [...this.#patients].map(([patient, curves]) => ({
      patient,
      ...grid,
      signs: Object.fromEntries(
        Object.entries(curves).map(([sign, curve]) => [sign, curve.values(nowMs)] as const),
      ),
    }));
  }
}
