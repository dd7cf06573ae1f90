import { ThresholdProposed, alarmThresholdText } from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionNamed, conditionNames } from './conditions.js';
import { isLearnable, learnablePlaces, type Labelled } from './learning.js';
import {
  PROPOSAL_LIFE_MS,
  decideThreshold,
  delayFor,
  evolveThreshold,
  inForceMs,
  initialThreshold,
  thresholdId,
  type Threshold,
  type ThresholdCommand,
} from './thresholds.js';

const NEAR_END = 'pump-near-end-of-infusion';
const UNIT = { condition: NEAR_END, unit: 'icu-1' } as const;
const BED = { ...UNIT, bed: 'bed-7' } as const;
const T0 = 1_000_000_000;
const APPROVAL = '01994f7e-7c00-7000-8000-0000000000a1';
const times = { from: '2026-10-21T12:00:00.000Z', to: '2026-11-20T12:00:00.000Z' };
const moment = { nowMs: T0, inheritedMs: 5_000 };

function after(state: Threshold, ...commands: readonly ThresholdCommand[]): Threshold {
  return commands.reduce(
    (before, command) => decideThreshold(command, before).reduce(evolveThreshold, before),
    state,
  );
}

let ids = 0;
function history(count: number, lastedMs: number, more: Partial<Labelled> = {}): Labelled[] {
  return Array.from({ length: count }, () => ({
    ...UNIT,
    id: `5f0c2a1e-7b6d-8c3e-9a41-${(++ids).toString(16).padStart(12, '0')}`,
    priority: 'medium',
    raisedMs: T0 - 1_000,
    lastedMs,
    mattered: false,
    ...more,
  }));
}

const learn = (cases: readonly Labelled[], nowMs = T0): ThresholdCommand => ({
  ...moment,
  ...times,
  kind: 'learn',
  site: 's1',
  nowMs,
  history: cases,
  mayPropose: true,
});
const approve = (approvedBy: readonly string[], cases: readonly Labelled[] = []): ThresholdCommand => ({
  ...moment,
  kind: 'approve',
  approval: APPROVAL,
  requestedBy: 'p0',
  approvedBy,
  history: cases,
});
const start = (scope: Threshold['scope'] = UNIT): Threshold => initialThreshold('s1', scope);
const said = (command: ThresholdCommand, state: Threshold) =>
  decideThreshold(command, state).map(({ type, data }) =>
    [type, 'reason' in data ? data.reason : ''].join(' ').trim(),
  );

const learned = after(start(), learn(history(40, 8_000)), approve(['p1', 'p2']));

