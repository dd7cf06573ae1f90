import { asena } from '@bcmed/pump-protocols';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WardAction } from './actions.js';
import { EmulatedAsena } from './emulated-asena.js';
import { GUESSES } from './guesses.js';
import { BEHAVES, type Misbehaviour } from './misbehaviour.js';
import type { PumpSetup } from './state.js';

const SETUP: PumpSetup = {
  serial: '8002-51740',
  drugName: '',
  syringe: { brand: 'BD PLASTIPAK', sizeMl: 50, contentMl: 50 },
  setRateMlPerHour: 0.1,
  logEntryId: 127_904,
  seed: 1,
};
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A pump with a driver and a nurse, and the virtual clock that they share. */
class Bedside {
  nowMs = 0;
  readonly pump: EmulatedAsena;

  constructor(setup: Partial<PumpSetup> = {}) {
    this.pump = new EmulatedAsena({ ...SETUP, ...setup }, { minMs: 0, maxMs: 0 });
  }

  wait(ms: number): void {
    this.nowMs += ms;
    this.pump.advanceTo(this.nowMs);
  }

  send(text: string): void {
    this.pump.receive(asena.latin1Bytes(`${text}\r`), this.nowMs);
  }

  /** What is on the line within the next half second. */
  listen(forMs = 500): string {
    this.nowMs += forMs;
    return this.pump.takeDue(this.nowMs).map(asena.latin1Text).join('');
  }

  ask(frame: asena.AsenaFrame): string {
    this.send(asena.frameText(frame));
    return this.listen();
  }

  /** Asks at the moment, without waiting: the clock stays on its grid. */
  status(): asena.AsenaStatus {
    this.pump.receive(asena.encode(asena.requests.status()), this.nowMs);
    const [finding] = new asena.AsenaParser().push(Buffer.concat(this.pump.takeDue(this.nowMs + 500)));
    this.nowMs += 500;
    const decoded = finding?.kind === 'frame' ? asena.decodeReply(finding.frame) : null;
    if (decoded?.outcome !== 'decoded' || decoded.reading.kind !== 'status') throw new Error('no status');
    return decoded.reading;
  }

  alarm(): string {
    return /\^(AL_\w+)/.exec(this.ask(asena.requests.alarm()))?.[1] ?? '';
  }

  press(...actions: WardAction[]): void {
    for (const action of actions) expect(this.pump.act(action, this.nowMs)).toBeNull();
  }

  takeRemoteControl(): void {
    this.ask(asena.requests.enableRemoteControl(this.pump.state.serial));
  }
}

let bed: Bedside;
beforeEach(() => (bed = new Bedside()));

