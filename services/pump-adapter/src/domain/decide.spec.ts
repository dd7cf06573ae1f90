import { describe, expect, it } from 'vitest';
import {
  besidesSamples,
  EMPTY,
  IDENTITY,
  momentAt,
  names,
  OCCLUSION,
  SYRINGE,
  VTBI_IN,
  VTBI_KVO,
  Ward,
} from '../../test/ward.js';
import { DEFAULT_RULES, resume, type PumpEvent } from './index.js';

describe('a pump that answers for the first time', () => {
  it('is connected and sampled', () => {
    const events = new Ward().look({ syringe: SYRINGE });
    expect(names(events)).toEqual(['connected', 'status-sampled']);
    expect(events[0]).toMatchObject({ data: { serial: '8002-51740', syringe: SYRINGE } });
    expect(events[0]?.data).not.toHaveProperty('lastContactAt');
  });

  it('while it already infuses opens an infusion with it', () => {
    const events = new Ward().look({ delivering: true, mode: 'SET', rateMlPerHour: 5 });
    expect(names(events)).toEqual(['connected', 'infusion-started', 'status-sampled']);
  });
});

describe('a pump at rest', () => {
  it('is sampled at the slow beat only', () => {
    const ward = new Ward();
    ward.look();
    const silent = Array.from({ length: 9 }, () => ward.look());
    expect(silent.flat()).toEqual([]);
    expect(names(ward.look())).toEqual(['status-sampled']);
  });

  it('tells a new set rate although its status shows 0 on hold', () => {
    const ward = new Ward();
    ward.look({ setRateMlPerHour: 3.5 });
    const events = ward.look({ setRateMlPerHour: 5, logEntryId: 101 });
    expect(events[0]).toMatchObject({ name: 'rate-changed', data: { fromMlPerHour: 3.5, toMlPerHour: 5 } });
    expect(names(events)).toEqual(['rate-changed', 'status-sampled']);
  });
});

describe('an infusion', () => {
  it('starts by the front panel and stops by it, under one id', () => {
    const ward = new Ward();
    ward.look();
    const started = ward.look({ delivering: true, mode: 'SET', rateMlPerHour: 5, logEntryId: 101 });
    expect(names(started)).toEqual(['infusion-started', 'status-sampled']);
    const stopped = ward.look({ delivering: false, mode: 'HLD', rateMlPerHour: 0, logEntryId: 102 });
    expect(stopped[0]).toMatchObject({
      name: 'infusion-stopped',
      actor: 'front-panel',
      data: {
        cause: 'held',
        infusionId: started[0]?.name === 'infusion-started' && started[0].data.infusionId,
      },
    });
  });

  it('that runs is sampled each time that its volume moved, at most once a poll', () => {
    const ward = new Ward().infusing();
    expect(names(ward.look({ volumeInfusedMl: 0.061, pressureMmHg: 20 }))).toEqual(['status-sampled']);
  });

  it('gets a new rate, from and to', () => {
    const ward = new Ward().infusing();
    const [changed] = ward.look({ rateMlPerHour: 5, logEntryId: 102 });
    expect(changed).toMatchObject({
      name: 'rate-changed',
      data: { fromMlPerHour: 3.6, toMlPerHour: 5, changedBy: 'front-panel' },
    });
  });

  it('that an occlusion stops ends with the alarm as its cause', () => {
    const ward = new Ward().infusing();
    const events = ward.look({
      delivering: false,
      mode: 'HLD',
      rateMlPerHour: 0,
      alarmActive: true,
      alarm: OCCLUSION,
      logEntryId: 102,
    });
    expect(besidesSamples(events)).toEqual(['infusion-stopped', 'alarm-raised']);
    expect(events[0]).toMatchObject({ actor: 'pump', data: { cause: 'alarm' } });
  });

  it.each([VTBI_IN, EMPTY])('whose end $vendorCode tells is completed', (alarm) => {
    const ward = new Ward().infusing();
    const held = { delivering: false, mode: 'HLD', rateMlPerHour: 0, alarmActive: true } as const;
    const events = ward.look({ ...held, alarm, logEntryId: 102 });
    expect(besidesSamples(events)).toEqual(['infusion-completed', 'alarm-raised']);
  });

  it('whose volume is in goes on to keep the vein open, without a rate change that nobody made', () => {
    const ward = new Ward().infusing();
    ward.look({ vtbi: { active: true, volumeMl: 0.07, atEnd: 'KVO' }, logEntryId: 102 });
    const kvo = {
      rateMlPerHour: 1,
      alarmActive: true,
      alarm: VTBI_KVO,
      vtbi: { active: false },
      logEntryId: 103,
    };
    const events = ward.look(kvo);
    expect(besidesSamples(events)).toEqual(['infusion-completed', 'keep-vein-open-started', 'alarm-raised']);
    expect(besidesSamples(ward.look({ alarm: VTBI_KVO }))).toEqual([]);
    const again = ward.look({ rateMlPerHour: 3.6, alarmActive: false, alarm: null, logEntryId: 105 });
    expect(besidesSamples(again)).toEqual(['infusion-started', 'alarm-cleared']);
  });

  it('is the same one after the adapter was away, and says when it was last heard', () => {
    const ward = new Ward().infusing();
    const { infusion } = ward.state.belief;
    ward.state = resume(ward.state);
    const events = ward.look({ volumeInfusedMl: 0.068 }, 8_000);
    expect(names(events)).toEqual(['connected', 'status-sampled']);
    expect(events[0]).toMatchObject({ data: { lastContactAt: momentAt(ward.ms - 8_000).at } });
    expect(ward.state.belief.infusion).toEqual(infusion);
  });
});

