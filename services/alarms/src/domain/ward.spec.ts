import {
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  EmergencyAccessClosed,
  EmergencyAccessOpened,
  InfusionStarted,
  InfusionStopped,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpConnected,
  PumpLost,
  StatusSampled,
  TargetEnded,
  TargetHeld,
  TargetResumed,
} from '@bcmed/events';
import { beforeEach, describe, expect, it } from 'vitest';
import { RULES, Story, T0, occlusion, status, types } from '../../test/story.js';

const PUMP = '8002-51740';
const OTHER = '8002-51741';
const command = { commandId: '01994f7e-7c00-7000-8000-0000000000c1', commandPosition: '7' } as const;
const infusion = {
  infusionId: '01994f7e-7c00-7000-8000-0000000000d1',
  changedBy: 'front-panel',
  logEntryId: 1,
} as const;
const lost = { reason: 'no-answer', silentSince: '2026-11-20T12:00:00.000Z', missedPolls: 3 } as const;

let story: Story;
beforeEach(() => {
  story = new Story();
});

describe('an alarm of a pump', () => {
  it('that is high is told in the same moment, with its reckoning', () => {
    const said = story.tell(PumpAlarmRaised, PUMP, occlusion);
    expect(types(said)).toEqual(['raised', 'notification-sent']);
    expect(said[0]).toMatchObject({
      atMs: T0,
      actor: `pump/${PUMP}`,
      data: { condition: 'pump-occlusion', vendorCode: 'AL_OCCLU', priority: 'high', notifyAfterMs: 0 },
    });
    expect(said[1]).toMatchObject({
      data: { reason: 'raised', channels: ['stream', 'mail'], sources: [PUMP] },
    });
  });

  it('is resolved by its pump and by nothing else', () => {
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    story.do(story.only.id, { kind: 'acknowledge', person: 'p1', authenticated: false });
    story.wait(20_000);
    expect(types(story.tell(StatusSampled, PUMP, status))).toEqual([]);
    const said = story.tell(PumpAlarmCleared, PUMP, occlusion);
    expect(types(said)).toEqual(['resolved', 'notification-sent']);
    expect(said[0]).toMatchObject({
      data: { openMs: 20_000, acknowledgedAfterMs: 0, escalations: 0, highestPriority: 'high' },
    });
    expect(said[1]).toMatchObject({ data: { reason: 'resolved', channels: ['stream'] } });
    expect(story.ward.episodes.size).toBe(0);
  });

  it('that comes a second time opens nothing, not even after its end', () => {
    const event = story.event(PumpAlarmRaised, PUMP, occlusion);
    story.hear(event);
    expect(story.hear(event)).toEqual([]);
    story.tell(PumpAlarmCleared, PUMP, occlusion);
    expect(story.hear(event)).toEqual([]);
  });

  it('of a code that nobody knows is high', () => {
    const said = story.tell(PumpAlarmRaised, PUMP, { ...occlusion, vendorCode: 'AL_XYZ', term: 'what' });
    expect(said[0]).toMatchObject({ data: { condition: 'pump-unknown-alarm', vendorCode: 'AL_XYZ' } });
    expect(types(said)).toContain('notification-sent');
  });

  it('that is low disturbs nobody when it ends within its delay', () => {
    const mains = { vendorCode: 'AL_ACDIS', term: 'mains-lost', logEntryId: 1 };
    expect(types(story.tell(PumpAlarmRaised, PUMP, mains))).toEqual(['raised']);
    story.wait(10_000);
    expect(types(story.tell(PumpAlarmCleared, PUMP, mains))).toEqual(['resolved']);
    story.tell(PumpAlarmRaised, PUMP, mains);
    expect(types(story.wait(15_000))).toEqual(['notification-sent']);
  });

  it('that latches is shown until somebody has seen it', () => {
    const empty = { vendorCode: 'AL_EMBAT', term: 'battery-empty', logEntryId: 1 };
    story.tell(PumpAlarmRaised, PUMP, empty);
    expect(story.tell(PumpAlarmCleared, PUMP, empty)).toMatchObject([{ data: { reason: 'latched' } }]);
    expect(story.only.status).toBe('latched');
    const said = story.do(story.only.id, { kind: 'acknowledge', person: 'p1', authenticated: false });
    expect(types(said)).toEqual(['acknowledged', 'resolved', 'notification-sent']);
  });

  it('that latches and was seen before ends with its source', () => {
    const empty = { vendorCode: 'AL_EMBAT', term: 'battery-empty', logEntryId: 1 };
    story.tell(PumpAlarmRaised, PUMP, empty);
    story.do(story.only.id, { kind: 'acknowledge', person: 'p1', authenticated: false });
    expect(types(story.tell(PumpAlarmCleared, PUMP, empty))).toContain('resolved');
  });

  it('that an adapter forgot ends when the pump itself shows none', () => {
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    const hello = { family: 'f', model: '8002', serial: PUMP, protocol: 'p', transport: 'serial', line: 'l' };
    story.tell(PumpConnected, PUMP, { ...hello, transport: 'serial' });
    expect(types(story.tell(StatusSampled, PUMP, { ...status, alarmActive: true }))).toEqual([]);
    expect(types(story.tell(StatusSampled, PUMP, status))).toContain('resolved');
  });
});

