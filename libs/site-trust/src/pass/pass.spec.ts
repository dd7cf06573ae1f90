import { createSealer, generatePrivateKey } from '@bcmed/seal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Site, NOON_MS, PERSON } from '../../test/site.js';
import { PASS_LIFE_SECONDS, readPass, signPass, type PassPayload } from './pass.js';
import { CLOCK_SKEW_SECONDS, PassVerifier } from './pass-verifier.js';

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a pass of somebody who is signed in', () => {
  it('says who it is and until when', () => {
    const site = new Site();
    expect(site.check(site.pass())).toEqual({
      ok: true,
      person: {
        person: PERSON,
        sessionId: site.session,
        credentialId: site.credentialId,
        expiresMs: NOON_MS + 60_000,
      },
    });
  });

  it('is good for its minute and the difference that clocks may have, to the millisecond', () => {
    const site = new Site();
    const pass = site.pass();
    const at = (ms: number) => site.check(pass, NOON_MS + ms);
    expect(at(-CLOCK_SKEW_SECONDS * 1_000)).toMatchObject({ ok: true });
    expect(at(-CLOCK_SKEW_SECONDS * 1_000 - 1)).toEqual({ ok: false, fault: 'not-yet' });
    const end = (PASS_LIFE_SECONDS + CLOCK_SKEW_SECONDS) * 1_000;
    expect(at(end - 1)).toMatchObject({ ok: true });
    expect(at(end)).toEqual({ ok: false, fault: 'expired' });
  });

  it('that would live longer, or not at all, is neither signed nor believed', () => {
    const site = new Site();
    for (const exp of [site.payload().iat + PASS_LIFE_SECONDS + 1, site.payload().iat, 0]) {
      expect(() => site.pass({ exp })).toThrow();
      expect(site.check(site.signedAnyhow({ ...site.payload(), exp }))).toEqual({
        ok: false,
        fault: 'malformed',
      });
    }
  });

  it('of another site is refused, though the key is ours', () => {
    const site = new Site();
    expect(site.check(site.pass({ site: 's2' }))).toEqual({ ok: false, fault: 'other-site' });
  });

  it("of somebody else's authenticator is refused", () => {
    const site = new Site();
    expect(site.check(site.pass({ sub: 'person-other' }))).toEqual({ ok: false, fault: 'person-unknown' });
    expect(site.check(site.pass({ cid: 'A'.repeat(43) }))).toEqual({ ok: false, fault: 'person-unknown' });
  });
});

describe('what counts after a pass was given', () => {
  it('the revocation of the person', () => {
    const site = new Site();
    const pass = site.pass();
    site.revokePerson();
    expect(site.check(pass)).toEqual({ ok: false, fault: 'person-revoked' });
  });

  it('the revocation of the authenticator', () => {
    const site = new Site();
    const pass = site.pass();
    site.revokeAuthenticator();
    expect(site.check(pass)).toEqual({ ok: false, fault: 'authenticator-revoked' });
  });

  it('the end of that session, and of no other', () => {
    const site = new Site();
    const pass = site.pass();
    site.endSession('01994f7e-7c00-7000-8000-0000000000ff');
    expect(site.check(pass)).toMatchObject({ ok: true });
    site.endSession(site.session);
    expect(site.check(pass)).toEqual({ ok: false, fault: 'session-ended' });
  });

  it('ends that came later, however many, until the pass has long expired', () => {
    const site = new Site();
    const pass = site.pass();
    site.endSession(site.session);
    for (let one = 0; one < 200; one++) {
      site.endSession(`01994f7e-7c00-7000-8000-1${String(one).padStart(11, '0')}`, NOON_MS + one * 1_000);
    }
    expect(site.check(pass)).toEqual({ ok: false, fault: 'session-ended' });
  });

  it('the revocation of the key of access', () => {
    const site = new Site();
    const pass = site.pass();
    site.revokeAccess();
    expect(site.check(pass)).toEqual({ ok: false, fault: 'unknown-key' });
  });
});

describe('people of a demonstration', () => {
  it('are believed only where they are allowed', () => {
    const [play, real] = [
      new Site({ demonstration: true }),
      new Site({ demonstration: true, production: true }),
    ];
    expect(play.check(play.pass())).toMatchObject({ ok: true });
    expect(real.check(real.pass())).toEqual({ ok: false, fault: 'demonstration' });
  });
});