describe('a pump that answers as the recorded one did', () => {
  it.each([
    ['!INST_SERIALNO|457D', '!INST_SERIALNO^8002-51740|050B'],
    ['!COMMS_PROTOCOL|E8DA', '!COMMS_PROTOCOL^Asena Rev 2.1.5|661A'],
    ['!COMMS_RESPONSE_MAX|7E29', '!COMMS_RESPONSE_MAX^4000^ms|DFDF'],
    ['!REMOTE_CTRL^ENABLED^3CC1|B1F1', '!REMOTE_CTRL^ENABLED^****^PERMIT^0^ms|7BB0'],
    ['!REMOTE_CTRL^DISABLED|EF95', '!REMOTE_CTRL^DISABLED^****^PERMIT^0^ms|3C5D'],
    ['!SYRINGE_STATUS|4102', '!SYRINGE_STATUS^BD PLASTIPAK^ 50^CONF|1CF8'],
    ['!INF_RATE_MAX_SYRINGE|8F30', '!INF_RATE_MAX_SYRINGE^1200.00^ml/h|8575'],
    ['!INF_RATE|8E6D', '!INF_RATE^0.10^ml/h|D407'],
    ['!REMQUERY^DEACT|F295', '!REMQUERY^DEACT^^^^|E5C9'],
    ['!ALARM|50B2', '!ALARM^AL_NOALM^ ^ |C73B'],
  ])('%s → %s', (request, reply) => {
    bed.send(request);
    expect(bed.listen()).toBe(`${reply}\r`);
  });

  it.each([
    ['!INF_RATE^0.1^ml/h|B775', '!INF_RATE^0.10^ml/h|D407'],
    ['!INF_RATE^3.50^ml/h|3885', '!INF_RATE^3.50^ml/h|3885'],
    ['!INF_START|38F3', '!INF_START|38F3'],
    ['!INF_STOP|CD57', '!INF_STOP|CD57'],
    ['!INF_VI_CLEAR|A706', '!INF_VI_CLEAR|A706'],
    ['!INF_VTBI^ACTIV^11.000^ml^STOP|4433', '!INF_VTBI^ACTIV^11.000^ml^STOP|4433'],
    ['!INF_BOLUS^ENABLED|E288', '!INF_BOLUS^ENABLED|E288'],
  ])('under remote control %s → %s', (request, reply) => {
    bed.takeRemoteControl();
    bed.send(request);
    expect(bed.listen()).toBe(`${reply}\r`);
  });

  it('derives its key from its own serial number, and takes no other', () => {
    const other = new Bedside({ serial: '8002-51733' });
    other.send('!REMOTE_CTRL^ENABLED^3CC1|B1F1');
    expect(other.listen()).toBe('');
    other.send('!REMOTE_CTRL^ENABLED^9535|FB2F');
    expect(other.listen()).toBe('!REMOTE_CTRL^ENABLED^****^PERMIT^0^ms|7BB0\r');
  });

  it('shows the status of a pump on hold in the recorded form', () => {
    expect(bed.ask(asena.requests.status())).toMatch(
      /^!INF\^8002-51740\^-\^HLD\^0\.00\^ml\/h\^\^0\.000\^ml\^1[78]\.\d\d\^mmHg\^24\+\^EVENT\^127904\|[0-9A-F]{4}\r$/,
    );
  });

  it('is silent after a wrong CRC, an unknown command and noise', () => {
    bed.send('!INF|4962');
    bed.send(asena.frameText({ command: 'INF_NEW', fields: [] }));
    bed.send('garbage');
    expect(bed.listen()).toBe('');
  });
});

describe('a driver without remote control', () => {
  it.each([
    asena.requests.setRate(5),
    asena.requests.start(),
    asena.requests.stop(),
    asena.requests.clearVolumeInfused(),
    asena.requests.setVolumeToBeInfused(5),
    asena.requests.clearVolumeToBeInfused(),
    asena.requests.enableBolus(),
  ])('gets no answer to $command, and nothing changes', (request) => {
    const before = bed.pump.state;
    expect(bed.ask(request)).toBe('');
    expect({
      ...bed.pump.state,
      elapsedMs: 0,
      silentMs: 0,
      noise: 0,
      shownPressureMmHg: 0,
      linePressureMmHg: 0,
    }).toEqual({
      ...before,
      elapsedMs: 0,
      silentMs: 0,
      noise: 0,
      shownPressureMmHg: 0,
      linePressureMmHg: 0,
    });
  });

  it('loses it again by saying nothing for 15 s', () => {
    bed.takeRemoteControl();
    bed.wait(15 * SECOND);
    expect(bed.ask(asena.requests.setRate(5))).toBe('');
  });

  it('cannot set a rate outside the range even with it', () => {
    bed.takeRemoteControl();
    expect(bed.ask(asena.requests.setRate(0.05))).toBe('');
    expect(bed.ask(asena.requests.setRate(1200.01))).toBe('');
    expect(bed.ask({ command: 'INF_RATE', fields: ['5.00', 'ml/min'] })).toBe('');
    expect(bed.pump.state.setRateMlPerHour).toBe(0.1);
  });
});