describe('a target', () => {
  const { commandId, commandPosition } = command;
  const held = { commandId, lastStep: 7, rateMlPerHour: 30, detail: 'no step came for 30 s' };
  type Reason = ReturnType<(typeof TargetEnded)['data']['parse']>['reason'];
  const ended = (reason: Reason) => ({ commandId, lastStep: 7, reason, detail: '', commandPosition });

  it('that nobody steers is told until steps come again', () => {
    expect(story.tell(TargetHeld, PUMP, held)[0]).toMatchObject({
      data: { condition: 'target-held', priority: 'medium' },
    });
    expect(types(story.wait(5_000))).toEqual(['notification-sent']);
    expect(types(story.tell(StatusSampled, PUMP, status))).toEqual([]);
    const said = story.tell(TargetResumed, PUMP, { commandId, step: 8, rateMlPerHour: 42 });
    expect(types(said)).toContain('resolved');
  });

  it.each<Reason>(['expired', 'not-permitted', 'bedside-changed', 'no-step'])(
    'that ended by itself is told until somebody orders: %s',
    (reason) => {
      story.tell(TargetHeld, PUMP, held);
      const said = story.tell(TargetEnded, PUMP, ended(reason));
      expect(types(said)).toEqual(['resolved', 'raised']);
      expect(said[1]).toMatchObject({ data: { condition: 'target-ended' } });
      const executed = { ...command, framesWritten: [], delivering: true, readBackAfterMs: 60 };
      expect(types(story.tell(CommandExecuted, PUMP, { ...executed, action: 'start' }))).toEqual([]);
      expect(types(story.tell(CommandExecuted, PUMP, { ...executed, action: 'set-rate' }))).toEqual([
        'resolved',
      ]);
    },
  );

  it.each<Reason>(['stop', 'superseded', 'last-step', 'changed-at-pump', 'pump-held'])(
    'that somebody ended is no alarm: %s',
    (reason) => {
      expect(story.tell(TargetEnded, PUMP, ended(reason))).toEqual([]);
    },
  );
});

