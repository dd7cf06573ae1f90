import { beforeEach, describe, expect, it } from 'vitest';
import type { WardAction } from '../actions.js';
import { EmulatedAsena } from '../emulated-asena.js';
import { Floor, type BedAction } from './floor.js';
import { Stay, type StayPlan } from './stay.js';

const MINUTE = 60_000;
const PUMPS = ['8002-00001', '8002-00002', '8002-00003'] as const;
const [NORADRENALINE, PROPOFOL, INSULIN] = PUMPS;
const CHANNELS: StayPlan['channels'] = [
  {
    serial: NORADRENALINE,
    syringe: { drug: 'noradrenaline', concentration: '8 mg in 50 ml' },
    startRateMlPerHour: 3,
  },
  { serial: PROPOFOL, syringe: { drug: 'propofol', concentration: '10 mg/ml' }, startRateMlPerHour: 12 },
  {
    serial: INSULIN,
    syringe: { drug: 'insulin', concentration: '50 unit in 50 ml' },
    startRateMlPerHour: 2,
  },
];
const PLAN: StayPlan = {
  pseudonym: 'stay-1',
  virtual: { person: { ageYears: 60, weightKg: 80, heightCm: 175, sex: 'male' } },
  setVitals: { saturationPercent: 96 },
  seed: 7,
  runningForMinutes: 90,
  channels: CHANNELS,
};

/** A bed with a patient and three running pumps, another patient next door, and the virtual clock that they share. */
class Ward {
  nowMs = 0;
  readonly stay: Stay;
  readonly floor: Floor;
  readonly pumps: ReadonlyMap<string, EmulatedAsena>;

  constructor(plan: Partial<StayPlan> = {}, contentMl = 50) {
    this.stay = new Stay({ ...PLAN, ...plan });
    this.floor = new Floor('icu-1', [
      { name: 'bed-1', stay: this.stay },
      { name: 'bed-2', stay: null },
    ]);
    this.pumps = new Map(
      CHANNELS.map(({ serial, syringe, startRateMlPerHour }) => {
        const setup = {
          serial,
          drugName: syringe.drug.toUpperCase(),
          syringe: { brand: 'BD PLASTIPAK', sizeMl: 50, contentMl },
          setRateMlPerHour: startRateMlPerHour,
          logEntryId: 1,
          seed: 1,
        };
        const pump = new EmulatedAsena(setup, { minMs: 0, maxMs: 0 });
        pump.onSecond = (deliveredMl) => this.floor.deliver(serial, deliveredMl);
        pump.act({ action: 'start' }, 0);
        return [serial, pump];
      }),
    );
  }

  wait(ms: number, stepMs = ms): this {
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs = Math.min(end, this.nowMs + stepMs);
      for (const pump of this.pumps.values()) pump.advanceTo(this.nowMs);
    }
    return this;
  }

  press(serial: string, ...actions: WardAction[]): this {
    for (const action of actions) expect(this.pumps.get(serial)!.act(action, this.nowMs)).toBeNull();
    return this;
  }

  at(bed: string, action: BedAction): this {
    expect(this.floor.act(bed, action)).toBeNull();
    return this;
  }

  get map(): number {
    return this.stay.vitals.meanArterialPressureMmHg;
  }

  screen(bed = 'bed-1') {
    return this.floor.screen(this.floor.bed(bed)!);
  }
}

let ward: Ward;
let before: number;
beforeEach(() => {
  ward = new Ward().wait(MINUTE);
  before = ward.map;
});

describe('a patient on running pumps', () => {
  it('is settled from the beginning: nothing swings in', () => {
    expect(ward.wait(10 * MINUTE).map).toBeCloseTo(before, 0);
  });

  it('gets a higher pressure from more noradrenaline', () => {
    ward.press(NORADRENALINE, { action: 'set-rate', rateMlPerHour: 6 }).wait(15 * MINUTE);
    expect(ward.map).toBeGreaterThan(before + 8);
  });

  it('gets a lower pressure from more propofol', () => {
    ward.press(PROPOFOL, { action: 'set-rate', rateMlPerHour: 30 }).wait(20 * MINUTE);
    expect(ward.map).toBeLessThan(before - 5);
  });

  it.each<[string, WardAction]>([
    ['is held', { action: 'stop' }],
    ['runs empty', { action: 'run-empty' }],
    ['has no syringe', { action: 'remove-syringe' }],
    ['pumps into a closed line', { action: 'occlude' }],
  ])('loses pressure when the noradrenaline pump %s', (_, action) => {
    ward.press(NORADRENALINE, action).wait(15 * MINUTE);
    expect(ward.map).toBeLessThan(before - 8);
  });

  it('loses pressure when the noradrenaline syringe comes to its own end', () => {
    const short = new Ward({}, 0.5).wait(5 * MINUTE);
    const running = short.map;
    short.wait(30 * MINUTE);
    expect(short.pumps.get(NORADRENALINE)!.state.alarms).toContain('AL_EOIST');
    expect(short.map).toBeLessThan(running - 8);
  });

  it('gets at once what a closed line held back, when it opens', () => {
    ward.press(NORADRENALINE, { action: 'occlude' }).wait(10 * MINUTE);
    const { heldBackMl, deliveredMl } = ward.pumps.get(NORADRENALINE)!.state;
    expect(heldBackMl).toBeGreaterThan(0.4);
    const fallen = ward.map;
    ward.press(NORADRENALINE, { action: 'release' }).wait(MINUTE);
    expect(ward.map).toBeGreaterThan(fallen + 15);
    expect(ward.pumps.get(NORADRENALINE)!.state.deliveredMl).toBeGreaterThan(deliveredMl + heldBackMl);
  });

  it('does not get what a closed line held back when the syringe is taken out first', () => {
    ward.press(NORADRENALINE, { action: 'occlude' }).wait(10 * MINUTE);
    const { deliveredMl } = ward.pumps.get(NORADRENALINE)!.state;
    ward.press(NORADRENALINE, { action: 'remove-syringe' }).wait(MINUTE);
    ward.press(NORADRENALINE, { action: 'release' }).wait(MINUTE);
    expect(ward.pumps.get(NORADRENALINE)!.state.deliveredMl).toBeCloseTo(deliveredMl, 5);
  });

  it('feels a bolus', () => {
    ward.press(NORADRENALINE, { action: 'bolus', volumeMl: 0.3 }).wait(10_000);
    expect(ward.map).toBeGreaterThan(before + 5);
  });

  it('feels nothing of a drug that the model does not know', () => {
    const other = new Ward().wait(MINUTE);
    ward.press(INSULIN, { action: 'stop' }).wait(15 * MINUTE);
    expect(ward.map).toBe(other.wait(15 * MINUTE).map);
  });
});