describe('a pump that was started over serial', () => {
  beforeEach(() => {
    bed.takeRemoteControl();
    bed.ask(asena.requests.setRate(10));
    bed.ask(asena.requests.start());
  });

  it('and hears nothing for 15 s stops and alarms', () => {
    bed.nowMs -= 500; // the start was the last contact
    bed.wait(14.9 * SECOND);
    expect(bed.pump.state).toMatchObject({ running: true, alarms: [] });
    bed.wait(0.1 * SECOND);
    expect(bed.pump.state).toMatchObject({ running: false, alarms: ['AL_COMTO'] });
    expect(bed.status()).toMatchObject({ mode: 'HLD', alarmActive: true, rateMlPerHour: 0 });
  });

  it('goes on as long as any question comes in time', () => {
    for (let minute = 0; minute < 20; minute += 1) {
      bed.wait(14 * SECOND);
      bed.status();
    }
    expect(bed.pump.state.running).toBe(true);
  });

  it('is not kept going by frames with a wrong CRC', () => {
    for (let second = 0; second < 16; second += 1) {
      bed.wait(SECOND);
      bed.send('!INF|4962');
    }
    expect(bed.pump.state.alarms).toEqual(['AL_COMTO']);
  });

  it('can be restarted by hand, which clears the alarm and frees it from the watchdog', () => {
    bed.wait(20 * SECOND);
    bed.press({ action: 'start' });
    expect(bed.pump.state).toMatchObject({ running: true, alarms: [], startedBy: 'front-panel' });
    bed.wait(10 * MINUTE);
    expect(bed.pump.state.running).toBe(true);
  });
});

describe('an infusion that is running', () => {
  it('delivers rate times time', () => {
    bed.press({ action: 'set-rate', rateMlPerHour: 36 }, { action: 'start' });
    bed.wait(100 * SECOND);
    expect(bed.pump.state.volumeInfusedMl).toBeCloseTo(1, 9);
    expect(bed.pump.state.syringe?.contentMl).toBeCloseTo(49, 9);
    expect(bed.status()).toMatchObject({ mode: 'SET', rateMlPerHour: 36, volumeInfusedMl: 1 });
  });

  it('keeps its volume over a pause and starts from zero when it is cleared', () => {
    bed.press({ action: 'set-rate', rateMlPerHour: 36 }, { action: 'start' });
    bed.wait(100 * SECOND);
    bed.press({ action: 'stop' });
    bed.wait(100 * SECOND);
    bed.press({ action: 'start' });
    bed.wait(100 * SECOND);
    expect(bed.pump.state.volumeInfusedMl).toBeCloseTo(2, 9);
    bed.press({ action: 'clear-volume' });
    expect(bed.status().volumeInfusedMl).toBe(0);
  });

  it('stops when the volume to be infused is in, and not a drop later', () => {
    bed.press(
      { action: 'set-rate', rateMlPerHour: 100 },
      { action: 'set-vtbi', volumeMl: 0.5 },
      { action: 'start' },
    );
    expect(bed.status()).toMatchObject({ timeRemaining: { seconds: 18 } });
    bed.wait(MINUTE);
    expect(bed.pump.state.volumeInfusedMl).toBeCloseTo(0.5, 9);
    expect(bed.pump.state).toMatchObject({ running: false, alarms: ['AL_VTBIS'], vtbi: null });
  });

  it('keeps the vein open after it if that was asked for', () => {
    bed.press(
      { action: 'set-rate', rateMlPerHour: 100 },
      { action: 'set-vtbi', volumeMl: 0.5, endAction: 'KVO' },
      { action: 'start' },
    );
    bed.wait(MINUTE);
    expect(bed.status()).toMatchObject({ rateMlPerHour: 1, alarmActive: true });
    expect(bed.alarm()).toBe('AL_VTBIK');
    bed.press({ action: 'start' });
    expect(bed.status()).toMatchObject({ rateMlPerHour: 100, alarmActive: false });
  });

  it('announces the near end, and stops when the syringe is empty', () => {
    bed = new Bedside({ syringe: { brand: 'BD PERFUSOR', sizeMl: 50, contentMl: 1 } });
    bed.press({ action: 'set-rate', rateMlPerHour: 10 }, { action: 'start' });
    bed.wait(59 * SECOND);
    expect(bed.pump.state.alarms).toEqual([]);
    bed.wait(2 * SECOND);
    expect(bed.pump.state).toMatchObject({ running: true, alarms: ['AL_NEOIN'] });
    bed.wait(5 * MINUTE);
    expect(bed.pump.state).toMatchObject({ running: false, alarms: ['AL_EOIST'] });
    expect(bed.pump.state.volumeInfusedMl).toBeCloseTo(1, 9);
    expect(bed.pump.act({ action: 'start' }, bed.nowMs)).toBe('the syringe is empty');
  });

  it('shows the set rate during a bolus while the volume runs ahead', () => {
    bed.press({ action: 'set-rate', rateMlPerHour: 5 }, { action: 'start' });
    bed.press({ action: 'bolus', volumeMl: 1, rateMlPerHour: 600 });
    bed.wait(3 * SECOND);
    expect(bed.status().rateMlPerHour).toBe(5);
    expect(bed.pump.state.volumeInfusedMl).toBeGreaterThan(0.5);
    bed.wait(3 * SECOND);
    expect(bed.pump.log.at(-1)?.event).toMatchObject({ type: 'bolus-given' });
    expect(bed.pump.state.volumeInfusedMl).toBeCloseTo(1, 2);
  });

  it('tells the loss of mains power and its return', () => {
    bed.press({ action: 'mains-off' });
    expect(bed.alarm()).toBe('AL_ACDIS');
    bed.press({ action: 'mains-on' });
    expect(bed.alarm()).toBe('AL_NOALM');
  });
});

