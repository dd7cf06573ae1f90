import type { WardAction } from '../domain/actions.js';
import { Dice } from '../domain/random.js';
import type { PumpState } from '../domain/state.js';
import { alarmsAfter } from './multi-infusion-demo.js';
import type { Session } from './session.js';

const SECOND = 1000;
const CHANGE_SYRINGE_BELOW_ML = 4;
const FIRST_RATES_ML_PER_HOUR = [5, 12, 3.5] as const;

/** One small story at one pump: what happens, and how long after the line before. */
type Scene = readonly (readonly [afterMs: number, action: WardAction])[];

/** [weight, story]; the heavier, the more often. */
const SCENES: readonly (readonly [weight: number, tell: (state: PumpState, dice: Dice) => Scene])[] = [
  [
    50,
    ({ setRateMlPerHour }, dice) => [
      [0, { action: 'set-rate', rateMlPerHour: titrated(setRateMlPerHour, dice) }],
    ],
  ],
  [16, (_, dice) => [[0, { action: 'bolus', volumeMl: Number(dice.between(0.2, 0.5).toFixed(2)) }]]],
  [
    12,
    (_, dice) => [
      [0, { action: 'stop' }],
      [dice.between(4, 8) * SECOND, { action: 'start' }],
    ],
  ],
  [
    8,
    ({ setRateMlPerHour }, dice) => [
      [
        0,
        {
          action: 'occlude',
          complianceMicrolitrePerMmHg: alarmsAfter(dice.between(6, 10), setRateMlPerHour),
        },
      ],
      [14 * SECOND, { action: 'release' }],
      [4 * SECOND, { action: 'start' }],
    ],
  ],
  [6, (_, dice) => [[0, { action: 'set-vtbi', volumeMl: Math.round(dice.between(5, 20)) }]]],
  [
    5,
    (_, dice) => [
      [0, { action: 'mains-off' }],
      [dice.between(5, 10) * SECOND, { action: 'mains-on' }],
    ],
  ],
  [3, () => [[0, { action: 'clear-volume' }]]],
];
const TOTAL_WEIGHT = SCENES.reduce((sum, [weight]) => sum + weight, 0);

const RESTART: Scene = [[0, { action: 'start' }]];
const CHANGE_SYRINGE: Scene = [
  [0, { action: 'remove-syringe' }],
  [5 * SECOND, { action: 'insert-syringe' }],
  [3 * SECOND, { action: 'start' }],
];

/**
 * A quiet shift without an end: titrations, now and then a bolus, a pause, an occlusion that somebody resolves, a new
 * syringe when one runs low. Something happens every few seconds, so a live view is never still.
 */
export const wardLife: Session = {
  name: 'ward-life',
  says: 'a quiet shift without an end; the seed decides what happens',
  minimumSeconds: null,
  *steps({ pumps, seed, state }) {
    const dice = new Dice(seed ^ 0x2545f491);
    let atMs = SECOND;
    for (let pump = 0; pump < pumps; pump += 1) {
      const rateMlPerHour = FIRST_RATES_ML_PER_HOUR[pump % FIRST_RATES_ML_PER_HOUR.length] ?? 5;
      if (state(pump).running) continue;
      yield { atMs, pump, action: { action: 'set-rate', rateMlPerHour } };
      yield { atMs: (atMs += SECOND), pump, action: { action: 'start' } };
    }
    for (;;) {
      atMs += dice.between(4, 9) * SECOND;
      const pump = neediest(pumps, state) ?? dice.below(pumps);
      yield { atMs, pump, action: null };
      for (const [afterMs, action] of chooseScene(state(pump), dice)) {
        yield { atMs: (atMs += afterMs), pump, action };
      }
    }
  },
};

/** A pump that nobody would leave as it is comes first. */
function neediest(pumps: number, state: (pump: number) => PumpState): number | null {
  for (let pump = 0; pump < pumps; pump += 1) if (need(state(pump)) !== null) return pump;
  return null;
}

function need({ running, syringe }: PumpState): Scene | null {
  if (syringe === null) return CHANGE_SYRINGE.slice(1);
  if (syringe.contentMl < CHANGE_SYRINGE_BELOW_ML) return CHANGE_SYRINGE;
  return running ? null : RESTART;
}

function chooseScene(state: PumpState, dice: Dice): Scene {
  const drawn = dice.next() * TOTAL_WEIGHT;
  const needed = need(state);
  if (needed !== null) return needed;
  let sum = 0;
  const chosen = SCENES.find(([weight]) => (sum += weight) > drawn) ?? SCENES[0];
  return chosen?.[1](state, dice) ?? RESTART;
}

/** Ten to twenty per cent up or down, within what an intensive care line carries. */
function titrated(rateMlPerHour: number, dice: Dice): number {
  const factor = 1 + dice.between(0.1, 0.2) * (dice.chance(0.5) ? 1 : -1);
  return Number(Math.min(20, Math.max(1.5, rateMlPerHour * factor)).toFixed(1));
}
