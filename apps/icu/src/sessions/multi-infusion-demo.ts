import type { WardAction } from '../domain/actions.js';
import { GUESSES } from '../domain/guesses.js';
import type { Session, SessionContext, Step } from './session.js';

const RATES_ML_PER_HOUR = [5, 12, 3.5] as const;
const BOLUS_RATE_ML_PER_HOUR = 600;
const FRESH_ENOUGH_ML = 10;
const TITRATED_ML_PER_HOUR = 6.5;

const rateOf = (pump: number): number => RATES_ML_PER_HOUR[pump % RATES_ML_PER_HOUR.length] ?? 5;

/** The scenes, by share of the session; the pump is counted modulo three, so every third pump plays the same part. */
function scenes(seconds: number): readonly (readonly [share: number, part: number, action: WardAction])[] {
  return [
    [0.1, 0, { action: 'set-rate', rateMlPerHour: TITRATED_ML_PER_HOUR }],
    [0.14, 1, { action: 'set-vtbi', volumeMl: 20 }],
    [0.2, 1, { action: 'stop' }],
    [0.3, 1, { action: 'start' }],
    [0.36, 1, { action: 'bolus', ...bolusOver(0.06 * seconds) }],
    [0.46, 2, { action: 'occlude', complianceMicrolitrePerMmHg: alarmsAfter(0.08 * seconds, rateOf(2)) }],
    [0.6, 2, { action: 'release' }],
    [0.66, 2, { action: 'start' }],
    [0.7, 0, { action: 'remove-syringe' }],
    [0.76, 0, { action: 'insert-syringe', contentMl: nearEndAfter(0.1 * seconds, TITRATED_ML_PER_HOUR) }],
    [0.78, 0, { action: 'start' }],
  ];
}

/**
 * What the command line's demonstration shows: start at different rates, a titration, pause and resume, a bolus, an
 * occlusion with its alarm and release, a syringe change, and the near end of an infusion. All pumps are left infusing,
 * the first one with its near-end alarm standing.
 */
export const multiInfusionDemo: Session = {
  name: 'multi-infusion-demo',
  says: 'start, rate change, pause and resume, bolus, occlusion and release, syringe change, near end',
  minimumSeconds: 20,
  *steps(context) {
    for (let pump = 0; pump < context.pumps; pump += 1) yield* makeReady(pump, context);
    for (let pump = 0; pump < context.pumps; pump += 1) {
      const atMs = 1000 * context.seconds * (0.01 + (0.05 * pump) / context.pumps);
      yield { atMs, pump, action: { action: 'set-rate', rateMlPerHour: rateOf(pump) } };
      yield { atMs, pump, action: { action: 'start' } };
    }
    for (const [share, part, action] of scenes(context.seconds)) {
      for (let pump = part; pump < context.pumps; pump += RATES_ML_PER_HOUR.length) {
        yield { atMs: 1000 * context.seconds * share, pump, action };
      }
    }
    yield { atMs: 1000 * context.seconds, pump: 0, action: null };
  },
};

function* makeReady(pump: number, { state }: SessionContext): Iterable<Step> {
  const { running, syringe, occlusion } = state(pump);
  const now = (action: WardAction): Step => ({ atMs: 0, pump, action });
  if (running) yield now({ action: 'stop' });
  if (occlusion !== null) yield now({ action: 'release' });
  if (syringe === null || syringe.contentMl < FRESH_ENOUGH_ML) {
    if (syringe !== null) yield now({ action: 'remove-syringe' });
    yield now({ action: 'insert-syringe' });
  }
}

function bolusOver(seconds: number): { volumeMl: number; rateMlPerHour: number } {
  return { rateMlPerHour: BOLUS_RATE_ML_PER_HOUR, volumeMl: (BOLUS_RATE_ML_PER_HOUR * seconds) / 3600 };
}

/** How stiff a closed line must be for the alarm to come after this time at this rate. */
export function alarmsAfter(seconds: number, rateMlPerHour: number): number {
  const riseMmHg = GUESSES.occlusionAlarmMmHg.value - GUESSES.restingPressureMmHg.value;
  return ((rateMlPerHour * seconds) / 3600 / riseMmHg) * 1000;
}

function nearEndAfter(seconds: number, rateMlPerHour: number): number {
  return (rateMlPerHour * (GUESSES.nearEndSeconds.value + seconds)) / 3600;
}
