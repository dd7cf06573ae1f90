import { createECDH, createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { createSealer, type Sealer } from '@bcmed/seal';
import { Wallet } from 'ethers';

/** 32 bytes that follow from a text: the private scalar of a key that must be the same in every run. */
function scalar(name: string): Buffer {
  return createHash('sha256').update(`bcmed fixture ${name}`).digest();
}

/** A P-256 key that follows from a name. For tests only: everybody knows the private half. */
export function fixtureKey(name: string): KeyObject {
  const d = scalar(name);
  const point = createECDH('prime256v1');
  point.setPrivateKey(d);
  const bytes = point.getPublicKey();
  const coordinate = (from: number): string => bytes.subarray(from, from + 32).toString('base64url');
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x: coordinate(1), y: coordinate(33) },
    format: 'jwk',
  });
}

/** A sealer whose key follows from a name. */
export function fixtureSealer(name: string): Sealer {
  return createSealer(fixtureKey(name));
}

/** A validator's wallet that follows from a name. For tests only. */
export function fixtureWallet(name: string): Wallet {
  return new Wallet(`0x${scalar(name).toString('hex')}`);
}
