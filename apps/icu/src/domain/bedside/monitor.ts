import type { Vitals } from '@bcmed/physiology';
import type { SetVitals } from './stay.js';

/** What is stuck to or put into the patient, and can come off. */
export const SENSORS = [
  'ecg',
  'arterial-line',
  'pulse-oximeter',
  'ventilator',
  'bladder-probe',
  'urometer',
] as const;
export type Sensor = (typeof SENSORS)[number];

/** The quantities of a monitor, what measures them, and how many decimals it shows. */
const QUANTITIES = {
  heartRateBpm: { sensor: 'ecg', decimals: 1, of: (vitals) => vitals.heartRatePerMin },
  systolicPressureMmHg: {
    sensor: 'arterial-line',
    decimals: 1,
    of: (vitals) => vitals.systolicPressureMmHg,
  },
  diastolicPressureMmHg: {
    sensor: 'arterial-line',
    decimals: 1,
    of: (vitals) => vitals.diastolicPressureMmHg,
  },
  meanArterialPressureMmHg: {
    sensor: 'arterial-line',
    decimals: 1,
    of: (vitals) => vitals.meanArterialPressureMmHg,
  },
  saturationPercent: { sensor: 'pulse-oximeter', decimals: 0, of: (vitals) => vitals.saturationPercent },
  respiratoryRatePerMin: {
    sensor: 'ventilator',
    decimals: 0,
    of: (vitals) => vitals.respiratoryRatePerMin,
  },
  temperatureCelsius: { sensor: 'bladder-probe', decimals: 1, of: (vitals) => vitals.temperatureCelsius },
  urineOutputMlPerHour: { sensor: 'urometer', decimals: 0, of: (vitals) => vitals.urineOutputMlPerHour },
} as const satisfies Record<
  string,
  {
    readonly sensor: Sensor;
    readonly decimals: number;
    readonly of: (vitals: Vitals & SetVitals) => number | undefined;
  }
>;
type Quantity = keyof typeof QUANTITIES;
// Object.entries widens the keys; the table itself is closed.
const TABLE = Object.entries(QUANTITIES) as [Quantity, (typeof QUANTITIES)[Quantity]][];

/** One number on the screen. It has a value exactly when its quality is not bad. */
export interface Shown {
  readonly value?: number;
  readonly quality: 'good' | 'frozen' | 'bad';
  readonly source: Sensor;
}

/** What a monitor shows; a quantity that nobody connected is absent. */
export type MonitorReading = { readonly [K in Quantity]?: Shown };

/** A monitor and its cables, as plain data. */
export interface Monitor {
  readonly off: readonly Sensor[];
  /** The screen that it repeats; `silently`: without knowing or saying so. */
  readonly frozen: { readonly screen: MonitorReading; readonly silently: boolean } | null;
}

export const MONITOR_THAT_WORKS: Monitor = { off: [], frozen: null };

/** What the monitor shows of a patient, or of nobody. */
export function screenOf(monitor: Monitor, vitals: (Vitals & SetVitals) | null): MonitorReading {
  if (monitor.frozen !== null) return frozenScreen(monitor.frozen);
  const screen: Partial<Record<Quantity, Shown>> = {};
  for (const [quantity, { sensor, decimals, of }] of TABLE) {
    const value = vitals === null ? undefined : of(vitals);
    if (value === undefined) continue;
    screen[quantity] = monitor.off.includes(sensor)
      ? { quality: 'bad', source: sensor }
      : { value: Number(value.toFixed(decimals)), quality: 'good', source: sensor };
  }
  return screen;
}

function frozenScreen({ screen, silently }: NonNullable<Monitor['frozen']>): MonitorReading {
  if (silently) return screen;
  const told: Partial<Record<Quantity, Shown>> = {};
  for (const [quantity] of TABLE) {
    const shown = screen[quantity];
    if (shown === undefined) continue;
    told[quantity] = shown.quality === 'bad' ? shown : { ...shown, quality: 'frozen' };
  }
  return told;
}
