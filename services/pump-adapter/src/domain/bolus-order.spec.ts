import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginBolus,
  nextOfBolus,
  notBegun,
  type BeforeBolus,
  type BolusFrame,
  type BolusRun,
  type BolusSeen,
  type BolusStep,
} from './index.js';

const BOLUS = { volumeMl: 1, rateMlPerHour: 360 }; // 0.1 ml a second, in after 10 s
const CALM = { isStopped: false, isOnlyEnded: false };

/** A pump with a volume limit, as the reference describes it. */
class Pump {
  running: boolean;
  rate = 5;
  vtbi: { left: number; set: number; atEnd: 'STOP' | 'KVO' } | undefined;
  infused = 20;
  alarm = 'none';
  readonly taken: string[] = [];

  constructor(running: boolean, vtbiMl?: number) {
    this.running = running;
    if (vtbiMl !== undefined) this.vtbi = { left: vtbiMl, set: vtbiMl, atEnd: 'KVO' };
  }

  take(frame: BolusFrame): void {
    this.taken.push(
      frame.kind === 'limit'
        ? `limit ${frame.volumeMl}`
        : frame.kind === 'rate'
          ? `rate ${frame.rateMlPerHour}`
          : 'start',
    );
    if (frame.kind === 'rate') this.rate = frame.rateMlPerHour;
    else if (frame.kind === 'start') {
      this.running = true;
      this.alarm = 'none';
    } else
      this.vtbi =
        frame.volumeMl === 0 ? undefined : { left: frame.volumeMl, set: frame.volumeMl, atEnd: frame.atEnd };
  }

  pass(seconds: number): void {
    if (!this.running) return;
    const wanted = (this.rate * seconds) / 3_600;
    const moved = Math.min(wanted, this.vtbi?.left ?? wanted);
    this.infused += moved;
    if (!this.vtbi) return;
    this.vtbi.left -= moved;
    if (this.vtbi.left > 1e-9) return;
    this.vtbi = undefined;
    this.running = false;
    this.alarm = 'volume-to-be-infused-stopped';
  }

  get seen(): BolusSeen {
    return {
      delivering: this.running,
      setRateMlPerHour: this.rate,
      vtbiMl: this.vtbi?.set ?? 0,
      ...(this.vtbi && { atEnd: this.vtbi.atEnd }),
      volumeInfusedMl: Math.round(this.infused * 1_000) / 1_000,
      alarm: this.alarm,
    };
  }

  get before(): BeforeBolus {
    const { seen } = this;
    return {
      delivering: seen.delivering,
      rateMlPerHour: this.running ? this.rate : 0,
      setRateMlPerHour: this.rate,
      ...(this.vtbi && { left: { volumeMl: this.vtbi.left, atEnd: this.vtbi.atEnd } }),
      volumeInfusedMl: seen.volumeInfusedMl,
    };
  }
}

interface Happening {
  /** Before this step of the adapter. */
  readonly atStep: number;
  readonly what: 'stop' | 'killed' | 'killed-after' | 'frame-lost' | 'hand-holds' | 'occluded';
}

/** Plays a bolus to its end; what happens beside it happens before the step of that number. */
function play(pump: Pump, happenings: readonly Happening[] = [], secondsEach = 1) {
  const { infused } = pump;
  let now = CALM;
  let step: BolusStep = beginBolus(BOLUS, pump.before);
  let run: BolusRun | undefined;
  let startsAfterStop = 0;
  for (let count = 0; count < 500; count++) {
    const here = happenings.filter(({ atStep }) => atStep === count).map(({ what }) => what);
    if (here.includes('stop')) {
      now = { ...now, isStopped: true };
      pump.running = false;
    }
    if (here.includes('hand-holds')) pump.running = false;
    if (here.includes('occluded') && pump.running) {
      pump.running = false;
      pump.alarm = 'occlusion';
    }
    if (step.do === 'end') break;
    run = step.run;
    if (step.do === 'write') {
      if (here.includes('killed-after')) {
        pump.take(step.frame);
        now = { ...now, isOnlyEnded: true };
      } else if (here.includes('killed')) now = { ...now, isOnlyEnded: true };
      else if (!here.includes('frame-lost') && !(now.isStopped && step.frame.kind === 'start'))
        pump.take(step.frame);
      if (now.isStopped && step.frame.kind === 'start' && !here.includes('stop')) startsAfterStop += 1;
    } else if (here.includes('killed')) now = { ...now, isOnlyEnded: true };
    pump.pass(step.do === 'wait' ? secondsEach : 0.05);
    step = nextOfBolus(BOLUS, run, pump.seen, now);
  }
  return { step, given: pump.infused - infused, startsAfterStop };
}

describe('a bolus on a pump that is held', () => {
  it('is limited first, then set, then started, and leaves the pump held at its former rate', () => {
    const pump = new Pump(false);
    const { step, given } = play(pump);
    expect(pump.taken).toEqual(['limit 1', 'rate 360', 'start', 'rate 5']);
    expect(step).toEqual({ do: 'end', volumeGivenMl: 1 });
    expect(given).toBeCloseTo(1, 9);
    expect(pump).toMatchObject({ running: false, rate: 5, vtbi: undefined });
  });
});