describe('a line that is closed', () => {
  beforeEach(() => bed.press({ action: 'set-rate', rateMlPerHour: 50 }, { action: 'start' }));

  it('lets the pressure rise as a spring does, then stops the pump with an alarm', () => {
    bed.wait(10 * SECOND);
    const before = bed.pump.state.linePressureMmHg;
    bed.press({ action: 'occlude', complianceMicrolitrePerMmHg: 1.5 });
    bed.wait(36 * SECOND); // 0.5 ml into 1.5 µl/mmHg
    expect(bed.pump.state.linePressureMmHg - before).toBeCloseTo(500 / 1.5, 6);
    bed.wait(30 * SECOND);
    expect(bed.status()).toMatchObject({ mode: 'HLD', rateMlPerHour: 0, alarmActive: true });
    expect(bed.status().pressureMmHg).toBeGreaterThan(GUESSES.occlusionAlarmMmHg.value - 2);
    expect(bed.ask(asena.requests.alarm())).toMatch(/^!ALARM\^AL_OCCLU\^OCCLUSION\^\|/);
  });

  it('alarms again when the pump is started before it is open', () => {
    bed.press({ action: 'occlude' });
    bed.wait(2 * MINUTE);
    bed.press({ action: 'start' });
    bed.wait(SECOND);
    expect(bed.pump.state).toMatchObject({ running: false, alarms: ['AL_OCCLU'] });
  });

  it('gives the pressure back when it is opened, and the infusion can go on', () => {
    bed.press({ action: 'occlude' });
    bed.wait(2 * MINUTE);
    bed.press({ action: 'release' });
    bed.wait(20 * SECOND);
    expect(bed.status().pressureMmHg).toBeLessThan(25);
    bed.press({ action: 'start' });
    bed.wait(MINUTE);
    expect(bed.pump.state).toMatchObject({ running: true, alarms: [] });
  });
});

describe('a syringe change', () => {
  it('stops the infusion, alarms while no syringe is held, and leaves its traces in the log', () => {
    bed.press({ action: 'start' }, { action: 'remove-syringe' });
    expect(bed.alarm()).toBe('AL_SYRCO');
    expect(bed.status().mode).toBe('HLD');
    expect(bed.pump.act({ action: 'start' }, bed.nowMs)).toBe('no syringe is held');
    bed.press({ action: 'insert-syringe', brand: 'BD PERFUSOR', contentMl: 40 });
    expect(bed.ask(asena.requests.syringe())).toBe('!SYRINGE_STATUS^BD PERFUSOR^ 50^CONF|4567\r');
    expect(bed.alarm()).toBe('AL_NOALM');
    expect(bed.pump.log.map(({ event }) => event.type)).toEqual([
      'infusion-started',
      'alarm-raised',
      'syringe-changed',
      'alarm-cleared',
    ]);
  });
});