describe('settings', () => {
  it('the volume to be infused: from and to', () => {
    const ward = new Ward().infusing();
    const [changed] = ward.look({ vtbi: { active: true, volumeMl: 11, atEnd: 'STOP' }, logEntryId: 102 });
    expect(changed).toMatchObject({ name: 'vtbi-changed', data: { from: { active: false } } });
  });

  it('the volume infused set back to zero', () => {
    const ward = new Ward().infusing();
    const [cleared] = ward.look({ volumeInfusedMl: 0, logEntryId: 102 });
    expect(cleared).toMatchObject({ name: 'volume-cleared', data: { fromMl: 0.06, toMl: 0 } });
  });

  it('a syringe that was taken out and put back, the same one', () => {
    const ward = new Ward();
    ward.look({ syringe: SYRINGE });
    expect(besidesSamples(ward.look({ syringe: { brand: '', sizeMl: 0, confirmed: false } }))).toEqual([]);
    const [changed] = ward.look({ syringe: SYRINGE }).filter(({ name }) => name === 'syringe-changed');
    expect(changed).toMatchObject({ data: { from: SYRINGE, to: SYRINGE } });
  });

  it('another syringe, and the same one confirmed anew after it was out', () => {
    const ward = new Ward().infusing();
    const other = { brand: 'BD PERFUSOR', sizeMl: 50, confirmed: true };
    expect(besidesSamples(ward.look({ syringe: other }))).toEqual(['syringe-changed']);
    expect(besidesSamples(ward.look({ syringe: other }))).toEqual([]);
    expect(besidesSamples(ward.look({ syringe: { ...other, confirmed: false } }))).toEqual([]);
    expect(besidesSamples(ward.look({ syringe: other }))).toEqual(['syringe-changed']);
  });
});

describe('a bolus', () => {
  const give = (ward: Ward, mlPerSecond: number, seconds: number): PumpEvent[] =>
    Array.from({ length: seconds }, () => ward.look({ volumeInfusedMl: ward.volumeMl + mlPerSecond })).flat();

  it('is told once, when it is over, with its volume and its times', () => {
    const ward = new Ward().infusing();
    const beganAt = momentAt(ward.ms).at;
    expect(besidesSamples(give(ward, 0.101, 20))).toEqual([]);
    const endedAt = momentAt(ward.ms + 1_000).at;
    const events = [...give(ward, 0.001, 3)];
    expect(besidesSamples(events)).toEqual(['bolus-given']);
    expect(events.find(({ name }) => name === 'bolus-given')?.data).toMatchObject({
      volumeMl: 2,
      beganAt,
      endedAt,
    });
  });

  it('is not made of a rate change, an early answer, a coarse display or a clock that is 3 % off', () => {
    const ward = new Ward().infusing();
    expect(besidesSamples(ward.look({ rateMlPerHour: 360, volumeInfusedMl: 0.15, logEntryId: 102 }))).toEqual(
      ['rate-changed'],
    );
    const events = Array.from({ length: 600 }, (_, index) => {
      const early = [0, 300, -300][index % 3] ?? 0;
      const volume = 0.15 + (index + 1) * 0.103 + early * 0.0001;
      return ward.look({ volumeInfusedMl: Math.round(volume * 1_000) / 1_000 });
    });
    expect(besidesSamples(events.flat())).toEqual([]);
  });

  it('that the pump logs at its end leaves no gap in the log', () => {
    const ward = new Ward().infusing();
    give(ward, 0.101, 10);
    const events = [
      ...ward.look({ volumeInfusedMl: ward.volumeMl + 0.05, logEntryId: 102 }),
      ...give(ward, 0.001, 10),
    ];
    expect(besidesSamples(events)).toEqual(['bolus-given']);
  });

  it('is seen at twenty polls a second as well', () => {
    const ward = new Ward().infusing();
    const poll = (ml: number) => ward.look({ volumeInfusedMl: Math.round((0.06 + ml) * 1e3) / 1e3 }, 50);
    const events: PumpEvent[] = [];
    for (let poll50 = 1; poll50 <= 200; poll50 += 1) events.push(...poll(Math.min(poll50, 100) * 0.0014));
    expect(besidesSamples(events)).toEqual(['bolus-given']);
    const given = events.find(({ name }) => name === 'bolus-given');
    expect(given?.name === 'bolus-given' && given.data.volumeMl).toBeCloseTo(0.135, 2);
  });
});

