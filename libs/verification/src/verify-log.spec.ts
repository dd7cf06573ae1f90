import type { StreamEntry } from '@bcmed/admission';
import { RateChanged } from '@bcmed/events';
import { LogFixture, fixtureSealer, flipBit, sealed } from '@bcmed/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  memorySources,
  type ChainSource,
  verifyLog,
  verifyTail,
  type VerificationReport,
  type VerifyOptions,
} from './index.js';

/** Five blocks of five events after the first four positions, and three events that no block covers. */
function ward(options?: ConstructorParameters<typeof LogFixture>[0]): LogFixture {
  const log = new LogFixture(options);
  log.cutBlock();
  log.appendBlocks(5);
  log.appendRates(3);
  return log;
}

function verify(log: LogFixture, options?: VerifyOptions): Promise<VerificationReport> {
  return verifyLog(inputsOf(log), options);
}

function inputsOf(log: LogFixture): Parameters<typeof verifyLog>[0] {
  const { site, rootKeyId, contract, chainId, rules, entries, confirmations } = log;
  const contracts = [{ chainId, contract, head: log.head(), rules }];
  return { site, rootKeyId, ...memorySources({ entries, confirmations, contracts }) };
}

function entryAt(log: LogFixture, position: number): StreamEntry {
  const slot = log.entries[position - 1];
  if (!slot || 'missing' in slot) throw new Error(`nothing at ${position}`);
  return slot;
}

function change(log: LogFixture, position: number, how: (entry: StreamEntry) => Partial<StreamEntry>): void {
  const entry = entryAt(log, position);
  log.entries[position - 1] = { ...entry, ...how(entry) };
}

function changeText(text: string, bit: number): string {
  return Buffer.from(flipBit(Buffer.from(text, 'latin1'), bit)).toString('latin1');
}