describe('the escalation', () => {
  it('goes on step by step until somebody answers', () => {
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    expect(types(story.wait(59_999))).toEqual([]);
    expect(story.wait(1)).toMatchObject([
      { type: 'escalated', data: { step: 1, reason: 'not-acknowledged', afterMs: 60_000 } },
      { type: 'notification-sent', data: { notification: 2, reason: 'escalated', step: 1 } },
    ]);
    expect(story.wait(240_000)).toMatchObject([
      { type: 'escalated', data: { step: 2 } },
      { type: 'notification-sent' },
      { type: 'escalated', data: { step: 3 } },
      { type: 'notification-sent' },
    ]);
  });

  it('runs on when somebody acknowledged and nothing was resolved', () => {
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    story.do(story.only.id, { kind: 'acknowledge', person: 'p1', authenticated: false });
    expect(types(story.wait(299_999))).toEqual([]);
    expect(story.wait(1)).toMatchObject([
      { type: 'escalated', data: { reason: 'acknowledged-unresolved' } },
      { type: 'notification-sent' },
    ]);
    expect(story.only.acknowledged).toBeUndefined();
    const again = story.do(story.only.id, { kind: 'acknowledge', person: 'p2', authenticated: false });
    expect(types(again)).toEqual(['acknowledged']);
  });

  it('of what was answered within the delay tells nobody', () => {
    story.tell(PumpAlarmRaised, PUMP, { vendorCode: 'AL_LWBAT', term: 'battery-low', logEntryId: 1 });
    story.do(story.only.id, { kind: 'acknowledge', person: 'p1', authenticated: false });
    expect(types(story.wait(60_000))).not.toContain('notification-sent');
  });
});

describe('the sound of an alarm', () => {
  const pause = { kind: 'pause-audio', person: 'p1', authenticated: false } as const;

  it('is off for 120 s at most, and a high one for no longer altogether', () => {
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    const { id } = story.only;
    expect(types(story.do(id, { ...pause, forMs: 120_001 }))).toEqual([]);
    expect(types(story.do(id, { ...pause, forMs: 50_000 }))).toEqual(['audio-paused']);
    story.wait(50_000);
    expect(types(story.do(id, { ...pause, forMs: 70_001 }))).toEqual([]);
    expect(types(story.do(id, { ...pause, forMs: 70_000 }))).toEqual(['audio-paused']);
  });

  it('comes back with the next step, and no other alarm is silenced', () => {
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    story.tell(PumpAlarmRaised, OTHER, { vendorCode: 'AL_FAULT', term: 'malfunction', logEntryId: 1 });
    const [first, second] = [...story.ward.episodes.keys()];
    story.do(first ?? '', { ...pause, forMs: 120_000 });
    expect(story.ward.episodes.get(second ?? '')?.audioPausedUntilMs).toBeUndefined();
    story.wait(60_000);
    expect(story.ward.episodes.get(first ?? '')?.audioPausedUntilMs).toBeUndefined();
  });
});

describe('several pumps with one cause', () => {
  const rules = { ...RULES, placeOf: () => ({ unit: 'icu-1', bed: 'bed-7' }) };

  it('of one bed are one episode, and each high one is told at once', () => {
    story = new Story(rules);
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    story.wait(3_000);
    const said = story.tell(PumpAlarmRaised, OTHER, occlusion);
    expect(types(said)).toEqual(['changed', 'notification-sent']);
    expect(said[1]).toMatchObject({ data: { reason: 'changed', sources: [PUMP, OTHER] } });
    expect(types(story.tell(PumpAlarmCleared, PUMP, occlusion))).toEqual(['changed']);
    expect(types(story.tell(PumpAlarmCleared, OTHER, occlusion))).toContain('resolved');
  });

  it('sound again when a further pump joins what was acknowledged', () => {
    story = new Story(rules);
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    story.do(story.only.id, { kind: 'acknowledge', person: 'p1', authenticated: false });
    story.tell(PumpAlarmRaised, OTHER, occlusion);
    expect(story.only.acknowledged).toBeUndefined();
  });

  it('outside the window are an episode each; so are pumps of which nobody knows the bed', () => {
    story = new Story(rules);
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    story.wait(60_001);
    story.tell(PumpAlarmRaised, OTHER, occlusion);
    expect(story.ward.episodes.size).toBe(2);
    story = new Story();
    story.tell(PumpAlarmRaised, PUMP, occlusion);
    story.tell(PumpAlarmRaised, OTHER, occlusion);
    expect(story.ward.episodes.size).toBe(2);
  });

  it('that are lost with their adapter are one notification', () => {
    for (const pump of [PUMP, OTHER, '8002-1', '8002-2']) {
      story.tell(StatusSampled, pump, status);
      story.tell(PumpLost, pump, lost);
    }
    expect(story.only.members).toHaveLength(4);
    const said = story.wait(5_000);
    expect(types(said)).toEqual(['notification-sent']);
    expect(said[0]).toMatchObject({
      data: { sources: [PUMP, OTHER, '8002-1', '8002-2'], priority: 'medium' },
    });
  });

  it('beyond 64 are further episodes, and nobody is forgotten', () => {
    for (let pump = 0; pump < 70; pump++) story.tell(PumpLost, `8002-${pump}`, lost);
    const members = [...story.ward.episodes.values()].map((episode) => episode.members.length);
    expect(members).toEqual([64, 6]);
  });
});

