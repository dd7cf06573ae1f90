import { sign } from 'node:crypto';
import type { PersonSignature } from '@bcmed/events';
import { generatePrivateKey, keyIdOf, publicJwkOf } from '@bcmed/seal';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ORIGIN,
  RELYING_PARTY,
  Ward,
  assertionWith,
  emulatedPasskey,
  orderText,
  signedBy,
  type AssertionParts,
} from '../../test/ward.js';
import { checkSignedText, signTextWithKey, TextUnsignableError, textHashOf } from '../index.js';

const TEXT = orderText();
const NURSE = 'person-nurse';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
type Passkey = Extract<PersonSignature, { kind: 'passkey' }>;

const passkey = emulatedPasskey(NURSE);
const assertion = passkey.assert(TEXT);
const good: Passkey = {
  kind: 'passkey',
  person: NURSE,
  credentialId: passkey.credentialId,
  authenticatorData: assertion.response.authenticatorData,
  clientDataJson: assertion.response.clientDataJSON,
  signature: assertion.response.signature,
};

const ward = new Ward().enrolPasskey(NURSE, passkey);
const automationKey = ward.enrolKey('automation-1');
const automation = signedBy('automation-1', automationKey, TEXT);

const check = (signature: unknown, text = TEXT, people = ward.people) =>
  checkSignedText({ text, signatures: [signature] }, people);
const faultOf = (signature: unknown, text = TEXT, people = ward.people) =>
  check(signature, text, people).outcomes[0]?.fault;

/** What @simplewebauthn/server says of the same assertion; its errors are refusals. */
let credential: Awaited<ReturnType<typeof verifyRegistrationResponse>>['registrationInfo'];
async function oracle(
  parts: Pick<Passkey, 'authenticatorData' | 'clientDataJson' | 'signature'>,
  text = TEXT,
  publicKey = credential!.credential.publicKey,
): Promise<boolean> {
  const { authenticatorData, clientDataJson, signature } = parts;
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        id: passkey.credentialId,
        rawId: passkey.credentialId,
        type: 'public-key',
        clientExtensionResults: {},
        response: { authenticatorData, clientDataJSON: clientDataJson, signature },
      },
      expectedChallenge: textHashOf(text),
      expectedOrigin: ORIGIN,
      expectedRPID: RELYING_PARTY,
      // The counter is not ours to judge; see assertionFault.
      credential: { ...credential!.credential, publicKey, counter: 0 },
      requireUserVerification: true,
    });
    return verified;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  const registered = await verifyRegistrationResponse({
    // The emulator's own types of the same JSON.
    response: passkey.registration,
    expectedChallenge: passkey.challenge,
    expectedOrigin: ORIGIN,
    expectedRPID: RELYING_PARTY,
  });
  credential = registered.registrationInfo;
});

describe('a text that a nurse signed with a passkey', () => {
  it('holds, and an outside program says so too', async () => {
    expect(check(good)).toEqual({
      textHash: textHashOf(TEXT),
      outcomes: [{ person: NURSE, credentialId: passkey.credentialId }],
      people: [NURSE],
      allHold: true,
    });
    expect(await oracle(good)).toBe(true);
  });

  it('does not hold for a text with one byte changed', async () => {
    for (const text of [`${TEXT} `, TEXT.replace(':5,', ':6,'), TEXT.slice(0, -1)]) {
      expect(faultOf(good, text)).toBe('wrong-challenge');
      expect(await oracle(good, text)).toBe(false);
    }
  });

  it.each(['authenticatorData', 'clientDataJson', 'signature'] as const)(
    'does not hold with any one bit of %s flipped',
    async (field) => {
      const bytes = Buffer.from(good[field], 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = flip(bytes, bit);
        expect(check({ ...good, [field]: flipped }), `bit ${bit}`).toMatchObject({ allHold: false });
        if (bit % 17 === 0) expect(await oracle({ ...good, [field]: flipped }), `bit ${bit}`).toBe(false);
      }
    },
  );

  it('has one spelling only: spare bits of base64url are refused', () => {
    for (const field of ['authenticatorData', 'clientDataJson', 'signature'] as const) {
      const last = good[field].at(-1) ?? '';
      // The last character carries spare bits unless the bytes are a multiple of three.
      if (Buffer.from(good[field], 'base64url').length % 3 === 0) continue;
      const other = good[field].slice(0, -1) + (ALPHABET[ALPHABET.indexOf(last) ^ 1] ?? '');
      expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(good[field], 'base64url'));
      expect(faultOf({ ...good, [field]: other })).toBe('malformed');
    }
  });

  it('is not that of another person, of a stranger, or of a key', () => {
    expect(faultOf({ ...good, person: 'automation-1' })).toBe('wrong-person');
    expect(faultOf({ ...good, person: 'constructor' })).toBe('wrong-person');
    expect(faultOf({ ...good, credentialId: 'AAAAAAAAAAAAAAAAAAAAAA' })).toBe('unknown-authenticator');
    expect(faultOf({ ...good, credentialId: 'propertyIsEnumerable' })).toBe('unknown-authenticator');
    expect(faultOf({ ...automation, person: NURSE, credentialId: good.credentialId })).toBe('wrong-kind');
  });

  it('counts no more once the authenticator or the person was revoked', () => {
    const lost = new Ward().enrolPasskey(NURSE, passkey).revokeAuthenticator(NURSE, passkey.credentialId);
    expect(faultOf(good, TEXT, lost.people)).toBe('authenticator-revoked');
    const gone = new Ward().enrolPasskey(NURSE, passkey).revoke(NURSE);
    expect(faultOf(good, TEXT, gone.people)).toBe('person-revoked');
  });

  it('made with another key under this credential does not hold', () => {
    const other = emulatedPasskey(NURSE);
    const { response } = other.assert(TEXT);
    const parts = { authenticatorData: response.authenticatorData, signature: response.signature };
    expect(faultOf({ ...good, ...parts, clientDataJson: response.clientDataJSON })).toBe('bad-signature');
  });
});