describe('a forged pass', () => {
  it('signed with a key that nobody knows is refused', () => {
    const site = new Site();
    const privateKey = generatePrivateKey();
    const forged = signPass(site.payload(), { sealer: createSealer(privateKey), privateKey });
    expect(site.check(forged)).toEqual({ ok: false, fault: 'unknown-key' });
  });

  it('under the name of the key of access, with another key, is refused', () => {
    const site = new Site();
    const forged = signPass(site.payload(), { sealer: site.access.sealer, privateKey: generatePrivateKey() });
    expect(site.check(forged)).toEqual({ ok: false, fault: 'bad-signature' });
  });

  it('signed with the enrolled key of another service is refused, whatever it calls itself', () => {
    const site = new Site();
    expect(site.check(signPass(site.payload(), site.dosing))).toEqual({
      ok: false,
      fault: 'key-not-of-access',
    });
    expect(site.check(site.pass({ iss: 'access/2' }))).toEqual({ ok: false, fault: 'key-not-of-access' });
  });

  it('with another header is refused: none, another algorithm, a key of its own', () => {
    const site = new Site();
    const [, body = '', signature = ''] = site.pass().split('.');
    const kid = site.access.sealer.keyId;
    for (const header of [
      { alg: 'none', kid, typ: 'bcmed-pass+jwt' },
      { alg: 'HS256', kid, typ: 'bcmed-pass+jwt' },
      { alg: 'ES256', kid, typ: 'JWT' },
      { alg: 'ES256', kid, typ: 'bcmed-pass+jwt', jwk: site.access.sealer.publicJwk },
      { kid, alg: 'ES256', typ: 'bcmed-pass+jwt' },
      { alg: 'ES256', typ: 'bcmed-pass+jwt' },
      null,
    ])
      expect(site.check(`${b64(header)}.${body}.${signature}`)).toEqual({
        ok: false,
        fault: 'unsupported-header',
      });
  });

  it('with more in its payload than a pass has is refused', () => {
    const site = new Site();
    expect(site.check(site.signedAnyhow({ ...site.payload(), role: 'administrator' }))).toEqual({
      ok: false,
      fault: 'malformed',
    });
  });

  it('is never a second text of the same pass', () => {
    const site = new Site();
    const pass = site.pass();
    const last = pass.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // The last of 86 characters carries four spare bits.
    const other = alphabet[alphabet.indexOf(last) ^ 1] ?? '';
    expect(site.check(`${pass.slice(0, -1)}${other}`)).toEqual({ ok: false, fault: 'malformed' });
  });

  it('with any one character changed is refused', () => {
    const site = new Site();
    const pass = site.pass();
    fc.assert(
      fc.property(
        fc.nat(pass.length - 1),
        fc.constantFrom('A', 'z', '0', '-', '_', '.', '=', '+', '/', ' ', '\n'),
        (index, character) => {
          fc.pre(pass[index] !== character);
          expect(site.check(`${pass.slice(0, index)}${character}${pass.slice(index + 1)}`).ok).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever the text is', () => {
    const site = new Site();
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.tuple(part, part, part).map((parts) => parts.join('.')),
        ),
        (text) => {
          expect(site.check(text).ok).toBe(false);
        },
      ),
    );
    expect(site.check('A'.repeat(1_000_000))).toEqual({ ok: false, fault: 'malformed' });
  });
});

describe('every payload by its schema', () => {
  it('comes back as it was signed', () => {
    const site = new Site();
    const token = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/);
    const payloads: fc.Arbitrary<PassPayload> = fc
      .record({
        iss: token.map((name) => `access/${name}`),
        site: token,
        sub: token,
        sid: fc.uuid({ version: 7 }),
        cid: fc.stringMatching(/^[A-Za-z0-9_-]{1,200}$/),
        iat: fc.integer({ min: 0, max: 4_000_000_000 }),
        life: fc.integer({ min: 1, max: PASS_LIFE_SECONDS }),
      })
      .map(({ life, ...payload }) => ({ ...payload, exp: payload.iat + life }));
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(readPass(signPass(payload, site.access))).toMatchObject({ payload });
      }),
      { numRuns: 100 },
    );
  });
});

describe('while the stream is not followed', () => {
  it('whoever asks can tell', () => {
    const site = new Site();
    expect(new PassVerifier(site.trust.forPasses(() => false)).trust.isCurrent).toBe(false);
  });
});
