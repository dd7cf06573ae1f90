import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats, EventLog, STREAM } from '@bcmed/event-log';
import { fixtureSealer, LogFixture } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bedside, clock } from '../../test/bedside.js';
import { sequencesByChain, TinyLedger } from '../../test/tiny-ledger.js';

const PATIENCE = { timeout: 30_000, interval: 20 };

let folder: string;
let nats: NatsServer;
let connection: NatsConnection;
let ledger: TinyLedger;
let bed: Bedside;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  nats = await startNats({ storeDir: join(folder, 'nats') });
  connection = await connectNats({ servers: nats.url, name: 'test' });
  ledger = await TinyLedger.open(connection);
  bed = new Bedside(folder, connection);
});
afterEach(async () => {
  await bed.stop();
  await ledger.close();
  await connection.close();
  await nats.stop();
  rmSync(folder, { recursive: true });
});

const settled = () => expect.poll(() => bed.store.depth, PATIENCE).toBe(0);

/** Every chain stands in the stream from 1 to its end, each number once and in order. */
function expectWholeAndInOrder(): void {
  const chains = sequencesByChain(ledger.seen);
  expect(chains.size).toBe(3);
  for (const { chain, sequence } of bed.recorder.pumps)
    expect(chains.get(chain)).toEqual(Array.from({ length: sequence }, (_, index) => index + 1));
}

/** The same where a part had to be sent again: nothing is missing, whatever the order. */
function expectWhole(): void {
  const chains = sequencesByChain(ledger.seen);
  for (const { chain, sequence } of bed.recorder.pumps)
    expect(chains.get(chain)?.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: sequence }, (_, index) => index + 1),
    );
}

describe('the outbox', () => {
  it('empties in order as blocks confirm it, and measures how long that took', async () => {
    await bed.start();
    for (let poll = 0; poll < 200; poll += 1) bed.read();
    await settled();
    expect(bed.publisher.figures).toEqual({ sent: 603, resent: 0 });
    expect(bed.outbox.figures).toEqual({ settled: 603, invalidBlocks: 0 });
    expect(bed.latency.quantiles()?.p50).toBeGreaterThan(0);
    expectWholeAndInOrder();
  });

  it('keeps what the broker acknowledged until a block has it, and does not fill the stream meanwhile', async () => {
    ledger.confirming = false;
    await bed.start();
    for (let poll = 0; poll < 10; poll += 1) bed.read();
    await expect.poll(() => bed.publisher.figures.sent, PATIENCE).toBe(33);
    // Three times as long as it takes until an entry is looked for: it is found, and not sent again.
    const until = clock.steadyMs() + 900;
    await expect.poll(() => clock.steadyMs(), PATIENCE).toBeGreaterThan(until);
    expect(bed.store.depth).toBe(33);
    expect(ledger.seen).toHaveLength(33);
    await ledger.confirm();
    await settled();
  });

  it('grows while NATS is away, killed in the middle, and drains in order when it is back', async () => {
    await bed.start();
    bed.read();
    await settled();
    for (let poll = 0; poll < 60; poll += 1) bed.read();
    await nats.kill();
    for (let poll = 0; poll < 60; poll += 1) bed.read();
    expect(bed.store.depth).toBeGreaterThanOrEqual(180);
    nats = await startNats({ storeDir: join(folder, 'nats'), port: nats.port });
    for (let poll = 0; poll < 20; poll += 1) bed.read();
    await settled();
    expectWholeAndInOrder();
  });

  it('sends again what the broker acknowledged and does not have', async () => {
    bed.read();
    const [first, second, third] = bed.store.unsent(0, 10);
    bed.store.noteSent([
      { id: first!.id, position: 999, sentMs: 1 }, // behind the end of the stream
      { id: second!.id, position: 2, sentMs: 1 }, // somebody else's position
      { id: third!.id, position: 3, sentMs: 1 },
    ]);
    bed.store.writeNotes();
    ledger.confirming = false; // so that only a look into the stream can tell
    await bed.start();
    await expect.poll(() => ledger.seen.length, PATIENCE).toBe(6);
    await ledger.confirm();
    await settled();
    expectWhole();
  });

  it('sends again what a confirmed block does not have at its position', async () => {
    bed.read();
    const [first] = bed.store.unsent(0, 1);
    await bed.start();
    await settled();
    expect(first).toBeDefined();
    // The stream restored from an older copy: the broker's word about two entries no longer holds.
    bed.read();
    await expect.poll(() => bed.store.depth, PATIENCE).toBe(0);
    ledger.confirming = false;
    bed.read();
    await expect.poll(() => bed.publisher.figures.sent, PATIENCE).toBe(12);
    const [waiting] = bed.store.overdue(Number.MAX_VALUE, 10);
    bed.store.noteSent([{ id: waiting!.id, position: waiting!.position + 3, sentMs: clock.steadyMs() }]);
    bed.read();
    await expect.poll(() => bed.publisher.figures.sent, PATIENCE).toBe(15);
    ledger.confirming = true;
    await ledger.confirm();
    await settled();
    expectWholeAndInOrder();
  });
});

