import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, entityFilter, sealedSeries, TestLog } from '../test/server.js';
import { EventLogError } from './errors.js';
import { idOf } from './messages.js';

const ROUNDS = 30;
const test = new TestLog();
beforeAll(() => test.start());
afterAll(() => test.stop());

describe('a server that is killed in the middle of decisions', () => {
  it('keeps every acknowledged event once, every decision whole, and the order of every sender', async () => {
    const acknowledged = new Map<string, bigint>();
    const decisions: { entity: string; ids: string[] }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const killed = new Promise<void>((resolve, reject) => {
        setTimeout(() => void test.killAndRestart().then(resolve, reject), 40 + round * 7);
      });
      const server = { back: false };
      void killed.then(() => (server.back = true));
      for (let n = 0; !server.back || n < 3; n++) {
        const entity = `k-${round}-${n}`;
        const [first, ...rest] = sealedSeries(entity, 25);
        const ids = [first!, ...rest].map(({ id }) => id);
        decisions.push({ entity, ids });
        const expected = { filter: entityFilter(entity), lastPosition: 0n };
        const stored = await test.log.appendDecision([first!, ...rest], expected).catch((error: unknown) => {
          if (error instanceof EventLogError) return [];
          throw error;
        });
        stored.forEach(({ position }, index) => acknowledged.set(ids[index]!, position));
      }
      await killed;
    }
    const last = await test.log.lastPosition();
    const positions = new Map<string, bigint>();
    for (const entry of await collect(test.log.readRange(1n, last))) {
      expect(entry.missing).toBeUndefined();
      if (entry.missing) continue;
      expect(positions.has(idOf(entry))).toBe(false);
      positions.set(idOf(entry), entry.position);
    }
    for (const [id, position] of acknowledged) expect(positions.get(id)).toBe(position);
    for (const { ids } of decisions) {
      const found = ids.flatMap((id) => positions.get(id) ?? []);
      expect([0, ids.length]).toContain(found.length);
      expect(found).toStrictEqual(found.toSorted((a, b) => Number(a - b)));
    }
    console.log(
      `${decisions.length} decisions, ${positions.size} events stored, ${acknowledged.size} acknowledged`,
    );
  }, 300_000);
});