describe("the pump's own log", () => {
  it('counts one up for everything that it writes down', () => {
    bed.press(
      { action: 'set-rate', rateMlPerHour: 12 },
      { action: 'set-rate', rateMlPerHour: 12 },
      { action: 'set-vtbi', volumeMl: 20 },
      { action: 'start' },
      { action: 'stop' },
      { action: 'clear-volume' },
    );
    expect(bed.status().logEntryId).toBe(127_904 + 5);
    expect(bed.pump.log.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5].map((step) => 127_904 + step));
  });

  it('goes on from 0 after its six digits', () => {
    bed = new Bedside({ logEntryId: 999_998 });
    bed.press({ action: 'start' }, { action: 'stop' }, { action: 'start' });
    expect(bed.pump.log.map(({ id }) => id)).toEqual([999_999, 0, 1]);
    expect(bed.status().logEntryId).toBe(1);
  });
});

describe('virtual time', () => {
  const actions: WardAction[] = [
    { action: 'set-rate', rateMlPerHour: 20 },
    { action: 'start' },
    { action: 'bolus', volumeMl: 0.3 },
    { action: 'occlude', complianceMicrolitrePerMmHg: 0.1 },
    { action: 'release' },
    { action: 'stop' },
  ];

  it('gives the same pump however it was cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5000 }), { maxLength: 30 }), (pieces) => {
        const one = new Bedside();
        const other = new Bedside();
        let nowMs = 0;
        for (const [index, action] of actions.entries()) {
          one.pump.act(action, index * 10_000);
          for (const piece of pieces) other.pump.advanceTo((nowMs = Math.min(nowMs + piece, index * 10_000)));
          other.pump.act(action, index * 10_000);
        }
        one.pump.advanceTo(90_000);
        other.pump.advanceTo(90_000);
        expect(other.pump.state).toEqual(one.pump.state);
      }),
    );
  });

  it('never makes a volume, whatever hands do', () => {
    const action: fc.Arbitrary<WardAction> = fc.oneof(
      fc.constantFrom<WardAction>(...actions, { action: 'remove-syringe' }, { action: 'clear-alarm' }),
      fc.record({
        action: fc.constant('insert-syringe' as const),
        contentMl: fc.double({ min: 0, max: 50, noNaN: true }),
      }),
      fc.record({
        action: fc.constant('set-rate' as const),
        rateMlPerHour: fc.double({ min: -5, max: 1300 }),
      }),
      fc.record({ action: fc.constant('set-vtbi' as const), volumeMl: fc.double({ min: -1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat({ max: 60_000 })), { maxLength: 40 }), (script) => {
        const { pump } = new Bedside();
        let nowMs = 0;
        let insertedMl = 50;
        for (const [input, pauseMs] of script) {
          const lostMl = input.action === 'remove-syringe' ? (pump.state.syringe?.contentMl ?? 0) : 0;
          if (pump.act(input, nowMs) === null) {
            insertedMl -= lostMl;
            if (input.action === 'insert-syringe') insertedMl += input.contentMl ?? 50;
          }
          pump.advanceTo((nowMs += pauseMs));
          const { syringe, volumeInfusedMl, linePressureMmHg, running, alarms } = pump.state;
          expect(volumeInfusedMl + (syringe?.contentMl ?? 0)).toBeCloseTo(insertedMl, 6);
          expect(Number.isFinite(linePressureMmHg)).toBe(true);
          if (running) expect(alarms).not.toContain('AL_SYRCO');
        }
      }),
    );
  });
});