describe('a threshold', () => {
  it('is proposed from what ended by itself, and is longer than nothing that mattered', () => {
    const cases = [...history(40, 8_000), ...history(3, 12_500, { mattered: true }), ...history(2, 3_000)];
    const [event] = decideThreshold(learn(cases), start());
    expect(event).toMatchObject({
      type: 'threshold-proposed',
      data: {
        ...UNIT,
        from: 5_000,
        to: 12_000,
        replay: {
          episodes: 45,
          mattered: 3,
          told: 43,
          spared: 40,
          later: 3,
          missed: 0,
          shortestThatMatteredMs: 12_500,
          ...times,
        },
      },
    });
    const data = ThresholdProposed.data.parse(event?.data);
    expect(data.replay.examples).toHaveLength(20);
    expect(alarmThresholdText.parse(JSON.parse(data.text))).toMatchObject({
      proposal: data.proposal,
      fromMs: 5_000,
      toMs: 12_000,
      spared: 40,
    });
  });

  it('is not proposed from little, nor where it would spare nobody anything', () => {
    expect(said(learn(history(29, 8_000)), start())).toEqual([]);
    expect(said(learn(history(40, 60_000)), start())).toEqual([]);
    expect(said(learn(history(40, 3_000)), start())).toEqual([]);
    expect(said(learn(history(40, 3_000, { mattered: true })), start())).toEqual([]);
    expect(said(learn(history(40, 8_000, { unit: 'icu-2' })), start())).toEqual([]);
  });

  it('is proposed once, and by the same history under the same id', () => {
    const cases = history(40, 8_000);
    const [first] = decideThreshold(learn(cases), start());
    expect(decideThreshold(learn(cases, T0 + 5), start())[0]?.data).toMatchObject({
      proposal: first?.data.proposal,
    });
    expect(said(learn(cases), after(start(), learn(cases)))).toEqual([]);
  });

  it('is in force when two different people have approved who did not ask for it', () => {
    const proposed = after(start(), learn(history(40, 8_000)));
    expect(inForceMs(proposed, 5_000)).toBe(5_000);
    for (const people of [[], ['p1'], ['p1', 'p1'], ['p1', 'p0']])
      expect(said(approve(people), proposed)).toEqual([]);
    expect(decideThreshold(approve(['p1', 'p2']), proposed)).toMatchObject([
      {
        type: 'threshold-approved',
        actor: 'p2',
        data: { from: 5_000, to: 19_000, approval: APPROVAL, requestedBy: 'p0', approvedBy: ['p1', 'p2'] },
      },
    ]);
    expect(inForceMs(learned, 5_000)).toBe(19_000);
    expect(said(approve(['p1', 'p2']), learned)).toEqual([]);
  });

  it('does not come into force when something happened since that it would have missed', () => {
    const proposed = after(start(), learn(history(40, 8_000)));
    const missed = history(1, 10_000, { mattered: true });
    expect(said(approve(['p1', 'p2'], missed), proposed)).toEqual(['threshold-withdrawn would-miss']);
    expect(said(learn(missed), proposed)).toEqual(['threshold-withdrawn would-miss']);
  });

  it('that somebody refused, or on which nobody decided, is no longer proposed', () => {
    const proposed = after(start(), learn(history(40, 8_000)));
    expect(said({ ...moment, kind: 'refuse', person: 'p1' }, proposed)).toEqual([
      'threshold-withdrawn refused',
    ]);
    expect(said(learn([], T0 + PROPOSAL_LIFE_MS), proposed)).toEqual([]);
    expect(said(learn([], T0 + PROPOSAL_LIFE_MS + 1), proposed)).toEqual(['threshold-withdrawn expired']);
  });

  it('goes back by itself when it missed one that mattered, or when a person says so', () => {
    expect(said(learn(history(40, 8_000)), learned)).toEqual([]);
    const missed = history(1, 10_000, { mattered: true });
    expect(decideThreshold(learn(missed), learned)).toMatchObject([
      { type: 'threshold-rolled-back', data: { from: 19_000, to: 5_000, reason: 'missed-alarm' } },
    ]);
    expect(inForceMs(after(learned, learn(missed)), 5_000)).toBe(5_000);
    const back: ThresholdCommand = { ...moment, kind: 'roll-back', person: 'p3' };
    expect(decideThreshold(back, learned)).toMatchObject([
      { actor: 'p3', data: { reason: 'person', person: 'p3' } },
    ]);
    expect(said(back, after(learned, back))).toEqual([]);
  });

  it('goes back to the value before it, and is learned anew only from what came after', () => {
    const first = after(
      start(),
      learn([...history(40, 8_000), ...history(1, 10_500, { mattered: true })]),
      approve(['p1', 'p2']),
    );
    expect(inForceMs(first, 5_000)).toBe(10_000);
    const old = history(40, 12_000);
    expect(said(learn(old), first)).toEqual([]);
    const fresh = history(40, 12_000, { raisedMs: T0 + 1 });
    const second = after(first, learn(fresh), approve(['p1', 'p2']));
    expect(inForceMs(second, 5_000)).toBe(19_000);
    const back: ThresholdCommand = { ...moment, kind: 'roll-back', person: 'p3' };
    expect(decideThreshold(back, second)).toMatchObject([{ data: { from: 19_000, to: 10_000 } }]);
    expect(inForceMs(after(second, back, back), 5_000)).toBe(5_000);
  });

  it('that stands outside the guard band goes back by itself, and never counts', () => {
    const wrong = { ...learned, values: [{ proposal: APPROVAL, toMs: 90_000, sinceMs: T0 }] };
    expect(said(learn([]), wrong)).toEqual(['threshold-rolled-back guard-band']);
    expect(delayFor([wrong], NEAR_END, UNIT)).toBe(19_000);
  });

  it('counts for its bed, else for its unit, and nowhere else', () => {
    const unit = { ...start(), values: [{ proposal: APPROVAL, toMs: 9_000, sinceMs: 0 }] };
    const bed = { ...start(BED), values: [{ proposal: APPROVAL, toMs: 12_000, sinceMs: 0 }] };
    const all = [bed, unit, start({ ...UNIT, bed: 'bed-8' })];
    expect(delayFor(all, NEAR_END, { unit: 'icu-1', bed: 'bed-7' })).toBe(12_000);
    expect(delayFor(all, NEAR_END, { unit: 'icu-1', bed: 'bed-8' })).toBe(9_000);
    expect(delayFor(all, NEAR_END, { unit: 'icu-1' })).toBe(9_000);
    expect(delayFor(all, NEAR_END, { unit: 'icu-2', bed: 'bed-7' })).toBe(5_000);
    expect(delayFor(all, NEAR_END, {})).toBe(5_000);
    expect(delayFor(all, 'pump-call-back', { unit: 'icu-1' })).toBe(5_000);
    expect(thresholdId('s1', UNIT)).not.toBe(thresholdId('s1', BED));
  });

  it('is learned for units first, and for beds of which enough is known', () => {
    const cases = [
      ...history(30, 8_000, { bed: 'bed-7' }),
      ...history(29, 8_000, { bed: 'bed-8' }),
      ...history(40, 8_000, { condition: 'pump-occlusion' }),
    ];
    expect(learnablePlaces(cases)).toEqual([UNIT, BED]);
  });

  it('of a condition that can be high is never touched', () => {
    const learnable = conditionNames().filter(isLearnable);
    for (const name of ['pump-occlusion', 'no-data', 'vitals-no-data', 'vitals-frozen'])
      expect(learnable).not.toContain(name);
    const scope = { ...UNIT, condition: 'no-data' };
    expect(said(learn(history(99, 1_000, scope)), start(scope))).toEqual([]);
    const forced = { ...start(scope), values: [{ proposal: APPROVAL, toMs: 15_000, sinceMs: 0 }] };
    expect(delayFor([forced], 'no-data', UNIT)).toBe(conditionNamed('no-data').notifyAfterMs);
    expect(said(learn([]), forced)).toEqual(['threshold-rolled-back guard-band']);
  });

  const labelled = fc.record({
    id: fc.uuid(),
    condition: fc.constantFrom(NEAR_END, 'no-data', 'pump-mains-lost', 'pump-occlusion'),
    unit: fc.constantFrom('icu-1', 'icu-2'),
    bed: fc.constantFrom('bed-7', undefined),
    priority: fc.constantFrom('low', 'medium', 'high'),
    raisedMs: fc.integer({ min: 1, max: T0 }),
    lastedMs: fc.nat(120_000),
    mattered: fc.boolean(),
  });

  it('stays inside its guard band and misses nothing that mattered (property)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...conditionNames()),
        fc.array(labelled, { minLength: 30, maxLength: 200 }),
        (condition, cases) => {
          const state = start({ ...UNIT, condition });
          const inheritedMs = conditionNamed(condition).notifyAfterMs;
          for (const event of decideThreshold({ ...learn(cases), inheritedMs }, state)) {
            if (event.type !== 'threshold-proposed') throw new Error('something else was decided');
            const [low, high] = conditionNamed(condition).guardMs;
            expect(event.data.to).toBeGreaterThanOrEqual(low);
            expect(event.data.to).toBeLessThanOrEqual(high);
            expect(isLearnable(condition)).toBe(true);
            for (const one of cases)
              if (
                one.condition === condition &&
                one.unit === 'icu-1' &&
                one.mattered &&
                one.priority !== 'high'
              )
                expect(one.lastedMs).toBeGreaterThanOrEqual(event.data.to);
          }
          // Whatever is proposed, nothing is in force yet.
          expect(inForceMs(after(state, learn(cases)), inheritedMs)).toBe(inheritedMs);
        },
      ),
    );
  });
});