describe('an alarm', () => {
  it('is raised once and cleared once', () => {
    const ward = new Ward().infusing();
    expect(besidesSamples(ward.look({ alarmActive: true, alarm: OCCLUSION }))).toEqual(['alarm-raised']);
    expect(besidesSamples(ward.look({ alarm: OCCLUSION }))).toEqual([]);
    expect(besidesSamples(ward.look({ alarmActive: false, alarm: null }))).toEqual(['alarm-cleared']);
  });

  it('that gives way to another clears the one and raises the other', () => {
    const ward = new Ward().infusing();
    ward.look({ alarmActive: true, alarm: OCCLUSION });
    const events = ward.look({ alarm: { vendorCode: 'AL_NEW', term: 'unknown-alarm' } });
    expect(besidesSamples(events)).toEqual(['alarm-cleared', 'alarm-raised']);
    expect(events[1]).toMatchObject({ data: { vendorCode: 'AL_NEW', term: 'unknown-alarm' } });
  });

  it('whose name the pump does not tell is raised as unknown rather than dropped', () => {
    const ward = new Ward().infusing();
    expect(besidesSamples(ward.look({ alarmActive: true }))).toEqual([]);
    expect(besidesSamples(ward.look({}))).toEqual(['alarm-raised']);
    expect(ward.state.belief.alarm).toEqual({ vendorCode: 'A', term: 'unknown-alarm' });
    expect(besidesSamples(ward.look({ alarmActive: false, alarm: null }))).toEqual(['alarm-cleared']);
  });
});

describe('a pump that falls silent', () => {
  it('is lost after three polls and connected again when it answers, with what changed meanwhile', () => {
    const ward = new Ward().infusing();
    const heardAt = momentAt(ward.ms).at;
    expect([...ward.miss(1), ...ward.miss(2)]).toEqual([]);
    const lost = ward.miss(3);
    expect(lost).toEqual([
      { name: 'lost', actor: 'adapter', data: { reason: 'no-answer', silentSince: heardAt, missedPolls: 3 } },
    ]);
    expect(ward.miss(4)).toEqual([]);
    const back = ward.look({ delivering: false, mode: 'HLD', rateMlPerHour: 0, logEntryId: 102 }, 30_000);
    expect(besidesSamples(back)).toEqual(['connected', 'infusion-stopped']);
    expect(back[0]).toMatchObject({ data: { lastContactAt: heardAt } });
  });

  it('is lost at once when another pump answers in its place', () => {
    expect(names(new Ward().infusing().miss(1, 'another-pump-answers'))).toEqual(['lost']);
  });

  it('is not lost twice, nor when it was never seen', () => {
    expect(new Ward().miss(3)).toEqual([]);
  });

  it('that is found on another line is connected there', () => {
    const ward = new Ward().infusing();
    const identity = { ...IDENTITY, line: '/dev/ttyUSB1' };
    expect(besidesSamples(ward.look({ identity }))).toEqual(['connected']);
  });
});

describe("the pump's own log", () => {
  it('that skips entries which nothing explains shows a gap after a short grace', () => {
    const ward = new Ward().infusing();
    const since = momentAt(ward.ms).at;
    const events = [ward.look({ logEntryId: 104 }), ward.look(), ward.look(), ward.look()].flat();
    expect(events.filter(({ name }) => name === 'log-gap-detected')).toEqual([
      {
        name: 'log-gap-detected',
        actor: 'adapter',
        data: { fromLogEntryId: 101, toLogEntryId: 104, changesSeen: 0, since },
      },
    ]);
  });

  it('that went backwards shows a gap at once', () => {
    expect(besidesSamples(new Ward().infusing().look({ logEntryId: 7 }))).toEqual(['log-gap-detected']);
  });

  it('that moved while the adapter was away, by more than it finds changed, shows a gap', () => {
    const ward = new Ward().infusing();
    ward.state = resume(ward.state);
    const events = [
      ...ward.look({ rateMlPerHour: 5, logEntryId: 106 }, 60_000),
      ...[1, 2, 3].flatMap(() => [...ward.look()]),
    ];
    expect(besidesSamples(events)).toEqual(['connected', 'rate-changed', 'log-gap-detected']);
  });

  it('whose entry is seen one poll before or after the change shows none', () => {
    const ward = new Ward().infusing();
    const events = [
      ...ward.look({ vtbi: { active: true, volumeMl: 5 } }),
      ...ward.look({ logEntryId: 102 }),
      ...ward.look({ logEntryId: 103 }),
      ...ward.look({ rateMlPerHour: 5 }),
      ...[1, 2, 3, 4].flatMap(() => [...ward.look()]),
    ];
    expect(besidesSamples(events)).toEqual(['vtbi-changed', 'rate-changed']);
  });
});

it('the rules that nobody changes are these', () => {
  expect(DEFAULT_RULES).toEqual({ slowBeatMs: 10_000, missedPollsUntilLost: 3 });
});
