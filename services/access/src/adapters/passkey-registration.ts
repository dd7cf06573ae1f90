import { importPublicKey, type PublicJwk } from '@bcmed/seal';
import {
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import type { NewAuthenticator } from '../domain/people.js';
import { RegistrationRefusedError } from '../errors.js';

/** Where passkeys are made and used. */
export interface RelyingParty {
  /** Host for which they are made. */
  readonly id: string;
  /** Origin of our own page. */
  readonly origin: string;
  /** Every origin at which they are enrolled and from which an assertion is believed, ours included. */
  readonly origins: readonly string[];
}

const CREDENTIAL_ID = /^[A-Za-z0-9_-]{16,512}$/;

/** What a browser needs to make a passkey for a person: ES256, discoverable, with the person verified, without attestation. */
export function registrationOptions(
  { id: rpID }: RelyingParty,
  person: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: 'BCMed',
    rpID,
    userName: person,
    userID: new TextEncoder().encode(person),
    userDisplayName: person,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: [cose.COSEALG.ES256],
  });
}

/** The authenticator that a browser registered for this challenge. Throws RegistrationRefusedError. */
export async function verifyRegistration(
  response: RegistrationResponseJSON,
  challenge: string,
  { id, origins }: RelyingParty,
): Promise<NewAuthenticator> {
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: id,
    requireUserVerification: true,
    supportedAlgorithmIDs: [cose.COSEALG.ES256],
  }).catch((cause: unknown) => {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new RegistrationRefusedError(`The authenticator's answer does not hold: ${words}`, { cause });
  });
  if (!verified) throw new RegistrationRefusedError("The authenticator's answer does not hold.");
  const { credential } = registrationInfo;
  if (!CREDENTIAL_ID.test(credential.id))
    throw new RegistrationRefusedError('The name of the credential is shorter or longer than it may be.');
  return {
    credentialId: credential.id,
    kind: 'passkey',
    publicKey: jwkOf(credential.publicKey),
    relyingParty: id,
    origins: [...origins],
  };
}

function jwkOf(publicKey: Parameters<typeof decodeCredentialPublicKey>[0]): PublicJwk {
  const key = decodeCredentialPublicKey(publicKey);
  const [x, y] = cose.isCOSEPublicKeyEC2(key) ? [key.get(cose.COSEKEYS.x), key.get(cose.COSEKEYS.y)] : [];
  if (x?.length !== 32 || y?.length !== 32)
    throw new RegistrationRefusedError('The key is not one of P-256.');
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x: base64Url(x), y: base64Url(y) };
  if (!importPublicKey(jwk)) throw new RegistrationRefusedError('The key is not a point of P-256.');
  return jwk;
}

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
