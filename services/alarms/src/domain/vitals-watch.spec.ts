import {
  AssociationEnded,
  AssociationMade,
  InfusionStopped,
  StatusSampled,
  VitalsSampled,
} from '@bcmed/events';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Story, status, types } from '../../test/story.js';
import { conditionNamed } from './conditions.js';
import type { EpisodeEvent } from './episode-events.js';
import { priorityOfHazard } from './priority.js';
import { SIGN_LIMITS, criticalOf, signDelayMs } from './vitals-watch.js';

type Quality = 'good' | 'questionable' | 'frozen';

const PATIENT = 'stay-4d';
const PUMP = '8002-51740';
const ASSOCIATION = '01994f7e-7c00-7000-8000-0000000000a1';
const infusion = {
  infusionId: '01994f7e-7c00-7000-8000-0000000000d1',
  changedBy: 'front-panel',
  cause: 'held',
  volumeInfusedMl: 1,
  logEntryId: 1,
} as const;

let story: Story;
beforeEach(() => {
  story = new Story();
});

function saturation(value: number, quality: 'good' | 'questionable' | 'frozen' = 'good'): EpisodeEvent[] {
  return story.tell(VitalsSampled, PATIENT, { saturationPercent: { value, quality, source: 'oximeter' } });
}

function connect(drug = 'noradrenaline'): EpisodeEvent[] {
  return story.tell(AssociationMade, ASSOCIATION, {
    patient: PATIENT,
    bed: 'bed-7',
    unit: 'icu-1',
    pumpSerial: PUMP,
    syringe: { drug, concentration: '8 mg in 50 ml' },
    recordedBy: 'p1',
    validFrom: '2026-11-20T12:00:00.000Z',
  });
}

describe('a vital sign', () => {
  it('that is a little beyond its limit waits, and disturbs nobody when it comes back', () => {
    expect(saturation(89)).toEqual([]);
    story.wait(10_000);
    expect(saturation(93)).toEqual([]);
    story.wait(10_000);
    expect(saturation(89)).toEqual([]);
    story.wait(15_000);
    expect(types(saturation(89))).toEqual(['raised', 'notification-sent']);
    expect(story.only).toMatchObject({ condition: 'saturation-low', priority: 'medium' });
    expect(saturation(90.5)).toEqual([]);
    expect(types(saturation(91))).toContain('resolved');
  });

  it('beyond the critical value is high at once, and is shown until somebody has seen it', () => {
    const said = saturation(55);
    expect(types(said)).toEqual(['raised', 'notification-sent', 'raised', 'notification-sent']);
    expect(said[2]).toMatchObject({
      data: { condition: 'saturation-low-critical', priority: 'high', kind: 'physiological' },
    });
    expect(types(saturation(95))).toEqual(['resolved', 'notification-sent', 'changed']);
    expect(story.only.status).toBe('latched');
  });

  it('that was not measured well neither begins nor ends anything', () => {
    const ofTheHeart = () =>
      [...story.ward.episodes.values()].filter(({ condition }) => condition.startsWith('saturation'));
    saturation(40, 'frozen');
    saturation(40, 'questionable');
    expect(ofTheHeart()).toEqual([]);
    saturation(40);
    saturation(99, 'frozen');
    expect(ofTheHeart()).toHaveLength(2);
  });

  it('waits less the worse it is, and not at all from the critical value on (property)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SIGN_LIMITS),
        fc.double({ min: 0, max: 250, noNaN: true }),
        (limit, value) => {
          const delay = signDelayMs(limit, value);
          const beyond = limit.side === 'low' ? value <= limit.critical : value >= limit.critical;
          if (beyond) expect(delay).toBe(0);
          expect(delay).toBeLessThanOrEqual(limit.delayMs);
          const worse = signDelayMs(limit, limit.side === 'low' ? value - 1 : value + 1);
          expect(worse).toBeLessThanOrEqual(delay);
        },
      ),
    );
    for (const limit of SIGN_LIMITS)
      expect(priorityOfHazard(conditionNamed(criticalOf(limit)).hazard)).toBe('high');
  });

  it('is told with the bed of the patient, where somebody recorded it', () => {
    connect();
    saturation(55);
    const [episode] = [...story.ward.episodes.values()];
    expect(episode).toMatchObject({ unit: 'icu-1', bed: 'bed-7', group: `patient/${PATIENT}` });
  });
});