describe('a pump that says nothing', () => {
  beforeEach(() => {
    story = new Story({ ...RULES, silenceMs: 30_000 });
  });

  it('is an alarm when it is due, of one adapter one alarm, and ends with the next word', () => {
    story.tell(StatusSampled, PUMP, status);
    story.tell(StatusSampled, OTHER, status);
    expect(types(story.wait(29_999))).toEqual([]);
    expect(types(story.wait(1))).toEqual(['raised', 'changed']);
    expect(story.only).toMatchObject({ condition: 'no-data', group: 'adapter/pump-adapter/1' });
    expect(types(story.tell(StatusSampled, PUMP, status))).toEqual(['changed']);
    expect(types(story.tell(StatusSampled, OTHER, status))).toEqual(['resolved']);
  });

  it('and is known to be lost is one alarm, not two', () => {
    story.tell(StatusSampled, PUMP, status);
    story.tell(PumpLost, PUMP, lost);
    story.wait(60_000);
    expect(story.only.condition).toBe('cannot-monitor');
    story.wait(3_600_000);
    expect(story.ward.episodes.size).toBe(1);
  });

  it('while a vasoactive drug runs is high', () => {
    story.tell(StatusSampled, PUMP, { ...status, drugName: 'NORADRENALINE' });
    const said = story.wait(30_000);
    expect(said[0]).toMatchObject({ type: 'raised', data: { priority: 'high' } });
    expect(types(said)).toContain('notification-sent');
  });
});

describe('a vasoactive drug', () => {
  it('that no longer runs is a high alarm until it does', () => {
    story.tell(StatusSampled, PUMP, { ...status, drugName: 'Dopamine' });
    const said = story.tell(InfusionStopped, PUMP, { ...infusion, cause: 'held', volumeInfusedMl: 1 });
    expect(said[0]).toMatchObject({ data: { condition: 'vasoactive-stopped', priority: 'high' } });
    const started = story.tell(InfusionStarted, PUMP, { ...infusion, rateMlPerHour: 5 });
    expect(types(started)).toContain('resolved');
  });

  it('of another kind stops without an alarm', () => {
    story.tell(StatusSampled, PUMP, { ...status, drugName: 'Propofol' });
    expect(story.tell(InfusionStopped, PUMP, { ...infusion, cause: 'held', volumeInfusedMl: 1 })).toEqual([]);
  });
});

describe('the pressure in a line', () => {
  it('that rises is told before the pump alarms, and ends when it falls', () => {
    let raised: readonly string[] = [];
    for (const pressureMmHg of [20, 20, 21, 40, 65, 90, 115]) {
      raised = [...raised, ...types(story.tell(StatusSampled, PUMP, { ...status, pressureMmHg }))];
      story.wait(10_000);
    }
    expect(raised).toEqual(['raised']);
    expect(story.only).toMatchObject({ condition: 'pressure-rising', priority: 'medium' });
    for (const pressureMmHg of [60, 30, 25, 24, 24, 24, 24]) {
      story.tell(StatusSampled, PUMP, { ...status, pressureMmHg });
      story.wait(10_000);
    }
    expect(story.ward.episodes.size).toBe(0);
  });
});

