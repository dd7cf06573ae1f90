import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initialState } from '../domain/index.js';
import { StoreUnreadableError, StoreUnwritableError } from '@bcmed/safety-store';
import { SafetyStore } from './safety-store.js';
import type { NewEntry, StoredPump } from './safety-store-rows.js';

let folder: string;
let store: SafetyStore;
const path = () => join(folder, 'safety-store.db');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safety-store-'));
  store = new SafetyStore(path());
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const pump = (sequence: number): StoredPump => ({
  entity: '8002-51740',
  serial: '8002-51740',
  line: '/dev/ttyUSB0',
  keyId: 'key',
  chain: 'chain-1',
  sequence,
  head: `leaf-${sequence}`,
  state: initialState,
});
const entry = (sequence: number, bytes = 100): NewEntry => ({
  entity: '8002-51740',
  eventId: `event-${sequence}`,
  subject: 'bcmed.s1.pump.8002-51740.status-sampled',
  leafHash: `leaf-${sequence}`,
  seal: 'seal',
  body: new Uint8Array(bytes).fill(sequence),
  traceparent: '00-1-2-01',
  handedMs: sequence,
});
const fill = (from: number, to: number): void => {
  for (let sequence = from; sequence <= to; sequence += 1) store.record([pump(sequence)], [entry(sequence)]);
};
const unsent = (): string[] => store.unsent(0, 1_000).map(({ eventId }) => eventId);
const sent = (...notes: [sequence: number, position: number][]): void =>
  store.noteSent(notes.map(([id, position]) => ({ id, position, sentMs: 1 })));
const block = (first: number, leaves: string[], refusedAt?: number) => ({
  blockPosition: 1n,
  firstPosition: first,
  lastPosition: first + leaves.length - 1,
  leafHashes: leaves,
  rejections:
    refusedAt === undefined ? [] : [{ position: refusedAt, reason: 'wrong-subject', entryHash: 'leaf-1' }],
});

describe('the safety store', () => {
  it('has everything again after the process died', () => {
    fill(1, 3);
    sent([1, 10]);
    store.close();
    store = new SafetyStore(path());
    expect(store.pumps()).toEqual([pump(3)]);
    expect(store.depth).toBe(3);
    expect(unsent()).toEqual(['event-2', 'event-3']);
    expect(store.unsent(0, 9)[0]).toMatchObject({ body: entry(2).body, traceparent: '00-1-2-01' });
  });

  it('lets no second adapter in, which would fork the chains', () => {
    fill(1, 1);
    expect(() => new SafetyStore(path())).toThrow(StoreUnreadableError);
  });

  it('on a full disk takes all of a transaction or nothing, says so, and recovers when there is room', () => {
    fill(1, 1);
    store.limitPages(24);
    const large = Array.from({ length: 40 }, (_, index) => entry(index + 2, 4_000));
    expect(() => store.record([pump(41)], large)).toThrow(StoreUnwritableError);
    expect(store.failure).toMatch(/full/);
    expect(store.pumps()).toEqual([pump(1)]);
    expect(unsent()).toEqual(['event-1']);
    expect(store.depth).toBe(1);
    store.limitPages(1_000_000);
    store.record([pump(41)], large);
    expect(store.failure).toBeUndefined();
    expect(store.depth).toBe(41);
  });
});

describe('a confirmed block', () => {
  it('settles the entries whose leaf it holds, wherever the broker said that they are', () => {
    fill(1, 3);
    sent([1, 10]);
    expect(store.settle(block(50, ['other', 'leaf-2', 'leaf-1']))).toEqual({
      settled: [
        { id: 2, handedMs: 2 },
        { id: 1, handedMs: 1 },
      ],
      refused: [],
      displaced: [],
    });
    expect(unsent()).toEqual(['event-3']);
  });

  it('with another leaf at the position of an entry makes it unsent again', () => {
    fill(1, 2);
    sent([1, 10], [2, 11]);
    expect(unsent()).toEqual(['event-1', 'event-2']); // noted in memory, written with the next transaction
    expect(store.settle(block(10, ['other', 'leaf-2']))).toMatchObject({ displaced: [1] });
    expect(unsent()).toEqual(['event-1']);
  });

  it('with the rejection of an entry at its own position keeps it among the refused', () => {
    fill(1, 2);
    sent([1, 10], [2, 11]);
    const { entity, body } = entry(1);
    const refused = [
      { entity, body, eventId: 'event-1', subject: entry(1).subject, position: 10, reason: 'wrong-subject' },
    ];
    expect(store.settle(block(10, ['rejection', 'leaf-2'], 10))).toMatchObject({ refused, displaced: [] });
    expect(store.figures()).toMatchObject({ depth: 0, refused: 1 });
  });

  it('with the rejection of a copy that somebody put elsewhere changes nothing', () => {
    fill(1, 1);
    sent([1, 12]);
    expect(store.settle(block(10, ['rejection', 'x'], 10))).toEqual({
      settled: [],
      refused: [],
      displaced: [],
    });
    expect(store.settle(block(12, ['leaf-1']))).toMatchObject({ settled: [{ id: 1 }] });
  });

  it('is remembered with what it settled', () => {
    fill(1, 1);
    expect(store.blockProgress()).toBeUndefined();
    store.beginBlocksAt(4n);
    store.settle({ ...block(10, ['leaf-1']), blockPosition: 5n });
    store.close();
    store = new SafetyStore(path());
    expect(store.blockProgress()).toBe(5n);
  });
});

describe('entries without a block', () => {
  it('are overdue by the time of the acknowledgement, and lost when the stream ends before them', () => {
    fill(1, 3);
    store.noteSent([
      { id: 1, position: 10, sentMs: 100 },
      { id: 2, position: 11, sentMs: 200 },
      { id: 3, position: 12, sentMs: 100 },
    ]);
    expect(store.overdue(150, 10).map(({ id }) => id)).toEqual([1, 3]);
    expect(store.beyond(10, 150)).toEqual([3]);
    store.forgetPositions([3]);
    expect(unsent()).toEqual(['event-3']);
  });
});
