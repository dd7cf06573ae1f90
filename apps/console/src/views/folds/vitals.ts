import type { StreamEvent, VitalsSampled } from '@bcmed/events';
import type { Reading, VitalSign, VitalsView } from '../../domain/live.js';

export const VITAL_SIGNS: readonly VitalSign[] = [
  'heartRateBpm',
  'systolicPressureMmHg',
  'diastolicPressureMmHg',
  'meanArterialPressureMmHg',
  'saturationPercent',
  'respiratoryRatePerMin',
  'temperatureCelsius',
  'urineOutputMlPerHour',
];

type Sampled = StreamEvent<ReturnType<(typeof VitalsSampled)['data']['parse']>>;

/** A sample as it is shown: every sign that was connected, with how far it may be believed. */
export function vitalsOf({ subject: patient, time, data }: Sampled): VitalsView {
  const signs: Partial<Record<VitalSign, Reading>> = {};
  for (const sign of VITAL_SIGNS) {
    const reading = data[sign];
    if (reading === undefined) continue;
    const { value, quality } = reading;
    signs[sign] = { ...(value !== undefined && { value }), quality };
  }
  return { patient, atMs: Date.parse(time), signs };
}

/** What of a reading is a point of a curve: a frozen or bad one is none. */
export function measured(reading: Reading | undefined): number | undefined {
  return reading?.quality === 'good' || reading?.quality === 'questionable' ? reading.value : undefined;
}