describe('an adapter', () => {
  it('that is not enrolled spools, and publishes once it sees its enrolment under the root key', async () => {
    await bed.stop();
    const sealer = fixtureSealer('a new adapter');
    bed = new Bedside(join(folder), connection, { sealer });
    await bed.start();
    bed.read();
    expect(bed.trust.enrolment).toMatchObject({ state: 'not-enrolled' });
    // Somebody who is not the root tries to enrol it.
    const forger = new LogFixture();
    const { keyId, publicJwk: publicKey } = sealer;
    const forged = forger.enrol(sealer, 'pump-adapter/1', ['pump'], 'device');
    await ledger.publish({ ...forged, seal: forger.adapter.seal(forged.body) });
    await bed.trust.load(bed.events);
    expect(bed.trust.enrolment).toMatchObject({ state: 'not-enrolled' });
    expect(bed.publisher.figures.sent).toBe(0);
    await ledger.enrol({ keyId, publicKey, holder: 'pump-adapter/1' });
    await bed.trust.load(bed.events);
    expect(bed.trust.enrolment).toMatchObject({ state: 'enrolled' });
    await settled();
  });

  it('whose key was revoked publishes no more and keeps what it has', async () => {
    await bed.start();
    bed.read();
    await settled();
    await ledger.revokeAdapter();
    await bed.trust.load(bed.events);
    expect(bed.trust.enrolment).toMatchObject({ state: 'revoked' });
    bed.read();
    expect(await bed.publisher.stop(100)).toBe(false);
    expect(bed.store.depth).toBe(3);
  });

  it('whose events are refused keeps them aside and says so', async () => {
    await bed.stop();
    bed = new Bedside(folder, connection, { source: 'pump-adapter/somebody-else' });
    await bed.start();
    bed.read();
    await settled();
    expect(bed.store.figures().refused).toBe(6);
    expect(bed.told).toContainEqual(
      expect.objectContaining({
        code: 'BCM-ADAPTER-EVENT-REFUSED',
        msg: 'the ledger refused an event of ours: not-permitted',
      }),
    );
  });

  it('that got an old safety store back begins new chains openly, and loses no event that follows', async () => {
    await bed.start();
    bed.read();
    await settled();
    const store = join(folder, 'safety-store.db');
    const chains = bed.recorder.pumps.map(({ chain }) => chain);
    await bed.stop();
    copyFileSync(store, `${store}.backup`);
    bed = new Bedside(folder, connection);
    await bed.start();
    bed.read();
    await settled();
    await bed.stop();
    copyFileSync(`${store}.backup`, store);
    bed = new Bedside(folder, connection);
    await bed.start();
    bed.read();
    await settled();
    expect(bed.store.figures().refused).toBeGreaterThan(0);
    bed.read();
    await settled();
    for (const { chain, sequence } of bed.recorder.pumps) {
      expect(chains).not.toContain(chain);
      expect(sequence).toBeGreaterThan(0);
    }
  });

  it('is not deceived by a block that no validator signed, and settles by the right one', async () => {
    ledger.confirming = false;
    await bed.start();
    bed.read();
    await expect.poll(() => ledger.seen.length, PATIENCE).toBe(6);
    const forger = new LogFixture({ validators: 2, quorum: 1 });
    for (const { subject, headers, body } of ledger.seen)
      forger.appendMessage({ subject, seal: headers.get('Bcmed-Seal'), body });
    forger.cutBlock();
    const [forged] = forger.confirmations;
    const blocks = new EventLog(connection, { stream: STREAM.blocks });
    const header = forger.headers[0]!;
    expect(header.treeSize).toBe(10n);
    const changed = Buffer.from(forged!.body)
      .toString()
      .replace(/"signature":"0x..../, '"signature":"0x0123');
    await blocks.append({ ...forged!, id: 'forged', body: Buffer.from(changed) });
    await expect.poll(() => bed.outbox.figures.invalidBlocks, PATIENCE).toBe(1);
    expect(bed.store.depth).toBe(6);
    expect(bed.told).toContainEqual(expect.objectContaining({ code: 'BCM-ADAPTER-BLOCK-INVALID' }));
    await ledger.confirm();
    await settled();
  });
});
