import { describe, expect, it } from 'vitest';
import type { Alarm } from './alarms.ts';
import { BURSTS, openAlarms, soundOf, withAlarm } from './alarms.ts';
import { bedsOf, byPriority, needsMeFirst } from './attention.ts';
import { EMPTY_WARD, type PumpView, type Ward } from './live.ts';

const alarm = (id: string, more: Partial<Alarm> = {}): Alarm => ({
  id,
  status: 'open',
  condition: 'occlusion',
  text: 'Line occluded',
  priority: 'high',
  score: 1,
  unit: 'icu-1',
  bed: null,
  vendorCode: null,
  members: [],
  raisedMs: 0,
  acknowledgedBy: null,
  audio: 'on',
  audioPausedUntilMs: null,
  step: 0,
  closedMs: null,
  ...more,
});
const pump = (serial: string, bed: string, more: Partial<PumpView> = {}): PumpView => ({
  serial,
  connected: true,
  alarms: [],
  completed: false,
  bed,
  unit: 'icu-1',
  ...more,
});

function wardWith(...pumps: PumpView[]): Ward {
  const beds = ['bed-1', 'bed-2', 'bed-10'].map(
    (bed) => [bed, { bed, unit: 'icu-1', patient: `stay-${bed}` }] as const,
  );
  return {
    ...EMPTY_WARD,
    known: true,
    beds: new Map(beds),
    pumps: new Map(pumps.map((one) => [one.serial, one])),
  };
}

describe('the ward', () => {
  it('shows beds in their fixed order, however urgent, and pumps without a bed as well', () => {
    const beds = bedsOf(
      wardWith(pump('a', 'bed-10'), { ...pump('z', ''), bed: undefined } as unknown as PumpView),
      [alarm('1', { bed: 'bed-10' })],
    );
    expect(beds.map(({ bed }) => bed)).toEqual(['', 'bed-1', 'bed-2', 'bed-10']);
  });

  it('puts an alarm at its bed by place, by pump or by patient', () => {
    const at = (more: Partial<Alarm>) =>
      bedsOf(wardWith(pump('a', 'bed-2')), [alarm('1', more)])
        .filter(({ alarms }) => alarms.length > 0)
        .map(({ bed }) => bed);
    const of = (source: string) => ({ members: [{ source, since: '', lasts: true, vasoactive: false }] });
    expect([at({ bed: 'bed-1' }), at(of('a')), at(of('stay-bed-10')), at(of('stranger'))]).toEqual([
      ['bed-1'],
      ['bed-2'],
      ['bed-10'],
      [],
    ]);
  });

  it('says who needs somebody first: alarm before empty syringe, and nobody without a reason', () => {
    const ward = wardWith(
      pump('a', 'bed-1', { delivering: true, remainingSeconds: 300 }),
      pump('b', 'bed-2', { delivering: true, remainingSeconds: 90_000 }),
    );
    const first = needsMeFirst(bedsOf(ward, [alarm('1', { bed: 'bed-10', priority: 'low' })]));
    expect(first.map(({ bed }) => bed)).toEqual(['bed-10', 'bed-1']);
  });
});

describe('alarms', () => {
  it('stand by whether somebody has them, by priority, then the newest first', () => {
    const order = [
      alarm('seen', { acknowledgedBy: 'person-1' }),
      alarm('low', { priority: 'low' }),
      alarm('old'),
      alarm('new', { raisedMs: 5 }),
    ];
    expect(order.sort(byPriority).map(({ id }) => id)).toEqual(['new', 'old', 'low', 'seen']);
  });

  it('go when the service closes them, and not before', () => {
    const open = openAlarms([alarm('1'), alarm('2', { status: 'closed' })]);
    expect([...withAlarm(open, alarm('1', { acknowledgedBy: 'person-1' })).keys()]).toEqual(['1']);
    expect(withAlarm(open, alarm('1', { status: 'closed' })).size).toBe(0);
  });

  it('sound by the highest whose sound the service has on', () => {
    const paused = alarm('p', { audio: 'paused', audioPausedUntilMs: 50 });
    expect(soundOf([paused, alarm('m', { priority: 'medium' })], 49)).toBe('medium');
    expect(soundOf([paused, alarm('m', { priority: 'medium' })], 50)).toBe('high');
    expect(soundOf([alarm('a', { audio: 'acknowledged' })], 0)).toBeUndefined();
  });

  it('sound as IEC 60601-1-8 table 3 wants: 10, 3 and 2 pulses, and pauses within its bounds', () => {
    const pauseOf = (priority: 'high' | 'medium' | 'low') => {
      const { pulses, repeatMs } = BURSTS[priority];
      return repeatMs - Math.max(...pulses.map(({ atMs, lengthMs }) => atMs + lengthMs));
    };
    expect(Object.values(BURSTS).map(({ pulses }) => pulses.length)).toEqual([10, 3, 2]);
    expect(pauseOf('high')).toSatisfy((ms: number) => ms >= 2_500 && ms <= 15_000);
    expect(pauseOf('medium')).toSatisfy((ms: number) => ms >= 2_500 && ms <= 30_000);
    expect(pauseOf('low')).toBeGreaterThan(15_000);
  });
});