describe('the same seed', () => {
  const course = (made: Ward, stepMs: number): unknown => {
    const seen = [];
    for (let minute = 0; minute < 12; minute += 1) {
      made.wait(MINUTE, stepMs);
      if (minute === 3) made.press(NORADRENALINE, { action: 'occlude' });
      if (minute === 7) made.press(NORADRENALINE, { action: 'release' });
      seen.push([made.stay.seconds, made.screen()]);
    }
    return seen;
  };

  it('gives the same vitals', () => {
    expect(course(new Ward(), MINUTE)).toEqual(course(new Ward(), MINUTE));
    expect(course(new Ward(), MINUTE)).not.toEqual(course(new Ward({ seed: 8 }), MINUTE));
  });

  it('gives the same vitals however fast time runs', () => {
    const inRealTime = course(new Ward(), 100);
    expect(course(new Ward(), MINUTE)).toEqual(inRealTime);
    expect(course(new Ward(), 730)).toEqual(inRealTime);
  });

  it('gives the same vitals when one pump is looked at far ahead of the others', () => {
    const ahead = new Ward();
    ahead.pumps.get(PROPOFOL)!.advanceTo(12 * MINUTE);
    expect(course(ahead, MINUTE)).toEqual(course(new Ward(), 100));
  });
});

describe('a monitor', () => {
  it('shows what the patient has, with its quality and source', () => {
    expect(ward.screen()).toMatchObject({
      meanArterialPressureMmHg: { quality: 'good', source: 'arterial-line' },
      saturationPercent: { value: 96, quality: 'good', source: 'pulse-oximeter' },
    });
    expect(ward.screen()).not.toHaveProperty('temperatureCelsius');
  });

  it('has no value for a sensor that came off, and has it again', () => {
    ward.at('bed-1', { action: 'sensor-off', sensor: 'ecg' });
    expect(ward.screen()).toMatchObject({
      heartRateBpm: { quality: 'bad', source: 'ecg' },
      meanArterialPressureMmHg: { quality: 'good' },
    });
    expect(ward.screen().heartRateBpm).not.toHaveProperty('value');
    ward.at('bed-1', { action: 'sensor-on' });
    expect(ward.screen().heartRateBpm).toMatchObject({ quality: 'good' });
  });

  it('that is frozen repeats itself and says so, while the patient goes on', () => {
    const shown = ward.screen().meanArterialPressureMmHg!.value;
    ward.at('bed-1', { action: 'freeze-monitor' }).press(NORADRENALINE, { action: 'stop' });
    ward.wait(10 * MINUTE);
    expect(ward.screen().meanArterialPressureMmHg).toEqual({
      value: shown,
      quality: 'frozen',
      source: 'arterial-line',
    });
    ward.at('bed-1', { action: 'thaw-monitor' });
    expect(ward.screen().meanArterialPressureMmHg!.value).toBeLessThan(shown! - 5);
  });

  it('that is frozen without knowing it calls its values good', () => {
    ward.at('bed-1', { action: 'freeze-monitor', silently: true });
    const screen = ward.screen();
    expect(ward.wait(MINUTE).screen()).toEqual(screen);
    expect(screen.heartRateBpm).toMatchObject({ quality: 'good' });
  });
});

describe('a patient who moves', () => {
  it('takes the pumps along and lies in front of another monitor', () => {
    const moved: string[] = [];
    ward.floor.onMoved = (beds) => moved.push(...beds.map(({ name }) => name));
    ward.at('bed-1', { action: 'sensor-off' }).at('bed-1', { action: 'move-patient', to: 'bed-2' });
    expect(moved).toEqual(['bed-2']);
    expect(ward.floor.readings()).toMatchObject([
      { bed: 'bed-2', patient: 'stay-1', reading: { heartRateBpm: { quality: 'good' } } },
    ]);
    expect(ward.screen('bed-1')).toEqual({});
    ward.press(NORADRENALINE, { action: 'set-rate', rateMlPerHour: 6 }).wait(15 * MINUTE);
    expect(ward.map).toBeGreaterThan(before + 8);
  });

  it.each<[BedAction, string]>([
    [{ action: 'move-patient', to: 'bed-9' }, 'there is no bed bed-9'],
    [{ action: 'move-patient', to: 'bed-1' }, 'the patient lies there already'],
    [{ action: 'thaw-monitor' }, 'the monitor is not frozen'],
    [{ action: 'sensor-on', sensor: 'ecg' }, 'it is connected'],
  ])('%j is not done: %s', (action, reason) => {
    expect(ward.floor.act('bed-1', action)).toBe(reason);
  });

  it('cannot leave a bed in which nobody lies', () => {
    expect(ward.floor.act('bed-2', { action: 'move-patient', to: 'bed-1' })).toBe('the bed is empty');
  });
});