describe('a log that nobody touched', () => {
  it('verifies: every position, block, link and the head on the chain', async () => {
    expect(await verify(ward({ validators: 4, quorum: 3 }))).toMatchObject({
      verified: true,
      mode: 'full',
      firstPosition: 1n,
      lastPosition: 32n,
      positions: 32n,
      blocks: 6n,
      lastBlock: 6n,
      admitted: 32n,
      rejected: {},
      unanchoredTail: 3n,
      chain: { source: 'live', anchoredBlock: 6n },
      differences: [],
    });
  });

  it('verifies with refused events, duplicates and lost positions in it, and counts them', async () => {
    const log = new LogFixture();
    log.cutBlock();
    log.appendRates(2);
    log.appendMessage(sealed(fixtureSealer('stranger'), log.rateChange(0)));
    log.appendMessage(entryAt(log, 5));
    log.appendMessage({ subject: 'bcmed.s1.pump.x.rate-changed', seal: '', body: Buffer.from('no json') });
    log.appendHole();
    log.appendRates(2);
    log.append(log.adapter, log.rateChange(0, 2)); // two numbers skipped: an open hole of the sender
    log.cutBlock();
    expect(await verify(log)).toMatchObject({
      verified: true,
      admitted: 9n,
      rejected: { 'unknown-key': 1, 'duplicate-event': 1, 'malformed-seal': 1, 'position-empty': 1 },
      duplicates: 1n,
      openSenderGaps: 1,
    });
  });

  it('verifies whatever the sizes of its blocks and its refused events (property)', async () => {
    const step = fc.constantFrom('rate', 'rate', 'rate', 'block', 'junk', 'hole', 'copy');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const log = new LogFixture();
        log.cutBlock();
        for (const one of steps) {
          if (one === 'rate') log.appendRates(1);
          else if (one === 'hole') log.appendHole();
          else if (one === 'copy') log.appendMessage(entryAt(log, 2));
          else if (one === 'junk')
            log.appendMessage({ subject: 'bcmed.s1.a.b.c', seal: 'x', body: Buffer.of(1) });
          else if (log.entries.length > Number(log.headers.at(-1)!.lastSequence)) log.cutBlock();
        }
        expect(await verify(log)).toMatchObject({ verified: true, differences: [] });
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('verifies its newest blocks alone, by their proofs', async () => {
    const log = ward();
    expect(await verifyTail(inputsOf(log), 2)).toMatchObject({
      verified: true,
      mode: 'proof',
      firstPosition: 20n,
      blocks: 2n,
      positions: 10n,
    });
    expect(await verifyTail(inputsOf(log), 99)).toMatchObject({ verified: true, mode: 'full', blocks: 6n });
  });

  it('is not verified by another root key, nor as another site', async () => {
    const log = ward();
    const stranger = fixtureSealer('stranger').keyId;
    expect(await verifyLog({ ...inputsOf(log), rootKeyId: stranger })).toMatchObject({
      verified: false,
      differences: [{ kind: 'no-epoch', position: 1n }],
    });
    expect(await verifyLog({ ...inputsOf(log), site: 's2' })).toMatchObject({ verified: false });
    await expect(verifyLog({ ...inputsOf(log), rootKeyId: 'short' })).rejects.toMatchObject({
      code: 'BCM-VERIFY-PINNED-INPUT',
    });
  });

  it('verifies while it grows, however far the chain is ahead of the confirmations that were read', async () => {
    const log = ward();
    const { site, rootKeyId, contract, chainId, rules } = log;
    const chain: ChainSource = {
      kind: 'live',
      readContract: () => {
        log.cutBlock(); // on the chain, and on BLOCKS only after the head was read
        const late = log.confirmations.pop()!;
        setTimeout(() => {
          log.confirmations.push(late);
          log.appendBlocks(2);
        }, 20);
        return Promise.resolve({ chainId, contract, head: log.head(), rules });
      },
    };
    const report = await verifyLog({ site, rootKeyId, ...memorySources(log), chain });
    expect(report).toMatchObject({ verified: true, differences: [], chain: { anchoredBlock: 7n } });
    expect(report.lastBlock).toBeGreaterThanOrEqual(7n);
  });

  it('tells how far it is and stops when it is asked to', async () => {
    const log = new LogFixture();
    log.appendRates(600);
    log.cutBlock();
    let seen = 0n;
    await verify(log, { onProgress: ({ position }) => void (seen = position) });
    expect(seen).toBe(604n);
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(verify(log, { signal: stop })).rejects.toThrow('enough');
  });
});

describe('an event that was changed after it was anchored', () => {
  it.each([
    ['a bit of its body', 'bad-signature', (entry: StreamEntry) => ({ body: flipBit(entry.body, 900) })],
    [
      'a bit of its signature',
      'bad-signature',
      (entry: StreamEntry) => ({
        seal: `${entry.seal.slice(0, 200)}${entry.seal[200] === 'A' ? 'B' : 'A'}${entry.seal.slice(201)}`,
      }),
    ],
    [
      'a bit of its seal header',
      'unsupported-header',
      (entry: StreamEntry) => ({ seal: changeText(entry.seal, 8 * 20) }),
    ],
    ['its whole seal', 'malformed-seal', () => ({ seal: '' })],
    [
      'a bit of its subject',
      'wrong-subject',
      (entry: StreamEntry) => ({ subject: changeText(entry.subject, 8 * 6) }),
    ],
  ])('is named: %s', async (_, kind, how) => {
    const log = ward();
    const { subject } = entryAt(log, 17);
    change(log, 17, how);
    const report = await verify(log);
    expect(report).toMatchObject({ verified: false, consequences: 0n, differencesOmitted: 0 });
    expect(report.differences).toHaveLength(1);
    expect(report.differences[0]).toMatchObject({ where: 'stream', kind, position: 17n, block: 4n });
    if (kind !== 'wrong-subject')
      expect(report.differences[0]).toMatchObject({ subject, type: RateChanged.type });
  });

  it('is named with its id even when one bit made its body no JSON any more', async () => {
    const log = ward();
    const { id } = JSON.parse(Buffer.from(entryAt(log, 17).body).toString()) as { id: string };
    change(log, 17, ({ body }) => ({ body: flipBit(body, 0) }));
    const { differences } = await verify(log);
    expect(differences).toMatchObject([{ position: 17n, eventId: id, type: RateChanged.type }]);
  });

  it('is named when its sender itself wrote another one in its place, sealed well', async () => {
    const log = ward();
    const { subject, body } = entryAt(log, 17);
    const other = Buffer.from(
      Buffer.from(body)
        .toString()
        .replace(/"toMlPerHour":[\d.]+/, '"toMlPerHour":99'),
    );
    change(log, 17, () => ({ subject, body: other, seal: log.adapter.seal(other) }));
    const { differences } = await verify(log);
    expect(differences).toMatchObject([{ kind: 'leaf-differs', position: 17n, block: 4n }]);
    expect(differences[0]?.detail).toContain('another well sealed event');
  });

  it('is found whichever bit of whichever event it is, and it is the only one (property)', async () => {
    const log = ward();
    const size = (position: number): number => 8 * entryAt(log, position).body.length;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 29 }),
        fc.nat(),
        fc.boolean(),
        async (position, seed, inSeal) => {
          const entry = entryAt(log, position);
          change(log, position, () =>
            inSeal
              ? { seal: changeText(entry.seal, seed % (8 * entry.seal.length)) }
              : { body: flipBit(entry.body, seed % size(position)) },
          );
          const { differences, verified } = await verify(log);
          log.entries[position - 1] = entry;
          expect(verified).toBe(false);
          expect(differences.map((one) => one.position)).toStrictEqual([BigInt(position)]);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  it('is named although it was an enrolment, without blaming the events that need the key', async () => {
    const log = ward();
    change(log, 3, ({ body }) => ({ body: flipBit(body, 1_500) }));
    const report = await verify(log);
    expect(report.differences.map(({ position }) => position)).toStrictEqual([3n]);
    expect(report.consequences).toBe(25n);
    expect(report.verified).toBe(false);
  });

  it('is named by position when it is missing', async () => {
    const log = ward();
    log.entries[16] = { position: 17n, missing: true };
    const { differences } = await verify(log);
    expect(differences).toMatchObject([{ kind: 'position-missing', position: 17n, block: 4n }]);
  });

  it('is named when the end of the stream was lost, once', async () => {
    const log = ward();
    log.entries.splice(16);
    const { differences } = await verify(log);
    expect(differences).toMatchObject([{ kind: 'stream-too-short', position: 17n, block: 4n }]);
    expect(differences).toHaveLength(1);
  });

  it('is named when what was refused was changed', async () => {
    const log = new LogFixture();
    log.appendMessage({ subject: 'bcmed.s1.a.b.c', seal: 'x', body: Buffer.from('junk') });
    log.appendRates(1);
    log.cutBlock();
    change(log, 5, ({ body }) => ({ body: flipBit(body, 3) }));
    const { differences } = await verify(log);
    expect(differences).toMatchObject([{ kind: 'refused-entry-differs', position: 5n, block: 1n }]);
  });

  it('is named by the proof of its block too, where the prefix is not read', async () => {
    const log = ward();
    change(log, 28, ({ body }) => ({ body: flipBit(body, 900) }));
    change(log, 26, ({ subject }) => ({ subject: changeText(subject, 8 * 6) }));
    const { differences } = await verifyTail(inputsOf(log), 2);
    expect(differences).toMatchObject([
      { kind: 'wrong-subject', position: 26n, block: 6n },
      { kind: 'leaf-differs', position: 28n, block: 6n },
    ]);
  });

  it('is found when every event after the first was changed, the first ones listed', async () => {
    const log = ward();
    for (let position = 5; position <= 29; position++)
      change(log, position, ({ body }) => ({ body: flipBit(body, 900) }));
    const { differences, differencesOmitted } = await verify(log, { maxDifferences: 10 });
    expect(differences.map(({ position }) => position)).toStrictEqual([
      5n,
      6n,
      7n,
      8n,
      9n,
      10n,
      11n,
      12n,
      13n,
      14n,
    ]);
    expect(differencesOmitted).toBe(15);
  });

  it('is position 1 itself: then nothing else can be judged, and that is said', async () => {
    const log = ward();
    change(log, 1, ({ body }) => ({ body: flipBit(body, 900) }));
    const { differences, verified } = await verify(log);
    expect(verified).toBe(false);
    expect(differences).toMatchObject([{ kind: 'no-epoch', position: 1n }]);
  });
});
