import fc from 'fast-check';
import type { PumpOrder } from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import {
  NOTHING_GIVEN,
  courseFrom,
  dueStep,
  runAfter,
  type SaidStep,
  type TargetPlan,
  type TargetRun,
} from './index.js';

const plan: TargetPlan = {
  model: 'propofol-schnider',
  site: 'effect-site',
  target: 3,
  person: { ageYears: 40, weightKg: 70, heightCm: 170, sex: 'male' },
  amountPerMl: 10,
  highestRateMlPerHour: 126,
  pumpStepMlPerHour: 0.1,
};
const order = { patient: 'stay-4d', volumeMl: 50 } as PumpOrder;
const BEGIN: TargetRun = {
  commandId: '01994f7e-7c00-7000-8000-0000000000c1',
  orderId: '01994f7e-7c00-7000-8000-0000000000b1',
  infusionId: '01994f7e-7c00-7000-8000-0000000000a1',
  order,
  plan,
  untilMs: 4 * 3_600_000,
  course: { ...NOTHING_GIVEN(0), volumeInfusedMl: 2 },
  givenMl: 0,
  lastStep: 0,
  lastStepMs: -60_000,
  rateMlPerHour: 0,
  isWithdrawn: false,
  isEnded: false,
};

const stepOf = (run: TargetRun, nowMs: number, runsAtMlPerHour = run.rateMlPerHour): SaidStep => {
  const step = dueStep(run, { nowMs, runsAtMlPerHour });
  if (typeof step === 'string') throw new Error(step);
  return step;
};
const taken = (run: TargetRun, { step, rateMlPerHour }: SaidStep, lastStepMs: number): TargetRun => ({
  ...run,
  lastStep: step,
  lastStepMs,
  rateMlPerHour,
});

describe('a step', () => {
  it('is said at once, and then every ten seconds', () => {
    const first = stepOf(BEGIN, 0);
    expect(first).toMatchObject({ step: 1, rateMlPerHour: 126, volumeGivenMl: 0 });
    const run = taken(BEGIN, first, 0);
    expect(dueStep(run, { nowMs: 9_999, runsAtMlPerHour: 126 })).toBe('not-yet');
    expect(stepOf(run, 10_000)).toMatchObject({ step: 2 });
  });

  it('is not said on a word of the pump that is older than fifteen seconds, nor on one from the future', () => {
    expect(dueStep(BEGIN, { nowMs: 15_001, runsAtMlPerHour: 0 })).toBe('no-basis');
    const ahead = { ...BEGIN, course: { ...BEGIN.course, atMs: 20_000 } };
    expect(dueStep(ahead, { nowMs: 0, runsAtMlPerHour: 0 })).toBe('no-basis');
  });

  it('reckons with the rate that the pump shows since its last word, and with nothing while it is held', () => {
    const run = taken(BEGIN, stepOf(BEGIN, 0), 0);
    expect(stepOf(run, 10_000).plasma).toBeGreaterThan(0.1);
    expect(stepOf(run, 10_000, 0).plasma).toBe(0);
  });

  it('ends with its time, with the volume that was signed, and with its end at the pump', () => {
    const now = { nowMs: 0, runsAtMlPerHour: 0 };
    expect(dueStep({ ...BEGIN, untilMs: 0 }, now)).toBe('ended');
    expect(dueStep({ ...BEGIN, givenMl: 50 }, now)).toBe('cap-reached');
    expect(dueStep({ ...BEGIN, isEnded: true }, now)).toBe('ended');
  });

  it('is the last one when the order was withdrawn: at once, and never faster than before', () => {
    const run = { ...taken(BEGIN, stepOf(BEGIN, 0), 0), isWithdrawn: true };
    const last = stepOf(run, 1_000);
    expect(last).toMatchObject({ step: 2, isLast: true });
    expect(last.rateMlPerHour).toBeLessThan(126);
    // Without a word of the pump as well.
    expect(stepOf(run, 100_000)).toMatchObject({ isLast: true });
    expect(stepOf({ ...run, rateMlPerHour: 0.5 }, 1_000).rateMlPerHour).toBe(0.5);
  });
});

describe('what a run has given', () => {
  it('is what the pump says, also when its volume was cleared; no word counts twice', () => {
    const at = (atMs: number, volumeInfusedMl: number) => ({ atMs, volumeInfusedMl });
    const run = [at(10_000, 3), at(10_000, 9), at(20_000, 3.5), at(30_000, 0.25)].reduce(runAfter, BEGIN);
    expect(run.givenMl).toBeCloseTo(1.75, 9);
  });

  it('stays in the patient: a new target goes on with the course, another patient begins anew', () => {
    const run = runAfter(BEGIN, { atMs: 60_000, volumeInfusedMl: 4 });
    expect(courseFrom(run, order, { ...plan, target: 2 })).toBe(run.course);
    expect(courseFrom(run, { ...order, patient: 'stay-5e' }, plan)).toBeUndefined();
    expect(courseFrom(run, order, { ...plan, model: 'propofol-marsh' })).toBeUndefined();
    expect(courseFrom(run, order, { ...plan, amountPerMl: 20 })).toBeUndefined();
  });

  it('with a pump that does as it likes, no step is above the ceiling, and the amount in the body is what went in (property)', () => {
    const word = fc.record({ share: fc.double({ min: 0, max: 1.2, noNaN: true }), cleared: fc.boolean() });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), (words) => {
        let run = BEGIN;
        let volumeInfusedMl = 2;
        let given = 0;
        for (const [index, { share, cleared }] of words.entries()) {
          const nowMs = index * 10_000;
          const step = dueStep(run, { nowMs, runsAtMlPerHour: run.rateMlPerHour });
          if (typeof step === 'string') {
            expect(step).toBe('cap-reached');
            break;
          }
          expect(step.rateMlPerHour).toBeLessThanOrEqual(126);
          expect(step.rateMlPerHour).toBeGreaterThanOrEqual(0.1);
          expect(step.holdRateMlPerHour).toBeLessThanOrEqual(step.rateMlPerHour);
          const gained = (step.rateMlPerHour * share) / 360;
          given += gained;
          volumeInfusedMl = cleared ? gained : volumeInfusedMl + gained;
          // A cleared volume that is already above the one before cannot be told from it.
          if (cleared && volumeInfusedMl >= (run.course.volumeInfusedMl ?? 0)) break;
          run = runAfter(taken(run, step, nowMs), { atMs: nowMs + 10_000, volumeInfusedMl });
          expect(run.givenMl).toBeCloseTo(given, 6);
          // What is in plasma never exceeds all that went in, spread over the central volume (4.27 l).
          expect(run.course.state.plasma).toBeLessThanOrEqual((given * 10) / 4.27 + 1e-9);
        }
      }),
      { numRuns: 100, seed: 20_261_120 },
    );
  });
});
