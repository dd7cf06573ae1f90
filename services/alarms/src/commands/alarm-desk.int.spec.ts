import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEntry } from '@bcmed/event-log';
import {
  InfusionStopped,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpLost,
  StatusSampled,
  parseEvent,
} from '@bcmed/events';
import { StoreUnwritableError } from '@bcmed/safety-store';
import { LogFixture, fixtureSealer } from '@bcmed/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RULES, T0, occlusion, status } from '../../test/story.js';
import { Voice } from '../../test/voice.js';
import { AlarmStore } from '../adapters/alarm-store.js';
import { Clock } from '../adapters/clock.js';
import { DELIVERY_DEFAULTS } from '../domain/delivery.js';
import { AlarmDesk } from './alarm-desk.js';
import { Believer } from './believer.js';
import { SitePeople } from './site-people.js';
import { ThresholdBook } from './threshold-book.js';

const PUMPS = ['8002-1', '8002-2', '8002-3'];
const TERMS = ['occlusion', 'near-end-of-infusion', 'battery-empty', 'mains-lost'];

/** A clock that only the test moves. */
class VirtualClock extends Clock {
  constructor(public ms = T0) {
    super();
  }

  override nowMs(): number {
    return this.ms;
  }
}

/** One life of the service's heart on a store, without bus and timer. */
class Life {
  readonly store: AlarmStore;
  readonly desk: AlarmDesk;
  readonly told: object[] = [];

  constructor(
    path: string,
    readonly clock: VirtualClock,
    log: LogFixture,
  ) {
    const site = log.site;
    const sealer = fixtureSealer('alarms');
    const signature = { site, source: 'alarms/1', sealer };
    this.store = new AlarmStore(path, { site, rootKeyId: log.rootKeyId });
    const keys = { site, rootKeyId: log.rootKeyId, keyId: sealer.keyId, source: 'alarms/1' };
    const people = new SitePeople(this.store.people, { allowDemonstration: false });
    const believer = new Believer(this.store, { ...keys, people });
    const learning = { learnEveryMs: 3_600_000, windowMs: 86_400_000 };
    const thresholds = new ThresholdBook({ store: this.store, clock, signature, people, ...learning });
    const told = { error: (entry: object) => void this.told.push(entry) };
    const delivery = DELIVERY_DEFAULTS;
    const rules = { ...RULES, silenceMs: 30_000 };
    const parts = { store: this.store, clock, log: told, believer, thresholds };
    this.desk = new AlarmDesk({ ...parts, rules, signature, delivery });
  }

  /** Everything that waits to be said, by episode, each in its order. */
  waiting(): string[] {
    const all: string[] = [];
    for (let events = this.store.nextDecision(); events.length > 0; events = this.store.nextDecision()) {
      for (const { id, body, entity } of events) {
        const parsed = parseEvent(body);
        all.push(`${entity} ${parsed.ok ? parsed.event.type : 'invalid'} ${id}`);
        this.store.published([id], entity, 1n);
      }
    }
    const episodeOf = (one: string): string => one.slice(0, 36);
    return all.sort((a, b) => (episodeOf(a) < episodeOf(b) ? -1 : episodeOf(a) > episodeOf(b) ? 1 : 0));
  }

  /** As SIGKILL leaves it: what was committed is there, nothing is tidied up. */
  kill(): void {
    this.store.close();
  }
}

let folder: string;
let path: string;
let log: LogFixture;
let clock: VirtualClock;
let voice: Voice;
let entries: LogEntry[];
let life: Life;

function tell(...said: Parameters<Voice['say']>): void {
  const { message } = voice.say(...said);
  push(message);
}

function push({ subject, seal, body }: { subject: string; seal: string; body: Uint8Array }): void {
  const headers = {
    get: (name: string) => (name === 'Bcmed-Seal' ? seal : ''),
    has: () => true,
    keys: () => [],
  };
  const position = BigInt(entries.length + 1);
  entries.push({ position, subject, headers, body, timestampMs: clock.ms });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-desk-'));
  path = join(folder, 'alarms.db');
  log = new LogFixture();
  clock = new VirtualClock();
  voice = new Voice(log, () => clock.ms);
  entries = [];
  for (const entry of log.entries) if (!('missing' in entry)) push(entry);
  life = new Life(path, clock, log);
});

