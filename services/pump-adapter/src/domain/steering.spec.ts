import type { PumpOrder } from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actOn,
  followed,
  isOverdue,
  notTaken,
  type Steering,
  type SteeringStep,
  type Wanted,
} from './index.js';

const NOON = Date.parse('2026-11-20T12:00:00.000Z');
const STEERING: Steering = {
  commandId: '01994f7e-7c00-7000-8000-0000000000c1',
  commandPosition: '1207',
  person: 'person-anna',
  order: { action: 'set-target', rateMlPerHour: 126, volumeMl: 50 } as PumpOrder,
  untilMs: NOON + 3_600_000,
  lastStep: 6,
  followedMs: NOON,
  mayShow: [100],
  holdRateMlPerHour: 30,
  isStarted: true,
  isHeld: false,
};
const STEP: SteeringStep = {
  commandId: STEERING.commandId,
  step: 7,
  rateMlPerHour: 42.3,
  holdRateMlPerHour: 30,
  isLast: false,
  saidMs: NOON,
};
const wants = (rateMlPerHour: number): Wanted => ({ why: 'step', rateMlPerHour, step: STEP });
const running = (setRateMlPerHour: number) => ({ delivering: true, setRateMlPerHour });
const heldAt = (setRateMlPerHour: number) => ({ delivering: false, setRateMlPerHour });

describe('a step', () => {
  it.each<[string, Partial<SteeringStep>, Partial<Steering>, number, string | undefined]>([
    ['that is the next one is taken', {}, {}, 0, undefined],
    ['at the ceiling is taken', { rateMlPerHour: 126 }, {}, 0, undefined],
    ['above the ceiling is not', { rateMlPerHour: 126.1 }, {}, 0, 'above the ceiling'],
    ['of another target is not', { commandId: 'other' }, {}, 0, 'not this pump'],
    ['that was taken before is not', { step: 6 }, {}, 0, 'before'],
    ['that would leave more behind than it asks for is not', { holdRateMlPerHour: 43 }, {}, 0, 'left with'],
    ['fifteen seconds after it was said is taken', {}, {}, 15_000, undefined],
    ['later is not', {}, {}, 15_001, 'too old'],
    ['from the future is not', { saidMs: NOON + 5_001 }, {}, 0, 'future'],
    ['after the end that was signed is not', {}, { untilMs: NOON }, 0, 'over'],
    ['while the target ends is not', {}, { leaving: { reason: 'expired', detail: '' } }, 0, 'ends'],
  ])('%s', (_, step, steering, afterMs, why) => {
    const answer = notTaken({ ...STEERING, ...steering }, { ...STEP, ...step }, NOON + afterMs);
    if (why === undefined) expect(answer).toBeUndefined();
    else expect(answer).toContain(why);
  });

  it('starts a held pump with the first step, and only then', () => {
    const first = { ...STEERING, lastStep: 0, mayShow: [], isStarted: false };
    expect(actOn(first, wants(42.3), heldAt(20))).toEqual({ do: 'write', rateMlPerHour: 42.3, start: true });
    expect(actOn(first, wants(42.3), running(42.3))).toEqual({ do: 'write', start: false });
    expect(actOn(STEERING, wants(42.3), heldAt(100))).toMatchObject({ do: 'end', reason: 'pump-held' });
  });

  it('moves the time by which the next one has to come', () => {
    const after = followed({ ...STEERING, isHeld: true }, STEP, NOON + 20_000);
    expect(after).toMatchObject({ lastStep: 7, mayShow: [42.3], isHeld: false });
    expect(isOverdue(after, NOON + 50_000)).toBe(false);
    expect(isOverdue(after, NOON + 50_001)).toBe(true);
  });
});

describe('a pump that is steered', () => {
  it.each<Wanted['why']>(['step', 'hold', 'leave', 'look'])('is left as a hand has set it: %s', (why) => {
    const wanted: Wanted =
      why === 'step' ? wants(42.3) : why === 'look' ? { why } : { why, atMostMlPerHour: 30 };
    const act = actOn(STEERING, wanted, running(20));
    expect(act).toMatchObject({ do: 'end', reason: 'changed-at-pump' });
  });

  it('may show either rate after a frame that nobody answered', () => {
    const unsure = { ...STEERING, mayShow: [100, 42.3] };
    expect(actOn(unsure, wants(50), running(42.3))).toMatchObject({ do: 'write', rateMlPerHour: 50 });
    expect(actOn(unsure, wants(50), running(100))).toMatchObject({ do: 'write', rateMlPerHour: 50 });
  });

  it('without steps is never faster than before, nor than the rate that never passes the target (property)', () => {
    const rate = fc.integer({ min: 1, max: 1_260 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(
        rate,
        rate,
        fc.boolean(),
        fc.constantFrom('hold', 'leave' as const),
        (shows, most, delivering, why) => {
          const steering = { ...STEERING, mayShow: [shows] };
          const act = actOn(
            steering,
            { why, atMostMlPerHour: most },
            { delivering, setRateMlPerHour: shows },
          );
          if (act.do === 'end') {
            expect(delivering).toBe(false);
            return;
          }
          expect(act.start).toBe(false);
          expect(act.rateMlPerHour ?? shows).toBe(Math.min(shows, most));
        },
      ),
      { numRuns: 500, seed: 20_261_120 },
    );
  });
});
