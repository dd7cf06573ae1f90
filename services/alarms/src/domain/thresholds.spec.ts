import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionNamed, conditionNames } from './conditions.js';
import {
  decideThreshold,
  evolveThreshold,
  initialThreshold,
  isLearnable,
  type Labelled,
  type Threshold,
  type ThresholdCommand,
} from './thresholds.js';

const ID = '5f0c2a1e-7b6d-8c3e-9a41-2f6d0b7c8e90';
const NEAR_END = 'pump-near-end-of-infusion';

function after(state: Threshold, ...commands: readonly ThresholdCommand[]): Threshold {
  return commands.reduce(
    (before, command) => decideThreshold(command, before).reduce(evolveThreshold, before),
    state,
  );
}

function history(count: number, lastedMs: number, more: Partial<Labelled> = {}): Labelled[] {
  return Array.from({ length: count }, () => ({
    condition: NEAR_END,
    priority: 'medium',
    lastedMs,
    mattered: false,
    ...more,
  }));
}

const learn = (cases: readonly Labelled[]): ThresholdCommand => ({ kind: 'learn', id: ID, history: cases });

describe('a threshold', () => {
  it('is proposed from what ended by itself, and is longer than nothing that mattered', () => {
    const cases = [...history(40, 8_000), ...history(3, 12_500, { mattered: true })];
    expect(decideThreshold(learn(cases), initialThreshold(NEAR_END))).toMatchObject([
      { type: 'threshold-proposed', data: { from: 5_000, to: 12_000, episodes: 43, spared: 40, missed: 0 } },
    ]);
  });

  it('is not proposed from little, nor where it would spare nobody anything', () => {
    const state = initialThreshold(NEAR_END);
    expect(decideThreshold(learn(history(29, 8_000)), state)).toEqual([]);
    expect(decideThreshold(learn(history(40, 60_000)), state)).toEqual([]);
    expect(decideThreshold(learn(history(40, 3_000, { mattered: true })), state)).toEqual([]);
  });

  it('is in force when two different people have approved', () => {
    const proposed = after(initialThreshold(NEAR_END), learn(history(40, 8_000)));
    const approve = (person: string): ThresholdCommand => ({ kind: 'approve', proposal: ID, person });
    const once = after(proposed, approve('p1'), approve('p1'));
    expect(once.inForceMs).toBe(5_000);
    expect(after(once, approve('p2')).inForceMs).toBe(19_000);
    expect(after(proposed, { ...approve('p1'), proposal: 'another' } as ThresholdCommand)).toEqual(proposed);
  });

  it('goes back by itself when a replay finds what it would have missed, or when a person says so', () => {
    const learned = after(
      initialThreshold(NEAR_END),
      learn(history(40, 8_000)),
      { kind: 'approve', proposal: ID, person: 'p1' },
      { kind: 'approve', proposal: ID, person: 'p2' },
    );
    expect(after(learned, { kind: 'replay', history: history(40, 8_000) })).toEqual(learned);
    const missed = history(1, 10_000, { mattered: true });
    expect(decideThreshold({ kind: 'replay', history: missed }, learned)).toMatchObject([
      { type: 'threshold-rolled-back', data: { to: 5_000, reason: 'missed-alarm' } },
    ]);
    expect(after(learned, { kind: 'replay', history: missed }).inForceMs).toBe(5_000);
    expect(after(learned, { kind: 'roll-back', person: 'p3' }).inForceMs).toBe(5_000);
  });

  it('of a condition that can be high is never touched', () => {
    const learnable = conditionNames().filter(isLearnable);
    expect(learnable).not.toContain('pump-occlusion');
    expect(learnable).not.toContain('no-data');
    const cases = history(99, 1_000, { condition: 'no-data' });
    expect(decideThreshold(learn(cases), initialThreshold('no-data'))).toEqual([]);
  });

  const labelled = fc.record({
    condition: fc.constantFrom(NEAR_END, 'no-data', 'pump-mains-lost', 'pump-occlusion'),
    priority: fc.constantFrom('low', 'medium', 'high'),
    lastedMs: fc.nat(120_000),
    mattered: fc.boolean(),
  });

  it('stays inside its guard band and misses nothing that mattered (property)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...conditionNames()),
        fc.array(labelled, { minLength: 30, maxLength: 200 }),
        (condition, cases) => {
          const state = initialThreshold(condition);
          for (const event of decideThreshold(learn(cases), state)) {
            if (event.type !== 'threshold-proposed') throw new Error('something else was decided');
            const [low, high] = conditionNamed(condition).guardMs;
            expect(event.data.to).toBeGreaterThanOrEqual(low);
            expect(event.data.to).toBeLessThanOrEqual(high);
            expect(isLearnable(condition)).toBe(true);
            for (const one of cases)
              if (one.condition === condition && one.mattered && one.priority !== 'high')
                expect(one.lastedMs).toBeGreaterThanOrEqual(event.data.to);
          }
          // Whatever is proposed, nothing is in force yet.
          expect(after(state, learn(cases)).inForceMs).toBe(state.inForceMs);
        },
      ),
    );
  });
});
