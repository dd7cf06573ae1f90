import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asena } from '@bcmed/pump-protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drive, type Driver } from '../../test/drivers.js';
import { LineUnavailableError } from '../errors.js';
import type { PumpLine } from './pump-line.js';
import { PtyLine } from './pty-line.js';
import { TcpLine } from './tcp-line.js';

const REQUEST = asena.requests.serialNumber();
const ANSWER: asena.AsenaFrame = { command: 'INST_SERIALNO', fields: ['8002-51740'] };

let folder: string;
let line: PumpLine;
let drivers: Driver[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-line-'));
  drivers = [];
});
afterEach(async () => {
  for (const driver of drivers) await driver.close();
  await line.close();
  rmSync(folder, { recursive: true });
});

/** Opens the line and answers every request, as a pump would. */
async function openAnswering(fresh: PumpLine): Promise<void> {
  line = fresh;
  const parser = new asena.AsenaParser();
  line.onBytes = (bytes) => {
    for (const { kind } of parser.push(bytes)) if (kind === 'frame') line.write(asena.encode(ANSWER));
  };
  await line.open();
}

async function comes(): Promise<Driver> {
  const driver = await drive(line.address);
  drivers.push(driver);
  return driver;
}

const openTerminals = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith('/dev/pt') ? [path] : [];
    } catch {
      return [];
    }
  });

describe.each<{ kind: string; make: () => PumpLine }>([
  { kind: 'a pseudo-terminal', make: () => new PtyLine(folder, 'pump') },
  { kind: 'a TCP port', make: () => new TcpLine('127.0.0.1', 0) },
])('$kind as the line of a pump', ({ make }) => {
  beforeEach(() => openAnswering(make()));

  it('carries a question and its answer, byte for byte', async () => {
    const driver = await comes();
    expect(await driver.ask(REQUEST)).toEqual(ANSWER);
    expect(driver.findings.map(({ kind }) => kind)).toEqual(['frame']);
  });

  it('survives a driver that leaves and comes back', async () => {
    for (let visit = 0; visit < 5; visit += 1) {
      const driver = await comes();
      expect(await driver.ask(REQUEST)).toEqual(ANSWER);
      await driver.close();
    }
  });

  it('breaks for the driver when it is unplugged, and is there again at the same address', async () => {
    const { address } = line;
    const driver = await comes();
    await driver.ask(REQUEST);
    await line.unplug();
    expect(line.plugged).toBe(false);
    await driver.broken();
    await expect(drive(address)).rejects.toThrow();
    await line.replug();
    expect(line.address).toEqual(address);
    expect(await (await comes()).ask(REQUEST)).toEqual(ANSWER);
  });

  it('loses what is written while unplugged or unread, without an error', async () => {
    for (let count = 0; count < 2000; count += 1) line.write(asena.encode(ANSWER));
    await line.unplug();
    line.write(asena.encode(ANSWER));
    await line.unplug();
    await line.replug();
    await line.replug();
  });
});

describe('a pseudo-terminal', () => {
  it('leaves neither a link nor a descriptor behind, over many unplugs', async () => {
    const before = openTerminals().length;
    await openAnswering(new PtyLine(folder, 'pump'));
    for (let count = 0; count < 10; count += 1) {
      await line.unplug();
      await line.replug();
    }
    await line.close();
    await expect.poll(() => (process.platform === 'linux' ? openTerminals().length : before)).toBe(before);
    expect(existsSync(join(folder, 'pump'))).toBe(false);
  });

  it('echoes nothing: what the pump says does not come back to it', async () => {
    const heard: string[] = [];
    line = new PtyLine(folder, 'pump');
    line.onBytes = (bytes) => heard.push(asena.latin1Text(bytes));
    await line.open();
    line.write(asena.encode(ANSWER));
    const driver = await comes();
    await driver.ask(REQUEST, 300).catch(() => undefined);
    expect(heard.join('')).toBe(`${asena.frameText(REQUEST)}\r`);
  });

  it('says which folder cannot be written', async () => {
    line = new PtyLine('/dev/null/nowhere', 'pump');
    await expect(line.open()).rejects.toThrow(LineUnavailableError);
    await expect(line.open()).rejects.toThrow('/dev/null/nowhere/pump');
  });
});

describe('a TCP port', () => {
  it('serves one client at a time: a second one is closed and the first one stays', async () => {
    await openAnswering(new TcpLine('127.0.0.1', 0));
    const first = await comes();
    await first.ask(REQUEST);
    if (line.address.kind !== 'tcp') throw new Error('not TCP');
    const second = connect(line.address);
    second.on('error', () => undefined);
    await once(second, 'close');
    expect(await first.ask(REQUEST)).toEqual(ANSWER);
  });

  it('says which port is taken', async () => {
    await openAnswering(new TcpLine('127.0.0.1', 0));
    if (line.address.kind !== 'tcp') throw new Error('not TCP');
    const { port } = line.address;
    await expect(new TcpLine('127.0.0.1', port).open()).rejects.toThrow(`127.0.0.1:${port}`);
  });
});