afterEach(() => {
  life.kill();
  rmSync(folder, { recursive: true, force: true });
});

const act = fc.record({
  what: fc.nat(5),
  pump: fc.nat(PUMPS.length - 1),
  term: fc.nat(TERMS.length - 1),
  afterMs: fc.constantFrom(0, 500, 7_000, 70_000),
});

function happen({
  what,
  pump: index,
  term,
  afterMs,
}: {
  what: number;
  pump: number;
  term: number;
  afterMs: number;
}): void {
  clock.ms += afterMs;
  const pump = PUMPS[index] ?? '';
  const alarm = { vendorCode: 'X', term: TERMS[term] ?? '', logEntryId: 1 };
  if (what <= 1) tell(PumpAlarmRaised, pump, alarm);
  else if (what === 2) tell(PumpAlarmCleared, pump, alarm);
  else if (what === 3)
    tell(PumpLost, pump, { reason: 'no-answer', silentSince: '2026-11-20T12:00:00.000Z', missedPolls: 3 });
  else if (what === 4) tell(StatusSampled, pump, { ...status, drugName: 'NORADRENALINE' });
  else {
    const infusionId = '01994f7e-7c00-7000-8000-0000000000d1';
    const rest = { cause: 'held', changedBy: 'front-panel', volumeInfusedMl: 1, logEntryId: 1 } as const;
    tell(InfusionStopped, pump, { infusionId, ...rest });
  }
}

describe('a service that is killed', () => {
  it('anywhere in a shift says the same as one that lived on, and nothing twice (property)', () => {
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 1, maxLength: 25 }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 6 }), killed: fc.boolean(), back: fc.nat(3) }), {
          minLength: 1,
          maxLength: 30,
        }),
        (acts, lives) => {
          life.kill();
          rmSync(folder, { recursive: true, force: true });
          [log, clock, entries] = [new LogFixture(), new VirtualClock(), []];
          voice = new Voice(log, () => clock.ms);
          for (const entry of log.entries) if (!('missing' in entry)) push(entry);
          for (const one of acts) happen(one);

          life = new Life(path, clock, log);
          let at = 0;
          for (let round = 0; at < entries.length; round++) {
            const { size, killed, back } = lives[round % lives.length] ?? { size: 1, killed: true, back: 0 };
            // What was not acknowledged comes again.
            life.desk.take(entries.slice(Math.max(0, at - back), at + size));
            at += size;
            if (!killed) continue;
            life.kill();
            life = new Life(path, clock, log);
          }
          const whole = new Life(join(folder, 'whole.db'), clock, log);
          whole.desk.take(entries);
          expect(life.desk.open).toEqual(whole.desk.open);
          const said = life.waiting();
          expect(said).toEqual(whole.waiting());
          expect(new Set(said).size).toBe(said.length);
          expect(life.told).toEqual([]);
          whole.kill();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('between the decision and the mail sends the mail afterwards, with the same key', () => {
    tell(PumpAlarmRaised, '8002-1', occlusion);
    life.desk.take(entries);
    const [before] = life.store.parcels.due('mail', clock.ms, 9);
    life.kill();
    life = new Life(path, clock, log);
    life.desk.goLive();
    const [parcel] = life.store.parcels.due('mail', clock.ms, 9);
    expect(parcel).toEqual(before);
    expect(parcel).toMatchObject({ attempts: 0, reason: 'raised', priority: 'high' });
  });

  it('between the receipt and its record tries once more, with the same key', () => {
    tell(PumpAlarmRaised, '8002-1', occlusion);
    life.desk.take(entries);
    life.desk.goLive();
    const [parcel] = life.store.parcels.due('mail', clock.ms, 9);
    life.kill();
    life = new Life(path, clock, log);
    expect(life.store.parcels.due('mail', clock.ms, 9)).toEqual([parcel]);
    if (parcel) life.desk.tried(parcel, { ok: true, receipt: '250 ok' });
    if (parcel) life.desk.tried(parcel, { ok: true, receipt: '250 ok, again' });
    expect(life.store.parcels.due('mail', clock.ms, 9)).toEqual([]);
    expect(life.waiting().filter((one) => one.includes('notification-delivered'))).toHaveLength(1);
  });

  it('while a pump was silent finds so when it is back', () => {
    tell(StatusSampled, '8002-1', status);
    life.desk.take(entries);
    life.kill();
    clock.ms += 31_000;
    life = new Life(path, clock, log);
    life.desk.tick();
    expect(life.desk.open).toEqual([]);
    life.desk.goLive();
    life.desk.tick();
    expect(life.desk.open).toMatchObject([{ condition: 'no-data' }]);
  });
});

