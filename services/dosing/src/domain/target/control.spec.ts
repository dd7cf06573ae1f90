import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NOTHING_GIVEN,
  STEP_SECONDS,
  courseAfter,
  courseOf,
  nextStep,
  predicted,
  type Course,
  type TargetPlan,
} from './index.js';

const plan: TargetPlan = {
  model: 'propofol-schnider',
  site: 'effect-site',
  target: 3,
  person: { ageYears: 40, weightKg: 70, heightCm: 170, sex: 'male' },
  amountPerMl: 10,
  highestRateMlPerHour: 500,
  pumpStepMlPerHour: 0.1,
};
const STEP_MS = STEP_SECONDS * 1_000;

/** A pump that gives a share of what it is told, and says so at every step. */
function run(given: TargetPlan, minutes: number, shareAt: (step: number) => number = () => 1): Course[] {
  let course: Course = { ...NOTHING_GIVEN(0), volumeInfusedMl: 0 };
  let volumeInfusedMl = 0;
  return Array.from({ length: (minutes * 60) / STEP_SECONDS }, (_, index) => {
    const { rateMlPerHour } = nextStep(given, course);
    volumeInfusedMl += (rateMlPerHour * shareAt(index) * STEP_SECONDS) / 3_600;
    return (course = courseAfter(given, course, { atMs: (index + 1) * STEP_MS, volumeInfusedMl }));
  });
}

describe('a target that a pump follows', () => {
  it.each([
    ['propofol-schnider', 3, 10],
    ['propofol-eleveld', 3, 10],
    ['remifentanil-minto', 4, 50],
  ] as const)(
    '%s: the effect site reaches it, never passes it by 2 %%, and is held',
    (model, target, amountPerMl) => {
      const courses = run({ ...plan, model, target, amountPerMl }, 60);
      const effects = courses.map(({ state }) => state.effect);
      expect(Math.max(...effects)).toBeLessThan(1.02 * target);
      for (const effect of effects.slice(120)) expect(Math.abs(effect / target - 1)).toBeLessThan(0.02);
    },
  );

  it('holds plasma at the target from the first interval on where the pump is fast enough', () => {
    const courses = run({ ...plan, site: 'plasma', highestRateMlPerHour: 1_200 }, 30);
    for (const { state } of courses.slice(12)) expect(state.plasma).toBeCloseTo(3, 1);
  });

  it('goes on from what was really given: after an occlusion it gives more again', () => {
    const courses = run(plan, 40, (step) => (step >= 90 && step < 120 ? 0 : 1));
    expect(courses[119]!.state.effect).toBeLessThan(0.8 * plan.target);
    expect(courses.at(-1)!.state.effect).toBeGreaterThan(0.98 * plan.target);
  });

  it('never asks for more than people signed, nor for what the pump cannot run (property)', () => {
    const level = fc.double({ min: 0, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        level,
        level,
        level,
        level,
        fc.constantFrom('plasma', 'effect-site' as const),
        (plasma, fast, slow, effect, site) => {
          const course = { state: { plasma, fast, slow, effect }, atMs: 0 };
          const { rateMlPerHour, holdRateMlPerHour } = nextStep(
            { ...plan, site, highestRateMlPerHour: 37.25 },
            course,
          );
          expect(rateMlPerHour).toBeGreaterThanOrEqual(0);
          expect(rateMlPerHour).toBeLessThanOrEqual(37.25);
          expect(Math.round(rateMlPerHour * 10) / 10).toBe(rateMlPerHour);
          expect(holdRateMlPerHour).toBeLessThanOrEqual(rateMlPerHour);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves a rate behind with which nobody gets more than the target, should no further step come', () => {
    const courses = run(plan, 20);
    for (const course of [{ ...NOTHING_GIVEN(0), volumeInfusedMl: 0 }, ...courses]) {
      const { holdRateMlPerHour } = nextStep(plan, course);
      let alone = course;
      for (let minute = 1; minute <= 120; minute++) {
        const volumeInfusedMl = (course.volumeInfusedMl ?? 0) + (holdRateMlPerHour * minute) / 60;
        alone = courseAfter(plan, alone, { atMs: course.atMs + minute * 60_000, volumeInfusedMl });
        expect(alone.state.effect).toBeLessThan(1.02 * plan.target);
      }
      expect(alone.state.plasma).toBeLessThan(1.01 * plan.target);
    }
  });
});

describe('the course', () => {
  it('takes a volume that was cleared at the pump for a new beginning', () => {
    const before = courseAfter(
      plan,
      { ...NOTHING_GIVEN(0), volumeInfusedMl: 20 },
      { atMs: 60_000, volumeInfusedMl: 21 },
    );
    const cleared = courseAfter(plan, before, { atMs: 120_000, volumeInfusedMl: 0.5 });
    const same = courseAfter(plan, before, { atMs: 120_000, volumeInfusedMl: 21.5 });
    expect(cleared.state).toEqual(same.state);
  });

  it('begins with what was given before, by whatever pump: ten minutes by ten minutes as by the words of one', () => {
    const pieces = [0, 1, 2, 6, 7].map((piece) => ({
      fromMs: piece * 600_000,
      untilMs: (piece + 1) * 600_000,
      ml: piece === 7 ? 1 : 2,
    }));
    const atMs = 4_500_000;
    const words = [2, 4, 6, 6, 6, 6, 8, 9].map((volumeInfusedMl, piece) => ({
      atMs: Math.min(atMs, (piece + 1) * 600_000),
      volumeInfusedMl,
    }));
    const begin: Course = { ...NOTHING_GIVEN(0), volumeInfusedMl: 0 };
    const { state } = words.reduce((course, word) => courseAfter(plan, course, word), begin);
    const { plasma, effect, slow, fast } = courseOf(plan, pieces, atMs).state;
    expect(plasma).toBeCloseTo(state.plasma, 9);
    expect(effect).toBeCloseTo(state.effect, 9);
    expect(slow).toBeCloseTo(state.slow, 9);
    expect(fast).toBeCloseTo(state.fast, 9);
    expect(courseOf(plan, pieces, atMs + 3_600_000).state.plasma).toBeLessThan(0.5 * plasma);
    expect(courseOf(plan, [], atMs)).toEqual(NOTHING_GIVEN(atMs));
    // What goes in at the very moment is in plasma then: 10 mg in 4.27 l.
    const atOnce = courseOf(plan, [{ fromMs: atMs, untilMs: atMs + 600_000, ml: 1 }], atMs);
    expect(atOnce.state.plasma).toBeCloseTo(10 / 4.27, 1);
  });

  it('is not changed by an older word', () => {
    const course = courseAfter(plan, NOTHING_GIVEN(0), { atMs: 60_000, volumeInfusedMl: 1 });
    expect(courseAfter(plan, course, { atMs: 30_000, volumeInfusedMl: 0.5 })).toBe(course);
  });

  it('before its first word reckons with nothing given, and is what is predicted afterwards', () => {
    const first = courseAfter(plan, NOTHING_GIVEN(0), { atMs: 10_000, volumeInfusedMl: 12 });
    expect(first.state.plasma).toBe(0);
    const steps = predicted(plan, first, 30);
    expect(steps).toHaveLength(180);
    expect(steps.at(-1)!.predictedEffect).toBeCloseTo(3, 1);
  });
});