describe('a pump that misbehaves', () => {
  const misbehave = (faults: Partial<Misbehaviour>): void => {
    bed.pump.misbehaviour = { ...BEHAVES, ...faults };
  };
  const findings = (text: string): string[] =>
    new asena.AsenaParser().push(asena.latin1Bytes(text)).map(({ kind }) => kind);

  it('never answers', () => {
    misbehave({ silence: 1 });
    expect(bed.ask(asena.requests.status())).toBe('');
  });

  it('answers late', () => {
    misbehave({ lateMs: 1500 });
    expect(bed.ask(asena.requests.serialNumber())).toBe('');
    expect(bed.listen(900)).toBe('');
    expect(bed.listen(300)).toBe('!INST_SERIALNO^8002-51740|050B\r');
  });

  it('answers the question before', () => {
    misbehave({ staleReply: 1 });
    bed.ask(asena.requests.serialNumber());
    expect(bed.ask(asena.requests.status())).toBe('!INST_SERIALNO^8002-51740|050B\r');
  });

  it('answers in the name of another pump, with a right CRC', () => {
    misbehave({ foreignSerial: 1 });
    expect(bed.status().serial).toBe('8002-00000');
  });

  it('sends garbage before the answer, which is found all the same', () => {
    misbehave({ garbageBytes: 64 });
    for (let question = 0; question < 50; question += 1) {
      expect(findings(bed.ask(asena.requests.status())).at(-1)).toBe('frame');
    }
  });

  it.each([{ truncation: 1 }, { bitFlips: 1 }, { abort: 1 }])('never gets %j past the parser', (faults) => {
    misbehave(faults);
    for (let question = 0; question < 200; question += 1) {
      expect(findings(bed.ask(asena.requests.status()))).not.toContain('frame');
    }
  });

  it('takes a reply back half-way with ESC', () => {
    misbehave({ abort: 1 });
    expect(findings(bed.ask(asena.requests.status()))).toEqual(['aborted']);
  });

  it('sends ESC out of nowhere', () => {
    misbehave({ spontaneousEscapeEveryMs: 1000 });
    bed.wait(1000);
    expect(bed.listen(0)).toBe('\x1b');
  });

  it('behaves again when told to', () => {
    misbehave({ silence: 1, lateMs: 9000 });
    bed.pump.misbehaviour = BEHAVES;
    expect(bed.ask(asena.requests.serialNumber())).toBe('!INST_SERIALNO^8002-51740|050B\r');
  });
});

describe('the time an answer takes', () => {
  it('is drawn from the set range and the length of the answer, the same for the same seed', () => {
    const dueTimes = (seed: number): (number | null)[] => {
      const pump = new EmulatedAsena({ ...SETUP, seed }, { minMs: 5, maxMs: 25 });
      return [0, 1000, 2000].map((nowMs) => {
        pump.receive(asena.encode(asena.requests.serialNumber()), nowMs);
        const dueMs = pump.nextDueMs;
        pump.takeDue(nowMs + 999);
        return dueMs;
      });
    };
    expect(dueTimes(7)).toEqual(dueTimes(7));
    expect(dueTimes(7)).not.toEqual(dueTimes(8));
    const lineMs = (31 * 10_000) / 38_400;
    for (const [index, dueMs] of dueTimes(7).entries()) {
      expect(dueMs).toBeGreaterThanOrEqual(index * 1000 + 5 + lineMs);
      expect(dueMs).toBeLessThanOrEqual(index * 1000 + 25 + lineMs);
    }
  });

  it('keeps answers in the order of their questions, and loses questions that pile up', () => {
    for (let question = 0; question < 30; question += 1) {
      bed.send(asena.frameText(question % 2 ? asena.requests.serialNumber() : asena.requests.protocol()));
    }
    const replies = bed.listen(5000).split('\r').filter(Boolean);
    expect(replies).toHaveLength(GUESSES.answersInOrder.value);
    expect(replies.map((reply) => reply.slice(1, 5))).toEqual([
      ...['COMM', 'INST', 'COMM', 'INST', 'COMM', 'INST', 'COMM', 'INST'],
    ]);
  });
});