function shows(values: { readonly bpm?: number; readonly percent?: number }, quality: Quality = 'good') {
  const { bpm, percent } = values;
  return story.tell(VitalsSampled, PATIENT, {
    ...(bpm === undefined ? {} : { heartRateBpm: { value: bpm, quality, source: 'ecg' } }),
    ...(percent === undefined ? {} : { saturationPercent: { value: percent, quality, source: 'oximeter' } }),
  });
}

/** Samples every 5 s. */
function beats(seconds: number, values: Parameters<typeof shows>[0], quality: Quality = 'good') {
  const said: EpisodeEvent[] = [];
  for (let second = 0; second < seconds; second += 5)
    said.push(...shows(values, quality), ...story.wait(5_000));
  return said;
}

describe('a monitor', () => {
  beforeEach(() => {
    story = new Story({ ...story.rules, vitalsSilenceMs: 30_000, vitalsFrozenMs: 120_000 });
  });

  it('that falls silent is an alarm of its patient, which ends when it speaks again', () => {
    shows({ bpm: 80 });
    expect(story.wait(29_999)).toEqual([]);
    const said = story.wait(5_001);
    expect(types(said)).toEqual(['raised', 'notification-sent']);
    expect(said[0]).toMatchObject({
      actor: 'pump-adapter/1',
      data: {
        condition: 'vitals-no-data',
        priority: 'medium',
        group: `patient/${PATIENT}`,
        kind: 'technical',
      },
    });
    expect(types(story.wait(3_600_000))).not.toContain('raised');
    expect(types(shows({ bpm: 81 }))).toEqual(['resolved', 'notification-sent']);
    expect(types(story.wait(30_000))).toEqual(['raised']);
  });

  it('that speaks and has no signal at all is as good as silent', () => {
    shows({ bpm: 80 });
    const leadOff = { heartRateBpm: { quality: 'bad' as const, source: 'ecg' } };
    for (let second = 0; second < 30; second += 5) {
      story.wait(5_000);
      story.tell(VitalsSampled, PATIENT, leadOff);
    }
    expect(types(story.wait(5_000))).toContain('notification-sent');
    expect(story.only.condition).toBe('vitals-no-data');
  });

  it('that never showed anything is not missed', () => {
    story.tell(VitalsSampled, PATIENT, { heartRateBpm: { quality: 'bad', source: 'ecg' } });
    expect(story.wait(3_600_000)).toEqual([]);
  });

  it('is a high alarm at once while a vasoactive drug runs at that patient', () => {
    connect();
    story.tell(StatusSampled, PUMP, status);
    shows({ bpm: 80 });
    const said = story.wait(30_000);
    expect(types(said)).toEqual(['raised', 'notification-sent']);
    expect(said[0]).toMatchObject({
      atMs: story.nowMs,
      data: { priority: 'high', bed: 'bed-7', members: [{ source: PATIENT, vasoactive: true }] },
    });
  });

  it('is medium when the vasoactive drug is known to stand still, and high from the moment in which it runs', () => {
    connect();
    story.tell(StatusSampled, PUMP, { ...status, state: 'held' });
    shows({ bpm: 80 });
    story.wait(60_000);
    expect(story.only.priority).toBe('medium');
    story.do(story.only.id, { kind: 'acknowledge', person: 'p1', authenticated: false });
    const said = story.tell(StatusSampled, PUMP, status);
    expect(said).toMatchObject([
      { type: 'changed', data: { reason: 'priority', priority: 'high', members: [{ vasoactive: true }] } },
      { type: 'notification-sent', data: { priority: 'high' } },
    ]);
    expect(story.only.acknowledged).toBeUndefined();
    expect(story.tell(StatusSampled, PUMP, status)).toEqual([]);
  });

  it('of another patient is not made high by it', () => {
    connect();
    story.tell(StatusSampled, PUMP, status);
    const reading = { value: 80, quality: 'good', source: 'ecg' } as const;
    story.tell(VitalsSampled, 'stay-5e', { heartRateBpm: reading });
    expect(story.wait(30_000)).toMatchObject([{ data: { condition: 'vitals-no-data', priority: 'medium' } }]);
  });

  it('that says that it repeats itself is an alarm, and no silence', () => {
    shows({ bpm: 80, percent: 97 });
    story.wait(5_000);
    expect(types(shows({ bpm: 80, percent: 97 }, 'frozen'))).toEqual(['raised']);
    expect(types(beats(60, { bpm: 80, percent: 97 }, 'frozen'))).toEqual(['notification-sent']);
    expect(story.only).toMatchObject({ condition: 'vitals-frozen', priority: 'medium' });
    expect(types(shows({ bpm: 82, percent: 97 }))).toEqual(['resolved', 'notification-sent']);
  });

  it('that repeats itself without saying so is found by its values, and ends when they move', () => {
    expect(beats(120, { bpm: 80, percent: 97 })).toEqual([]);
    expect(shows({ bpm: 80, percent: 97 })).toMatchObject([
      { type: 'raised', data: { condition: 'vitals-frozen' } },
    ]);
    expect(types(beats(60, { bpm: 80, percent: 97 }))).toEqual(['notification-sent']);
    expect(types(shows({ bpm: 81, percent: 97 }))).toEqual(['resolved', 'notification-sent']);
  });

  it('of which only one lead repeats itself, or that shows but a steady saturation, is not frozen', () => {
    for (let beat = 0; beat < 60; beat += 1) {
      expect(shows({ bpm: 80 + (beat % 2), percent: 97 })).toEqual([]);
      expect(story.wait(5_000)).toEqual([]);
    }
    expect(beats(300, { percent: 97 })).toEqual([]);
  });

  it('of a patient whose last pump was disconnected on purpose is not waited for until it speaks', () => {
    connect();
    shows({ bpm: 80 });
    story.wait(40_000);
    expect(story.only.condition).toBe('vitals-no-data');
    const ended = {
      recordedBy: 'p1',
      validUntil: '2026-11-20T12:00:00.000Z',
      cause: 'disconnected',
    } as const;
    expect(types(story.tell(AssociationEnded, ASSOCIATION, ended))).toContain('resolved');
    expect(story.wait(3_600_000)).toEqual([]);
    shows({ bpm: 80 });
    expect(types(story.wait(30_000))).toEqual(['raised']);
  });

  it('of a patient who has another pump is waited for', () => {
    connect();
    const other = '01994f7e-7c00-7000-8000-0000000000a2';
    story.tell(AssociationMade, other, {
      patient: PATIENT,
      bed: 'bed-7',
      unit: 'icu-1',
      pumpSerial: '8002-51741',
      syringe: { drug: 'propofol', concentration: '1000 mg in 50 ml' },
      recordedBy: 'p1',
      validFrom: '2026-11-20T12:00:00.000Z',
    });
    shows({ bpm: 80 });
    const ended = {
      recordedBy: 'p1',
      validUntil: '2026-11-20T12:00:00.000Z',
      cause: 'disconnected',
    } as const;
    story.tell(AssociationEnded, other, ended);
    expect(types(story.wait(30_000))).toContain('raised');
  });
});

