import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { calculateJwkThumbprint, flattenedVerify, importJWK } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import {
  EntryTooLargeError,
  KeyFileError,
  SignaturesAhead,
  checkSeal,
  createSealer,
  entryBytes,
  generatePrivateKey,
  importPublicKey,
  keyToken,
  loadOrCreatePrivateKey,
  splitEntry,
  type KeyId,
} from './index.js';

const sealer = createSealer(generatePrivateKey());
const publicKey = importPublicKey(sealer.publicJwk)!;
const ring = (keyId: KeyId): KeyObject | undefined => (keyId === sealer.keyId ? publicKey : undefined);
const body = Buffer.from('{"type":"bcmed.pump.infusion-started"}');

describe('a sealed body', () => {
  it('is believed with the key that sealed it', () => {
    expect(checkSeal(sealer.seal(body), body, ring)).toEqual({ ok: true, keyId: sealer.keyId });
  });

  it('is accepted by an outside JOSE library as a detached JWS with b64 false', async () => {
    const [header, , signature] = sealer.seal(body).split('.') as [string, string, string];
    const verified = await flattenedVerify(
      { protected: header, payload: body, signature },
      await importJWK({ ...sealer.publicJwk }, 'ES256'),
    );
    expect(verified.protectedHeader?.kid).toBe(sealer.keyId);
    expect(await calculateJwkThumbprint({ ...sealer.publicJwk })).toBe(sealer.keyId);
  });

  it('is refused when any one bit of the body or of the seal is flipped', () => {
    const seal = sealer.seal(body);
    fc.assert(
      fc.property(fc.nat({ max: (body.length + seal.length) * 8 - 1 }), (bit) => {
        const all = Buffer.concat([body, Buffer.from(seal, 'latin1')]);
        all[bit >> 3] = all[bit >> 3]! ^ (1 << (bit & 7));
        const outcome = checkSeal(
          all.subarray(body.length).toString('latin1'),
          all.subarray(0, body.length),
          ring,
        );
        expect(outcome.ok).toBe(false);
      }),
      { numRuns: 600 },
    );
  });

  it('is refused, never believed and never a crash, whatever bytes stand in for the seal', () => {
    fc.assert(fc.property(fc.string(), (text) => !checkSeal(text, body, ring).ok));
  });

  it('is refused under a key that is not known', () => {
    const stranger = createSealer(generatePrivateKey());
    expect(checkSeal(stranger.seal(body), body, ring)).toEqual({
      ok: false,
      fault: 'unknown-key',
      keyId: stranger.keyId,
    });
  });

  it.each([
    ['another algorithm', { alg: 'none' }],
    ['an encoded payload', { b64: true }],
    ['another kind of thing', { typ: 'JWT' }],
    ['a key of its own', { jwk: sealer.publicJwk }],
    ['a further critical member', { crit: ['b64', 'exp'] }],
  ])('is refused when its header asks for %s', (_, change) => {
    const header = {
      alg: 'ES256',
      kid: sealer.keyId,
      typ: 'bcmed-event+json',
      b64: false,
      crit: ['b64'],
      ...change,
    };
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
    const signature = sealer.seal(body).split('..')[1]!;
    expect(checkSeal(`${encoded}..${signature}`, body, ring)).toEqual({
      ok: false,
      fault: 'unsupported-header',
    });
  });

  it('is not made when it would not fit into a ledger entry', () => {
    expect(() => sealer.seal(new Uint8Array(65_400))).toThrow(EntryTooLargeError);
    expect(
      entryBytes(sealer.seal(new Uint8Array(65_000)), new Uint8Array(65_000)).length,
    ).toBeLessThanOrEqual(65_535);
  });
});

describe('signatures that were checked ahead', () => {
  const stranger = importPublicKey(createSealer(generatePrivateKey()).publicJwk)!;

  it('lead to the same verdict as checking at once, for good and for bad bytes', async () => {
    const entries = [body, Buffer.from('{}'), Buffer.from('')].flatMap((bytes) => [
      { seal: sealer.seal(bytes), body: Buffer.from(bytes) },
      { seal: sealer.seal(Buffer.concat([bytes, Buffer.from('x')])), body: Buffer.from(bytes) },
      { seal: 'not a seal', body: Buffer.from(bytes) },
    ]);
    const ahead = new SignaturesAhead();
    await ahead.check(entries, ring);
    for (const { seal, body: bytes } of entries) {
      expect(checkSeal(seal, bytes, ring, ahead)).toEqual(checkSeal(seal, bytes, ring));
    }
    expect(ahead.outcome(entries[0]!.seal, entries[0]!.body, publicKey)).toBe(true);
    expect(ahead.outcome(entries[1]!.seal, entries[1]!.body, publicKey)).toBe(false);
  });

  it('count only for the same bytes, the same seal and the same key', async () => {
    const [entry, other] = [Buffer.from(body), Buffer.from(body)];
    const seal = sealer.seal(body);
    const ahead = new SignaturesAhead();
    await ahead.check([{ seal, body: entry }], ring);
    expect(ahead.outcome(seal, other, publicKey)).toBeUndefined();
    expect(ahead.outcome(sealer.seal(body), entry, publicKey)).toBeUndefined();
    expect(ahead.outcome(seal, entry, stranger)).toBeUndefined();
    expect(checkSeal(seal, entry, () => stranger, ahead).ok).toBe(false);
  });
});

describe('a ledger entry', () => {
  it('comes apart into the seal and the body that went in, line feeds in the body included', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const parts = splitEntry(entryBytes(sealer.seal(bytes), bytes))!;
        expect(Buffer.from(parts.body)).toEqual(Buffer.from(bytes));
        expect(checkSeal(parts.seal, parts.body, ring).ok).toBe(true);
      }),
    );
  });

  it('has no parts without a line feed', () => {
    expect(splitEntry(Buffer.from('no line feed'))).toBeUndefined();
  });
});

describe('a private key file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bcmed-seal-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is made once, for its owner only, and found again', () => {
    const path = join(folder, 'keys', 'device.pem');
    const first = createSealer(loadOrCreatePrivateKey(path));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(createSealer(loadOrCreatePrivateKey(path)).keyId).toBe(first.keyId);
  });

  it('is refused when others may read it', () => {
    const path = join(folder, 'open.pem');
    loadOrCreatePrivateKey(path);
    chmodSync(path, 0o644);
    expect(() => loadOrCreatePrivateKey(path)).toThrow(KeyFileError);
  });

  it('gives its key a name that is safe in a subject', () => {
    expect(keyToken(sealer.keyId)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the thumbprint', () => {
  it('is that of a key made by an outside program (RFC 7515 appendix A.3 key)', () => {
    const key = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
      },
    });
    const text =
      '{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}';
    expect(createSealer(key).keyId).toBe(createHash('sha256').update(text).digest('base64url'));
  });
});
