import { describe, expect, it } from 'vitest';
import { besidesSamples, momentAt, names, Ward } from '../../test/ward.js';
import { resume, type CommandReport, type Expected, type PumpEvent } from './index.js';

const commandId = '01994f7e-7c00-7000-8000-0000000000c1';
const common = { commandId, action: 'set-rate', commandPosition: '1207' } as const;

const executed = (expected: Expected): CommandReport => ({
  outcome: 'executed',
  person: 'person-7f3a',
  expected,
  data: { ...common, framesWritten: ['INF_RATE^5.00^ml/h'], delivering: true, readBackAfterMs: 60 },
});
const unknown = (expected: Expected): CommandReport => ({
  outcome: 'unknown',
  person: 'person-7f3a',
  expected,
  data: { ...common, detail: 'no read-back' },
});
const failed: CommandReport = {
  outcome: 'failed',
  person: 'person-7f3a',
  data: { ...common, reason: 'expired', detail: 'expired 4 s ago' },
};

function tell(ward: Ward, report: CommandReport): readonly PumpEvent[] {
  return ward.take({ kind: 'commanded', moment: momentAt(ward.ms), report });
}

describe('a command that was executed', () => {
  it('is told with the person who ordered it, and explains the change that the next reading shows', () => {
    const ward = new Ward().infusing();
    const [told] = tell(ward, executed({ setRateMlPerHour: 5 }));
    expect(told).toMatchObject({ name: 'command-executed', actor: { person: 'person-7f3a' }, commandId });
    const [changed] = ward.look({ rateMlPerHour: 5, logEntryId: 102 });
    expect(changed).toMatchObject({
      name: 'rate-changed',
      actor: { person: 'person-7f3a' },
      commandId,
      data: { fromMlPerHour: 3.6, toMlPerHour: 5, changedBy: 'command' },
    });
  });

  it('explains no other value than the one that was ordered', () => {
    const ward = new Ward().infusing();
    tell(ward, executed({ setRateMlPerHour: 5 }));
    const [changed] = ward.look({ rateMlPerHour: 50, logEntryId: 102 });
    expect(changed).toMatchObject({ actor: 'front-panel', data: { changedBy: 'front-panel' } });
  });

  it('explains its change once: the same change a second time was made by hand', () => {
    const ward = new Ward().infusing();
    tell(ward, executed({ setRateMlPerHour: 5 }));
    ward.look({ rateMlPerHour: 5, logEntryId: 102 });
    ward.look({ rateMlPerHour: 3.6, logEntryId: 103 });
    const [again] = ward.look({ rateMlPerHour: 5, logEntryId: 104 });
    expect(again).toMatchObject({ data: { changedBy: 'front-panel' } });
  });

  it('explains nothing any more after ten seconds', () => {
    const ward = new Ward().infusing();
    tell(ward, executed({ setRateMlPerHour: 5 }));
    ward.look({}, 11_000);
    const [late] = ward.look({ rateMlPerHour: 5, logEntryId: 102 });
    expect(late).toMatchObject({ data: { changedBy: 'front-panel' } });
  });

  it.each([
    ['start', { delivering: true }, 'infusion-started'],
    ['stop', { delivering: false }, 'infusion-stopped'],
  ] as const)('of a %s explains the infusion', (_, expected, name) => {
    const ward = expected.delivering ? new Ward() : new Ward().infusing();
    if (expected.delivering) ward.look();
    tell(ward, executed(expected));
    const seen = expected.delivering
      ? { delivering: true, mode: 'SET', rateMlPerHour: 5, logEntryId: 102 }
      : { delivering: false, mode: 'HLD', rateMlPerHour: 0, logEntryId: 102 };
    const event = ward.look(seen).find((one) => one.name === name);
    expect(event).toMatchObject({ actor: { person: 'person-7f3a' }, data: { changedBy: 'command' } });
  });

  it('of a volume to be infused explains it', () => {
    const ward = new Ward().infusing();
    tell(ward, executed({ vtbiMl: 11 }));
    const [changed] = ward.look({ vtbi: { active: true, volumeMl: 11, atEnd: 'STOP' }, logEntryId: 102 });
    expect(changed).toMatchObject({ name: 'vtbi-changed', data: { changedBy: 'command' } });
  });

  it('of a stop explains it also while the pump shows an alarm', () => {
    const ward = new Ward().infusing();
    tell(ward, executed({ delivering: false }));
    const held = { delivering: false, mode: 'HLD', rateMlPerHour: 0, alarmActive: true, logEntryId: 102 };
    const stopped = ward.look(held).find(({ name }) => name === 'infusion-stopped');
    expect(stopped).toMatchObject({
      actor: { person: 'person-7f3a' },
      data: { cause: 'held', changedBy: 'command' },
    });
  });
});

