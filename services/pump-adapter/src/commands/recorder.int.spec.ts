import { parseEvent, type StreamEvent } from '@bcmed/events';
import { entryBytes } from '@bcmed/seal';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { fixtureSealer } from '@bcmed/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../adapters/clock.js';
import { SafetyStore } from '../adapters/safety-store.js';
import { DEFAULT_RULES, type PumpStatus } from '../domain/index.js';
import { Recorder, type Polled } from './recorder.js';

const SERIAL = '8002-51740';
const clock = new Clock();
let folder: string;
let store: SafetyStore;
let recorder: Recorder;
let told: object[];
let wakes: number;

function start(sealer = fixtureSealer('adapter')): void {
  store = new SafetyStore(join(folder, 'safety-store.db'));
  const tell = (line: object): void => void told.push(line);
  recorder = new Recorder({
    store,
    signature: { site: 's1', source: 'pump-adapter/1', sealer },
    rules: DEFAULT_RULES,
    clock,
    log: { log: tell, warn: tell, error: tell },
    onRecorded: () => (wakes += 1),
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  told = [];
  wakes = 0;
  start();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function reading(status: Partial<PumpStatus> = {}, serial = SERIAL): Polled {
  const moment = clock.now();
  return {
    kind: 'reading',
    serial,
    line: 'bed-1',
    beganAt: moment,
    moment,
    identity: {
      family: 'alaris-asena',
      model: '8002',
      serial,
      protocol: 'Asena Rev 2.1.5',
      transport: 'tcp',
      line: 'bed-1',
    },
    status: {
      delivering: false,
      mode: 'HLD',
      rateMlPerHour: 0,
      volumeInfusedMl: 0,
      pressureMmHg: 17.9,
      remainingSeconds: null,
      alarmActive: false,
      drugName: null,
      logEntryId: 1,
      ...status,
    },
  };
}

const take = (...polls: Polled[]): void => {
  for (const poll of polls) recorder.submit(poll);
  recorder.flush();
};
const spooled = (): StreamEvent[] =>
  store.unsent(0, 100_000).map(({ body }) => {
    const parsed = parseEvent(body);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.event;
  });
const names = (): string[] => spooled().map(({ type }) => type.replace('bcmed.pump.', ''));
const running = { delivering: true, mode: 'SET', rateMlPerHour: 5, logEntryId: 2 };

describe('a poll', () => {
  it('becomes sealed events, numbered and linked, durable before anybody is told', () => {
    take(reading(), reading(running));
    expect(names()).toEqual(['connected', 'status-sampled', 'infusion-started', 'status-sampled']);
    expect(spooled().map(({ sequence }) => sequence)).toEqual(['1', '2', '3', '4']);
    const entries = store.unsent(0, 10);
    for (const [index, event] of spooled().entries()) {
      const before = entries[index - 1];
      expect(event.previous).toBe(before && hashToBase64Url(leafHash(entryBytes(before.seal, before.body))));
    }
    expect(wakes).toBe(1);
  });

  it('without a change costs nothing', () => {
    take(reading());
    take(reading(), reading());
    expect(wakes).toBe(1);
  });

  it('of many pumps in one moment is one transaction, one chain for each pump', () => {
    take(...Array.from({ length: 64 }, (_, index) => reading({}, `8002-${index}`)));
    expect(wakes).toBe(1);
    expect(new Set(spooled().map(({ chain }) => chain)).size).toBe(64);
  });

  it('names who caused what', () => {
    take(reading(), reading(running));
    expect(spooled().map(({ actor }) => actor)).toEqual([
      'pump-adapter/1',
      'pump-adapter/1',
      'front-panel',
      'pump-adapter/1',
    ]);
  });
});

describe('an adapter that was killed', () => {
  it('goes on with the same chain and the same infusion, and says when it last heard the pump', () => {
    take(reading(), reading(running));
    const [pump] = recorder.pumps;
    store.close();
    start();
    take(reading({ ...running, volumeInfusedMl: 0.01 }));
    expect(names().slice(4)).toEqual(['connected', 'status-sampled']);
    expect(spooled()[4]).toMatchObject({
      chain: pump?.chain,
      sequence: '5',
      previous: pump?.head,
      data: { lastContactAt: expect.stringMatching(/Z$/) as string },
    });
    expect(recorder.pumps[0]?.state.belief.infusion).toEqual(pump?.state.belief.infusion);
  });

  it('and lost its key begins another chain openly', () => {
    take(reading());
    const [before] = recorder.pumps;
    store.close();
    start(fixtureSealer('another adapter'));
    take(reading(running));
    const first = spooled()[2];
    expect(first).toMatchObject({ sequence: '1' });
    expect(first).not.toHaveProperty('previous');
    expect(first?.chain).not.toBe(before?.chain);
  });

  it('and lost its store begins another chain openly', () => {
    take(reading());
    const [before] = recorder.pumps;
    store.close();
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'recorder-'));
    start();
    take(reading());
    expect(recorder.pumps[0]?.chain).not.toBe(before?.chain);
  });
});

describe('while the disk is full', () => {
  it('nothing is believed and nothing is said; afterwards the next reading is compared with the last durable one', () => {
    take(reading());
    const newPumps = Array.from({ length: 64 }, (_, index) => reading({}, `8002-${index}`));
    const depth = store.depth;
    store.limitPages(1);
    take(reading(running), ...newPumps);
    take(reading({ ...running, logEntryId: 3, rateMlPerHour: 7 }), ...newPumps);
    expect(store.depth).toBe(depth);
    expect(recorder.pumps[0]).toMatchObject({ sequence: 2, state: { belief: { shown: { state: 'held' } } } });
    expect(told).toEqual([expect.objectContaining({ code: 'BCM-STORE-UNWRITABLE' })]);
    store.limitPages(1_000_000);
    take(reading({ ...running, logEntryId: 3, rateMlPerHour: 7 }));
    expect(names().slice(2)).toEqual(['infusion-started', 'status-sampled']);
    expect(spooled().map(({ sequence }) => sequence)).toEqual(['1', '2', '3', '4']);
    expect(told.at(-1)).toMatchObject({ msg: 'the safety store takes events again' });
  });
});
