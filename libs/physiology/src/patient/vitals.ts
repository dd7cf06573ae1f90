import type { CirculationBaseline } from '../haemodynamics/su2023.js';

export interface Vitals {
  readonly heartRatePerMin: number;
  readonly meanArterialPressureMmHg: number;
  readonly systolicPressureMmHg: number;
  readonly diastolicPressureMmHg: number;
  readonly cardiacOutputLPerMin: number;
  readonly strokeVolumeMl: number;
}

/**
 * Pulse pressure of a person at rest over mean pressure. Our assumption: some 40 mmHg at 92, as in a textbook's
 * 120 over 80; it stands for the stiffness of the arteries.
 */
const PULSE_SHARE_AT_REST = 0.44;

/**
 * Fills in what follows from rate, pressure and output. Nothing falls below 0, for the linear bank knows no floor.
 *
 * Systolic and diastolic pressure are derived and no model of their own: the pulse pressure goes with the stroke volume,
 * from 0.44 of the mean pressure at rest, and the mean lies a third of it above the diastolic. Good for a monitor's
 * picture, and for no conclusion.
 */
export function vitalsFrom(
  rest: CirculationBaseline,
  known: Pick<Vitals, 'heartRatePerMin' | 'meanArterialPressureMmHg' | 'cardiacOutputLPerMin'>,
): Vitals {
  const heartRatePerMin = Math.max(0, known.heartRatePerMin);
  const meanArterialPressureMmHg = Math.max(0, known.meanArterialPressureMmHg);
  const cardiacOutputLPerMin = Math.max(0, known.cardiacOutputLPerMin);
  const strokeVolumeMl = heartRatePerMin > 0 ? (1000 * cardiacOutputLPerMin) / heartRatePerMin : 0;
  const wanted = PULSE_SHARE_AT_REST * rest.meanArterialPressureMmHg * (strokeVolumeMl / rest.strokeVolumeMl);
  const pulsePressureMmHg = Math.min(wanted, 3 * meanArterialPressureMmHg);
  const diastolicPressureMmHg = meanArterialPressureMmHg - pulsePressureMmHg / 3;
  return {
    heartRatePerMin,
    meanArterialPressureMmHg,
    systolicPressureMmHg: diastolicPressureMmHg + pulsePressureMmHg,
    diastolicPressureMmHg,
    cardiacOutputLPerMin,
    strokeVolumeMl,
  };
}