describe('a bolus on a pump that infuses', () => {
  it('is given beside it, and the infusion goes on with what was left of its volume', () => {
    const pump = new Pump(true, 30);
    const { step } = play(pump);
    expect(pump.taken).toEqual(['limit 1', 'rate 360', 'rate 5', 'limit 29', 'start']);
    expect(step).toEqual({ do: 'end', volumeGivenMl: 1 });
    expect(pump).toMatchObject({ running: true, rate: 5, vtbi: { set: 29, atEnd: 'KVO' } });
  });

  it('is not begun when the volume that is left is no more than the bolus, nor while the vein is kept open', () => {
    expect(notBegun(BOLUS, new Pump(true, 1).before)).toMatchObject({ reason: 'state-changed' });
    expect(notBegun(BOLUS, new Pump(true, 1.5).before)).toBeUndefined();
    expect(notBegun(BOLUS, { ...new Pump(true).before, rateMlPerHour: 1 })).toMatchObject({
      reason: 'state-changed',
    });
  });

  it('is cut short by a stop, and nothing is started again', () => {
    const pump = new Pump(true, 30);
    const { step } = play(pump, [{ atStep: 5, what: 'stop' }]);
    expect(step).toMatchObject({ do: 'end', refusal: { reason: 'fenced-by-stop' } });
    expect(pump.taken).not.toContain('start');
    expect(pump).toMatchObject({ running: false, rate: 5 });
  });

  it.each(['hand-holds', 'occluded'] as const)('is cut short when %s, which stays so', (what) => {
    const pump = new Pump(true);
    const { step, given } = play(pump, [{ atStep: 6, what }]);
    expect(step).toMatchObject({ do: 'end', refusal: { reason: 'cut-short' } });
    expect(given).toBeLessThan(1);
    expect(pump).toMatchObject({ running: false, rate: 5 });
  });

  it('goes on after the bolus also when the adapter died meanwhile, and not once somebody looked after the alarm', () => {
    const died = new Pump(true);
    expect(play(died, [{ atStep: 4, what: 'killed' }]).step).toEqual({ do: 'end', volumeGivenMl: 1 });
    expect(died.running).toBe(true);
    const looked = new Pump(true);
    const run: BolusRun = { before: looked.before, phase: 'giving' };
    Object.assign(looked, { running: false, rate: 360, infused: 21, alarm: 'none' });
    const step = nextOfBolus(BOLUS, run, looked.seen, { isStopped: false, isOnlyEnded: true });
    expect(step).toMatchObject({ do: 'write', run: { resumes: false } });
  });

  it('of which the pump does not take the limit is not begun', () => {
    const pump = new Pump(true);
    const { step } = play(pump, [{ atStep: 0, what: 'frame-lost' }]);
    expect(pump.taken).toEqual([]);
    expect(step).toMatchObject({ do: 'end', refusal: { reason: 'cut-short' } });
  });

  it('is not started by us when a hand held the pump before its rate was seen', () => {
    const pump = new Pump(true);
    const { step } = play(pump, [{ atStep: 2, what: 'hand-holds' }]);
    expect(step).toMatchObject({ do: 'end', refusal: { reason: 'cut-short' } });
    expect(pump.taken).toEqual(['limit 1', 'rate 360', 'rate 5', 'limit 0']);
  });

  it('that was killed before its rate was set is not given: the limit is taken back', () => {
    const pump = new Pump(true);
    const { step } = play(pump, [{ atStep: 1, what: 'killed' }]);
    expect(pump.taken).toEqual(['limit 1', 'limit 0']);
    expect(step).toMatchObject({ do: 'end', refusal: { reason: 'cut-short' } });
  });
});

describe('what a hand does meanwhile', () => {
  it('stays: another rate, or another volume, ends the bolus and nothing more is written', () => {
    const pump = new Pump(true);
    const run: BolusRun = { before: pump.before, phase: 'giving' };
    Object.assign(pump, { rate: 2 });
    expect(nextOfBolus(BOLUS, run, pump.seen, CALM)).toMatchObject({
      do: 'end',
      refusal: { reason: 'cut-short' },
    });
    Object.assign(pump, { rate: 360, vtbi: { left: 8, set: 8, atEnd: 'STOP' } });
    expect(nextOfBolus(BOLUS, run, pump.seen, CALM)).toMatchObject({
      do: 'end',
      refusal: { reason: 'cut-short' },
    });
  });

  it('to the count of the pump leaves it unknown what was given', () => {
    const pump = new Pump(true);
    const run: BolusRun = { before: pump.before, phase: 'giving' };
    Object.assign(pump, { infused: 0 });
    expect(nextOfBolus(BOLUS, run, pump.seen, CALM)).toMatchObject({ do: 'end', isUnknown: true });
  });
});

describe('whatever happens', () => {
  it('no more than the bolus goes in, nothing is started after a stop, and it comes to an end (property)', () => {
    const happening = fc.record({
      atStep: fc.nat(25),
      what: fc.constantFrom<Happening['what']>(
        'stop',
        'killed',
        'killed-after',
        'frame-lost',
        'hand-holds',
        'occluded',
      ),
    });
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.option(fc.integer({ min: 2, max: 50 }), { nil: undefined }),
        fc.array(happening, { maxLength: 4 }),
        (running, vtbiMl, happenings) => {
          const pump = new Pump(running, vtbiMl);
          const { step, given, startsAfterStop } = play(pump, happenings);
          expect(step.do).toBe('end');
          // Beside the bolus only what the infusion itself gave meanwhile.
          expect(given).toBeLessThan(BOLUS.volumeMl + 0.1);
          expect(startsAfterStop).toBe(0);
          // Who held a pump that ran holds it.
          if (running && given < 0.99) expect(pump.taken).not.toContain('start');
          if (step.do !== 'end' || step.isUnknown) return;
          if (!step.refusal) expect(step.volumeGivenMl).toBeGreaterThanOrEqual(0.998);
          if (!pump.running || happenings.length === 0) return;
          expect(pump.rate === BOLUS.rateMlPerHour && pump.vtbi === undefined).toBe(false);
        },
      ),
      { numRuns: 2_000, seed: 7 },
    );
  });
});
