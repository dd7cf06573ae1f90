import { fromBase64, toBase64Url } from '../domain/base64.ts';

/** What a passkey says of a text; the service knows whose it is. */
export interface Assertion {
  readonly kind: 'passkey';
  readonly credentialId: string;
  readonly authenticatorData: string;
  readonly clientDataJson: string;
  readonly signature: string;
}

/** The passkey gave nothing: the person said no, waited too long, or there is none here. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';
}

/** SHA-256 of a text in UTF-8, base64url: the challenge under which it is signed. */
export async function challengeOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/**
 * Lets the person sign the challenge, verified by the device (finger, face, PIN). Without `credentialIds` the device offers every
 * passkey that it has for the site. Throws {@link PasskeyError}.
 */
export async function signChallenge(
  challenge: string,
  relyingParty: string,
  credentialIds: readonly string[] = [],
): Promise<Assertion> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytesOf(challenge),
    rpId: relyingParty,
    userVerification: 'required',
    timeout: 120_000,
    allowCredentials: credentialIds.map((id) => ({ type: 'public-key', id: bytesOf(id) })),
  };
  const credential = await offered(navigator.credentials.get({ publicKey }));
  const { authenticatorData, clientDataJSON, signature } =
    credential.response as AuthenticatorAssertionResponse;
  return {
    kind: 'passkey',
    credentialId: toBase64Url(new Uint8Array(credential.rawId)),
    authenticatorData: toBase64Url(new Uint8Array(authenticatorData)),
    clientDataJson: toBase64Url(new Uint8Array(clientDataJSON)),
    signature: toBase64Url(new Uint8Array(signature)),
  };
}

/** Makes a passkey by the options of the access service, and gives its answer as RegistrationResponseJSON. */
export async function createPasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await offered(navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject } = credential.response as AuthenticatorAttestationResponse;
  const id = toBase64Url(new Uint8Array(credential.rawId));
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: toBase64Url(new Uint8Array(clientDataJSON)),
      attestationObject: toBase64Url(new Uint8Array(attestationObject)),
    },
    ...(credential.authenticatorAttachment === null
      ? {}
      : { authenticatorAttachment: credential.authenticatorAttachment }),
  };
}

export const canUsePasskeys = (): boolean =>
  isSecureContext && 'credentials' in navigator && 'PublicKeyCredential' in globalThis;

async function offered(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asked;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (cause) {
    throw new PasskeyError(wordsFor(cause), { cause });
  }
  throw new PasskeyError('No passkey was chosen.');
}

function wordsFor(cause: unknown): string {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'NotAllowedError')
    return 'Nothing was signed: it was cancelled, took too long, or this device has no passkey for you.';
  if (name === 'InvalidStateError') return 'This device already has a passkey for this person.';
  if (name === 'SecurityError') return 'Passkeys do not work at this address.';
  return `The passkey could not be used: ${cause instanceof Error ? cause.message : String(cause)}`;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => fromBase64(text) ?? new Uint8Array();