describe('a command', () => {
  it('of which nobody knows the outcome is an alarm until it is known', () => {
    story.tell(CommandOutcomeUnknown, PUMP, { ...command, action: 'set-rate', detail: 'cut off' });
    expect(story.only).toMatchObject({ condition: 'command-outcome-unknown', priority: 'medium' });
    const known = { ...command, outcome: 'as-ordered', detail: 'read back' } as const;
    expect(types(story.tell(CommandOutcomeResolved, PUMP, known))).toEqual(['resolved']);
  });

  it('to stop that failed is high until the pump stands still', () => {
    story.tell(StatusSampled, PUMP, status);
    const failed = { ...command, action: 'stop', reason: 'pump-refused', detail: 'refused' } as const;
    expect(types(story.tell(CommandFailed, PUMP, failed))).toEqual(['raised', 'notification-sent']);
    expect(types(story.tell(StatusSampled, PUMP, status))).toEqual([]);
    expect(types(story.tell(StatusSampled, PUMP, { ...status, state: 'held' }))).toContain('resolved');
    expect(types(story.tell(CommandFailed, PUMP, failed))).toEqual([]);
  });

  it('to stop that turned out undone is high', () => {
    story.tell(StatusSampled, PUMP, status);
    story.tell(CommandOutcomeUnknown, PUMP, { ...command, action: 'stop', detail: 'cut off' });
    const undone = { ...command, outcome: 'not-as-ordered', detail: 'still infusing' } as const;
    const said = story.tell(CommandOutcomeResolved, PUMP, undone);
    expect(types(said)).toEqual(['resolved', 'raised', 'notification-sent']);
    const readBack = { framesWritten: ['X'], delivering: false, readBackAfterMs: 1 };
    const executed = story.tell(CommandExecuted, PUMP, { ...command, action: 'stop', ...readBack });
    expect(types(executed)).toContain('resolved');
  });
});

describe('an emergency access', () => {
  const access = '01994f7e-7c00-7000-8000-0000000000e1';
  const opened = {
    person: 'person-7f3a',
    patient: 'stay-4d',
    unit: 'icu-2',
    cause: 'resuscitation' as const,
    reason: 'called to bed 4',
    skipped: ['person-91c0'],
    until: '2026-11-20T12:30:00.000Z',
  };
  const closed = { person: 'person-7f3a', cause: 'ended', closedBy: 'person-7f3a' } as const;
  const open = () => story.tell(EmergencyAccessOpened, access, opened, 'access/1');
  const close = (id = access) => story.tell(EmergencyAccessClosed, id, closed, 'access/1');

  it('is told at once to those of the unit, who were skipped', () => {
    const said = open();
    expect(types(said)).toEqual(['raised', 'notification-sent']);
    expect(said[0]).toMatchObject({
      actor: 'person-7f3a',
      data: { condition: 'emergency-access', unit: 'icu-2', priority: 'medium', notifyAfterMs: 0 },
    });
    expect(said[1]).toMatchObject({ data: { sources: ['stay-4d'] } });
  });

  it('that is over is shown until somebody of the unit has seen it', () => {
    open();
    expect(types(close('01994f7e-7c00-7000-8000-0000000000e2'))).toEqual([]);
    expect(types(close())).toEqual(['changed']);
    expect(story.only.status).toBe('latched');
    story.do(story.only.id, { kind: 'acknowledge', person: 'person-91c0', authenticated: true });
    expect(story.ward.episodes.size).toBe(0);
  });

  it('of the same patient by another person is another one', () => {
    open();
    story.tell(EmergencyAccessOpened, '01994f7e-7c00-7000-8000-0000000000e3', opened, 'access/1');
    expect(story.ward.episodes.size).toBe(2);
  });
});
