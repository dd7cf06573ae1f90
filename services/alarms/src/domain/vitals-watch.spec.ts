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
    expect(saturation(40, 'frozen')).toEqual([]);
    expect(saturation(40, 'questionable')).toEqual([]);
    saturation(40);
    expect(saturation(99, 'frozen')).toEqual([]);
    expect(story.ward.episodes.size).toBe(2);
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
