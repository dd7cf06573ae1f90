import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Wallet } from 'ethers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyUnusableError, loadOrCreateKey } from './index.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-key-'));
  path = join(folder, 'state', 'validator.pem');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a validator's key file", () => {
  it('is made at the first start, for its owner alone, and is the same key ever after', () => {
    const made = loadOrCreateKey(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(loadOrCreateKey(path).privateKey).toBe(made.privateKey);
    expect(readdirSync(dirname(path))).toEqual(['validator.pem']);
  });

  it('holds another key in every installation', () => {
    expect(loadOrCreateKey(`${path}.a`).address).not.toBe(loadOrCreateKey(`${path}.b`).address);
  });

  it('is an ordinary key that openssl reads, and the same one that we sign with', () => {
    const wallet = loadOrCreateKey(path);
    const text = execFileSync('openssl', ['pkey', '-in', path, '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toContain('secp256k1');
    const secret = /priv:([0-9a-f:\s]+)pub:/.exec(text)?.[1]?.replaceAll(/[:\s]/g, '') ?? '';
    expect(new Wallet(`0x${secret.slice(-64)}`).address).toBe(wallet.address);
  });

  it('is refused when others may read it, and left as it is', () => {
    const { privateKey } = loadOrCreateKey(path);
    chmodSync(path, 0o640);
    expect(() => loadOrCreateKey(path)).toThrow(KeyUnusableError);
    expect(() => loadOrCreateKey(path)).toThrow(/640/);
    chmodSync(path, 0o600);
    expect(loadOrCreateKey(path).privateKey).toBe(privateKey);
  });

  it('is refused, never replaced, when it is empty, cut off, or of another curve', () => {
    loadOrCreateKey(path);
    const half = readFileSync(path, 'utf8').slice(0, 90);
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const content of ['', half, p256.export({ format: 'pem', type: 'pkcs8' }).toString()]) {
      writeFileSync(path, content);
      expect(() => loadOrCreateKey(path)).toThrow(KeyUnusableError);
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });

  it('is not made through a link that leads nowhere', () => {
    loadOrCreateKey(join(dirname(path), 'other.pem'));
    symlinkSync(join(folder, 'nowhere', 'key.pem'), path);
    expect(() => loadOrCreateKey(path)).toThrow(KeyUnusableError);
  });
});