describe('an authenticator that signs something else', () => {
  const key = generatePrivateKey();
  const lying = { credentialId: 'mL9hZ0QkWq3c1vJp8bX2Ag', publicKey: publicJwkOf(key) };
  const people = new Ward().enrolPasskey(NURSE, lying).people;
  const said = (parts: AssertionParts): string | undefined =>
    faultOf(
      {
        kind: 'passkey',
        person: NURSE,
        credentialId: lying.credentialId,
        ...assertionWith(key, TEXT, parts),
      },
      TEXT,
      people,
    );

  it.each<[string, AssertionParts, string | undefined]>([
    ['nothing is wrong', {}, undefined],
    ['an older browser leaves crossOrigin out', { crossOrigin: undefined }, undefined],
    ['backup flags are set', { flags: 0x1d }, undefined],
    ['a registration', { type: 'webauthn.create' }, 'wrong-type'],
    ['a payment', { type: 'payment.get' }, 'wrong-type'],
    ['no challenge', { challenge: undefined }, 'wrong-challenge'],
    ['another challenge', { challenge: textHashOf('another') }, 'wrong-challenge'],
    ['a padded challenge', { challenge: `${textHashOf(TEXT)}=` }, 'wrong-challenge'],
    ['another origin', { origin: 'https://bcmed.example.evil' }, 'wrong-origin'],
    ['plain http', { origin: 'http://bcmed.example' }, 'wrong-origin'],
    ['a list of origins', { origin: [ORIGIN] }, 'wrong-origin'],
    ['a frame of another origin', { crossOrigin: true }, 'cross-origin'],
    ['a crossOrigin that is no boolean', { crossOrigin: 0 }, 'cross-origin'],
    ['another host', { relyingParty: 'evil.example' }, 'wrong-relying-party'],
    ['nobody touched it', { flags: 0x04 }, 'user-not-present'],
    ['nobody was verified', { flags: 0x01 }, 'user-not-verified'],
  ])('%s', (_, parts, fault) => {
    expect(said(parts)).toBe(fault);
  });

  it('is believed and refused by the outside program in the same cases', async () => {
    const { x, y } = publicJwkOf(key);
    const cose = new Map<number, number | Uint8Array<ArrayBuffer>>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    const publicKey = isoCBOR.encode(cose);
    for (const [parts, held] of [
      [{}, true],
      [{ type: 'webauthn.create' }, false],
      [{ challenge: textHashOf('another') }, false],
      [{ origin: 'http://bcmed.example' }, false],
      [{ relyingParty: 'evil.example' }, false],
      [{ flags: 0x04 }, false],
      [{ flags: 0x01 }, false],
    ] as const) {
      expect(said(parts) === undefined, JSON.stringify(parts)).toBe(held);
      expect(await oracle(assertionWith(key, TEXT, parts), TEXT, publicKey)).toBe(held);
    }
  });
});

