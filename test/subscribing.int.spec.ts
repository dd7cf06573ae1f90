import { spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsServer } from '@bcmed/embedded';
import { EventLog, STREAM, connectNats, setUpStreams } from '@bcmed/event-log';
import { parseEvent } from '@bcmed/events';
import { entryBytes, generatePrivateKey, keyIdOf, publicJwkOf } from '@bcmed/seal';
import { flipBit } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRun, consoleExamples, expectRefusal, run, shell } from './subscribing/run.js';
import { proofText, writeSiteFolder, type SiteFolder } from './subscribing/site-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'bcmed-subscribing-'));
const openssl = canRun('openssl', 'version') && canRun('bash', '--version');
let site: SiteFolder;
const event = (position: bigint): string => join(site.events, position.toString());
const block = (number: bigint): string => join(site.blocks, number.toString());

beforeAll(() => {
  site = writeSiteFolder(join(folder, 'site'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of a file with one bit of its last hundred bytes flipped: inside the data of the event. */
function changed(path: string): string {
  const bytes = readFileSync(path);
  const copy = join(folder, 'changed');
  writeFileSync(copy, flipBit(bytes, (bytes.length - 20) * 8));
  return copy;
}

describe('the guide for subscribers in JavaScript', () => {
  const verify = (at: bigint, kid: string = site.fixture.rootKeyId) =>
    run('node', 'verify-seal.mjs', kid, site.events, at.toString());

  it('believes an event whose key the stream made known', async () => {
    const [first = 0n] = site.admitted;
    expect(await verify(first)).toEqual({
      code: 0,
      said: `position ${first}: verified, bcmed.pump.rate-changed by front-panel`,
    });
  });

  it('does not believe a key that may not speak for pumps', async () => {
    expectRefusal(await verify(site.refused), /may not say/);
  });

  it('does not believe a log under another root key', async () => {
    expectRefusal(await verify(1n, site.fixture.adapter.keyId), /unknown key/);
  });

  it('does not believe an event that was changed', async () => {
    const [first = 0n] = site.admitted;
    const original = readFileSync(event(first));
    writeFileSync(event(first), readFileSync(changed(event(first))));
    expectRefusal(await verify(first), /signature/);
    writeFileSync(event(first), original);
  });

  it('finds a quorum under a block', async () => {
    expect(await run('node', 'block-signers.mjs', block(2n), event(1n))).toEqual({
      code: 0,
      said: 'block 2: signed by 3 of 4 validators, 3 are needed',
    });
  });
});

describe.skipIf(!openssl)('the guide for subscribers with openssl alone (needs bash and openssl)', () => {
  it('follows the keys from the pinned root to the event', async () => {
    const { root, adapter, ledger } = site.fixture;
    const [first = 0n] = site.admitted;
    for (const [names, verified, key] of [
      [event(1n), event(1n), root],
      [event(1n), event(3n), root],
      [event(3n), event(first), adapter],
      [event(2n), block(2n), ledger],
    ] as const) {
      expect(await run('bash', 'verify-seal.sh', names, verified)).toEqual({
        code: 0,
        said: `verified, key ${key.keyId}`,
      });
    }
  });

  it.each([
    ['needless zeros in front', /^00[0-7]/],
    ['a zero that must stay', /^00[89a-f]/],
    ['a high bit, which needs a zero', /^[89a-f]/],
  ])('converts a signature that begins with %s', async (_, beginning) => {
    const { adapter, entries } = site.fixture;
    const slot = entries[4];
    if (slot === undefined || 'missing' in slot) throw new Error('position 5 is an event of a pump');
    const beginningOf = (seal: string): string =>
      Buffer.from(seal.split('..')[1] ?? '', 'base64url').toString('hex');
    let seal = adapter.seal(slot.body);
    while (!beginning.test(beginningOf(seal))) seal = adapter.seal(slot.body);
    const path = join(folder, 'rare');
    writeFileSync(path, entryBytes(seal, slot.body));
    expect(await run('bash', 'verify-seal.sh', event(3n), path)).toMatchObject({ code: 0 });
  });

  it('tells the thumbprint of a key file, for the copy of a root key', async () => {
    const key = generatePrivateKey();
    const path = join(folder, 'key.pem');
    const said = keyIdOf(publicJwkOf(key));
    writeFileSync(path, key.export({ type: 'pkcs8', format: 'pem' }));
    expect(await run('bash', 'kid-of-key.sh', path)).toEqual({ code: 0, said });
    writeFileSync(path, createPublicKey(key).export({ type: 'spki', format: 'pem' }));
    expect(await run('bash', 'kid-of-key.sh', path)).toEqual({ code: 0, said });
  });

  it('does not believe an event that was changed, or another key', async () => {
    const [first = 0n] = site.admitted;
    expectRefusal(await run('bash', 'verify-seal.sh', event(3n), changed(event(first))), /does not hold/);
    expectRefusal(await run('bash', 'verify-seal.sh', event(4n), event(first)), /another key/);
  });

  it('proves that an event is in the tree, and that a changed one is not', async () => {
    const proof = join(folder, 'proof');
    for (const position of site.admitted) {
      writeFileSync(proof, proofText(site, position));
      expect(await run('bash', 'verify-inclusion.sh', event(position), proof)).toMatchObject({ code: 0 });
    }
    const last = site.admitted.at(-1) ?? 0n;
    expectRefusal(await run('bash', 'verify-inclusion.sh', changed(event(last)), proof), /path leads to/);
  });
});

describe('a subscriber that was killed', () => {
  let nats: NatsServer;
  let connection: NatsConnection;

  beforeAll(async () => {
    nats = await startNats({ storeDir: join(folder, 'nats') });
    connection = await connectNats({ servers: nats.url, name: 'test' });
    await setUpStreams(connection, site.fixture.site);
  });
  afterAll(async () => {
    await connection.close();
    await nats.stop();
  });

  async function publish(from: number, to: number): Promise<void> {
    const log = new EventLog(connection);
    for (const slot of site.fixture.entries.slice(from, to)) {
      if ('missing' in slot) continue;
      await log.append({ ...slot, id: `test-${slot.position}` });
    }
  }

  /** Starts a program of the guide, waits until so many files lie in its folder, and kills it. */
  async function receiveUntil(
    count: number,
    inbox: string,
    program: string,
    ...args: string[]
  ): Promise<void> {
    const path = join(import.meta.dirname, '..', 'docs', 'examples', program);
    const subscriber = spawn(process.execPath, [path, nats.url, ...args, inbox], { stdio: 'ignore' });
    const stored = () => readdirSync(inbox).filter((name) => !name.endsWith('.draft')).length;
    await vi.waitFor(() => expect(stored()).toBe(count), { timeout: 20_000, interval: 50 });
    subscriber.kill('SIGKILL');
    await once(subscriber, 'exit');
  }

  it('goes on where it stopped, by the position that it kept itself', async () => {
    const inbox = join(folder, 'own');
    await publish(0, 5);
    await receiveUntil(5, inbox, 'subscribe.mjs', STREAM.events);
    await publish(5, 9);
    await receiveUntil(9, inbox, 'subscribe.mjs', STREAM.events);
    for (const name of readdirSync(inbox))
      expect(readFileSync(join(inbox, name)), name).toEqual(readFileSync(join(site.events, name)));
  });

  it('goes on where it stopped, by the position that the server kept', async () => {
    const inbox = join(folder, 'durable');
    const args = [site.fixture.site, 'guide'];
    await receiveUntil(5, inbox, 'subscribe-durable.mjs', ...args);
    await publish(9, 11);
    await receiveUntil(7, inbox, 'subscribe-durable.mjs', ...args);
  });
});

/** Its private keys are everybody's. BCMED_WRITE_SAMPLE=1 writes it anew, after the catalogue has changed. */
describe('the sample of the guide', () => {
  const sample = join(import.meta.dirname, '..', 'docs', 'examples', 'sample');
  if (process.env['BCMED_WRITE_SAMPLE']) writeSiteFolder(sample);
  const guide = readFileSync(join(import.meta.dirname, '..', 'docs', 'subscribing.md'), 'utf8');
  const bodyOf = (...path: string[]): Buffer => {
    const entry = readFileSync(join(sample, ...path));
    return entry.subarray(entry.indexOf(0x0a) + 1);
  };

  it.each([
    ['EVENTS', '5'],
    ['BLOCKS', '2'],
  ])('is quoted: %s/%s', (stream, name) => {
    const quoted = [...guide.matchAll(/```json\n([^]*?)```/g)].map(
      ([, json = '']) => JSON.parse(json) as unknown,
    );
    expect(quoted).toContainEqual(JSON.parse(bodyOf(stream, name).toString()));
  });

  const python = canRun('python3', '-c', 'import cryptography');
  it.for(consoleExamples(guide))(
    'says what the guide says: $command',
    async ({ command, says }, { skip }) => {
      skip(command.includes('python3') && !python, 'needs python3 with the package cryptography');
      skip(command.includes('.sh') && !openssl, 'needs openssl');
      expect(await shell(command)).toBe(says);
    },
  );

  it('is of the catalogue as it is now', () => {
    for (const stream of ['EVENTS', 'BLOCKS'])
      for (const name of readdirSync(join(sample, stream)))
        expect(parseEvent(bodyOf(stream, name)), `${stream}/${name}`).toMatchObject({ ok: true });
  });
});