describe('an association', () => {
  it('says which drug runs, so that its end is an alarm without any label at the pump', () => {
    connect();
    story.tell(StatusSampled, PUMP, status);
    const said = story.tell(InfusionStopped, PUMP, infusion);
    expect(said[0]).toMatchObject({
      data: { condition: 'vasoactive-stopped', bed: 'bed-7', members: [{ source: PUMP, vasoactive: true }] },
    });
    const ended = { recordedBy: 'p1', validUntil: '2026-11-20T12:00:00.000Z' };
    expect(story.tell(AssociationEnded, ASSOCIATION, { ...ended, cause: 'disconnected' })).toMatchObject([
      { type: 'resolved' },
      { type: 'notification-sent' },
    ]);
  });

  it('of a syringe that is changed ends nothing: the drug has to run again', () => {
    connect();
    story.tell(InfusionStopped, PUMP, infusion);
    const ended = {
      recordedBy: 'p1',
      validUntil: '2026-11-20T12:00:00.000Z',
      cause: 'syringe-changed',
    } as const;
    expect(story.tell(AssociationEnded, ASSOCIATION, ended)).toEqual([]);
    expect(story.ward.episodes.size).toBe(1);
  });

  it('of a pump that was never heard does not make it missed', () => {
    story = new Story({ ...story.rules, silenceMs: 30_000 });
    connect('propofol');
    expect(story.wait(3_600_000)).toEqual([]);
    story.tell(StatusSampled, PUMP, status);
    expect(types(story.wait(30_000))).toEqual(['raised']);
  });
});