describe('a text that a program signed with its key', () => {
  it('holds, and for no other text', () => {
    expect(check(automation)).toMatchObject({ allHold: true, people: ['automation-1'] });
    expect(faultOf(automation, `${TEXT} `)).toBe('bad-signature');
  });

  it('does not hold with any one bit flipped', () => {
    const bytes = Buffer.from(automation.signature, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      expect(faultOf({ ...automation, signature: flip(bytes, bit) }), `bit ${bit}`).toBe('bad-signature');
    }
  });

  it('is bound to its purpose: what the same key signs otherwise does not count', () => {
    const signed = (text: string) =>
      sign('sha256', Buffer.from(text), { key: automationKey, dsaEncoding: 'ieee-p1363' }).toString(
        'base64url',
      );
    expect(faultOf({ ...automation, signature: signed(`bcmed-order-v1\n${TEXT}`) })).toBe(undefined);
    for (const other of [TEXT, textHashOf(TEXT), `bcmed-order-v2\n${TEXT}`])
      expect(faultOf({ ...automation, signature: signed(other) })).toBe('bad-signature');
  });

  it('is not made over half a surrogate pair', () => {
    expect(() => signTextWithKey(automationKey, 'rate \ud800')).toThrow(TextUnsignableError);
    expect(() => signTextWithKey(automationKey, 'rate \ud800')).toThrow(/surrogate/);
  });

  it('counts for a demonstration only where demonstrations are allowed', () => {
    for (const [allowDemonstration, fault] of [
      [true, undefined],
      [false, 'demonstration'],
    ] as const) {
      const show = new Ward({ allowDemonstration });
      const key = show.enrolKey('person-show', { demonstration: true });
      expect(faultOf(signedBy('person-show', key, TEXT), TEXT, show.people)).toBe(fault);
    }
  });
});

describe('people who signed', () => {
  const both = new Ward();
  const [first, second] = [both.enrolKey(NURSE), both.enrolKey(NURSE)];
  const other = both.enrolKey('person-other');

  it('are counted once, however many authenticators they have', () => {
    const signatures = [signedBy(NURSE, first, TEXT), signedBy(NURSE, second, TEXT)];
    expect(checkSignedText({ text: TEXT, signatures }, both.people)).toMatchObject({
      people: [NURSE],
      allHold: true,
    });
  });

  it('are told one by one, and one that does not hold is seen', () => {
    const signatures = [signedBy(NURSE, first, TEXT), signedBy('person-other', other, `${TEXT} `)];
    const verdict = checkSignedText({ text: TEXT, signatures }, both.people);
    expect(verdict).toMatchObject({ people: [NURSE], allHold: false });
    expect(verdict.outcomes.map(({ fault }) => fault)).toEqual([undefined, 'bad-signature']);
  });
});

describe('whatever arrives in place of a signed text', () => {
  const hostile = new Proxy({}, { get: () => { throw new Error('no'); } }); // prettier-ignore

  it('is refused and never throws', () => {
    expect(checkSignedText(hostile, ward.people)).toMatchObject({ fault: 'malformed', allHold: false });
    fc.assert(fc.property(fc.anything(), (anything) => !checkSignedText(anything, ward.people).allHold));
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(good)), (value, field) => {
        const verdict = check({ ...good, [field]: value });
        return !verdict.allHold || JSON.stringify(value) === JSON.stringify(good[field as keyof Passkey]);
      }),
    );
  });

  it('is refused when it has signatures for everybody but no text, or none at all', () => {
    expect(checkSignedText({ text: TEXT, signatures: [] }, ward.people).fault).toBe('malformed');
    expect(checkSignedText({ signatures: [good] }, ward.people).fault).toBe('malformed');
  });

  it('is refused with half a surrogate pair, since two such texts have one hash', () => {
    const [one, other] = ['rate \ud800', 'rate \udbff'];
    expect(textHashOf(one)).toBe(textHashOf(other));
    expect(check(automation, one)).toMatchObject({ fault: 'text-not-well-formed', people: [] });
  });

  it('is refused by a key that is no point of the curve', () => {
    const publicKey = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } as const;
    const broken = new Ward().enrolPasskey(NURSE, { credentialId: passkey.credentialId, publicKey });
    expect(faultOf(good, TEXT, broken.people)).toBe('key-unusable');
    expect(keyIdOf(publicKey)).toHaveLength(43);
  });
});

function flip(bytes: Buffer, bit: number): string {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy.toString('base64url');
}