describe('a full disk', () => {
  it('takes nothing, and everything once there is room', () => {
    life.desk.take(entries);
    tell(PumpAlarmRaised, '8002-1', occlusion);
    life.store.limitPages(1);
    // What fits into pages that are there already may be written: fill them first.
    const fill = (): void => {
      for (let pump = 0; pump < 200; pump++) {
        tell(PumpAlarmRaised, `8002-${100 + pump}`, occlusion);
        life.desk.take(entries);
      }
    };
    expect(fill).toThrow(StoreUnwritableError);
    const { position } = life.desk;
    expect(life.store.failure).toBeDefined();
    expect(position).toBeLessThan(BigInt(entries.length));
    expect(() => life.desk.take(entries)).toThrow(StoreUnwritableError);
    life.store.limitPages(100_000);
    life.desk.take(entries);
    expect(life.desk.position).toBe(BigInt(entries.length));
    expect(life.desk.open).toHaveLength(entries.length - 4);
    expect(life.store.failure).toBeUndefined();
  });
});

describe('a notification', () => {
  it('is given up when it is too old, and that is said', () => {
    tell(PumpAlarmRaised, '8002-1', occlusion);
    life.desk.take(entries);
    life.desk.goLive();
    for (let tries = 0; tries < 1_000; tries++) {
      const [parcel] = life.store.parcels.due('mail', clock.ms, 1);
      if (parcel) life.desk.tried(parcel, { ok: false, retry: true, detail: 'ECONNREFUSED' });
      clock.ms += 1_000;
    }
    const said = life.waiting().filter((one) => one.includes('notification-failed'));
    expect(said).toHaveLength(2);
    expect(life.told).toMatchObject([{ givenUp: false }, { givenUp: true }]);
    expect(clock.ms - T0).toBeGreaterThan(DELIVERY_DEFAULTS.ageLimitMs);
  });

  it('of what ended meanwhile is not sent unless it is high', () => {
    const low = { vendorCode: 'AL_ACDIS', term: 'mains-lost', logEntryId: 1 };
    tell(PumpAlarmRaised, '8002-1', low);
    tell(PumpAlarmRaised, '8002-2', occlusion);
    life.desk.take(entries);
    life.desk.goLive();
    clock.ms += 15_000;
    life.desk.tick();
    tell(PumpAlarmCleared, '8002-1', low);
    tell(PumpAlarmCleared, '8002-2', occlusion);
    life.desk.take(entries);
    const wanted = life.store.parcels
      .due('mail', clock.ms, 9)
      .filter((parcel) => life.desk.stillWanted(parcel));
    expect(wanted).toMatchObject([{ priority: 'high' }]);
    expect(life.store.parcels.due('mail', clock.ms, 9)).toHaveLength(1);
  });
});

describe('a new store on an old site', () => {
  it('raises what lasts, and does not say what ended long ago', () => {
    tell(PumpAlarmRaised, '8002-1', occlusion);
    tell(PumpAlarmCleared, '8002-1', occlusion);
    tell(PumpAlarmRaised, '8002-2', occlusion);
    clock.ms += 3_600_000;
    life.desk.take(entries);
    life.desk.goLive();
    expect(life.desk.open).toMatchObject([{ raisedMs: T0, members: [{ source: '8002-2' }] }]);
    expect(life.store.parcels.due('mail', clock.ms, 9)).toHaveLength(1);
    expect(life.waiting().map((one) => one.split(' ')[1])).toEqual([
      'bcmed.alarm.raised',
      'bcmed.alarm.notification-sent',
    ]);
  });
});