describe('a command whose outcome is unknown', () => {
  it('is resolved as ordered by the first reading that shows it, and explains the change', () => {
    const ward = new Ward().infusing();
    tell(ward, unknown({ setRateMlPerHour: 5 }));
    const events = ward.look({ rateMlPerHour: 5, logEntryId: 102 });
    expect(besidesSamples(events)).toEqual(['rate-changed', 'command-outcome-resolved']);
    expect(events[0]).toMatchObject({ data: { changedBy: 'command' } });
    expect(events[1]).toMatchObject({
      commandId,
      data: { outcome: 'as-ordered', detail: 'infusing, set rate 5 ml/h', commandPosition: '1207' },
    });
  });

  it('stays unknown while the frame may still act, and is then resolved as not ordered', () => {
    const ward = new Ward().infusing();
    tell(ward, unknown({ setRateMlPerHour: 5 }));
    const soon = [ward.look(), ward.look(), ward.look(), ward.look(), ward.look(), ward.look()].flat();
    expect(names(soon)).not.toContain('command-outcome-resolved');
    const late = [ward.look(), ward.look()].flat();
    expect(late.filter(({ name }) => name === 'command-outcome-resolved')).toMatchObject([
      { data: { outcome: 'not-as-ordered', detail: 'infusing, set rate 3.6 ml/h' } },
    ]);
  });

  it('survives a restart of the adapter and is counted from the first reading after it', () => {
    const ward = new Ward().infusing();
    tell(ward, unknown({ setRateMlPerHour: 5 }));
    ward.state = resume(ward.state);
    expect(names(ward.look({}, 60_000))).not.toContain('command-outcome-resolved');
    const later = Array.from({ length: 8 }, () => ward.look()).flat();
    expect(names(later)).toContain('command-outcome-resolved');
  });

  it('is resolved also when a stop was carried out meanwhile, and keeps its change', () => {
    const ward = new Ward().infusing();
    tell(ward, unknown({ setRateMlPerHour: 5 }));
    tell(ward, executed({ delivering: false }));
    const held = { delivering: false, mode: 'HLD', rateMlPerHour: 0, setRateMlPerHour: 5, logEntryId: 103 };
    const events = ward.look(held);
    expect(besidesSamples(events)).toEqual(['rate-changed', 'infusion-stopped', 'command-outcome-resolved']);
    for (const event of events.slice(0, 2)) expect(event).toMatchObject({ data: { changedBy: 'command' } });
  });

  it('waits for a reading that tells what was ordered', () => {
    const ward = new Ward();
    ward.look({ setRateMlPerHour: 3.5 });
    tell(ward, unknown({ setRateMlPerHour: 5 }));
    expect(names(ward.look({}, 30_000))).not.toContain('command-outcome-resolved');
    expect(besidesSamples(ward.look({ setRateMlPerHour: 5, logEntryId: 101 }))).toEqual([
      'rate-changed',
      'command-outcome-resolved',
    ]);
  });
});

describe('a command that failed', () => {
  it('is told, and changes nothing of what is awaited from the one before', () => {
    const ward = new Ward().infusing();
    tell(ward, executed({ setRateMlPerHour: 5 }));
    expect(names(tell(ward, failed))).toEqual(['command-failed']);
    expect(ward.look({ rateMlPerHour: 5, logEntryId: 102 })[0]).toMatchObject({
      data: { changedBy: 'command' },
    });
  });
});
