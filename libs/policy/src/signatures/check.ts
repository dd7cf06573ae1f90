import { verify, type KeyObject } from 'node:crypto';
import { CommandAuthorised, type PersonSignature } from '@bcmed/events';
import { importPublicKey } from '@bcmed/seal';
import { entryOf, type Authenticator, type PeopleState } from '../people/state.js';
import { assertionFault, strictBase64Url, type AssertionFault } from './passkey.js';
import { keySignatureInput, textHashOf } from './text.js';

/** Why a signature does not count. A closed set: the words never change their meaning. */
export type SignatureFault =
  | 'unknown-authenticator'
  | 'authenticator-revoked'
  | 'wrong-person'
  | 'person-revoked'
  | 'demonstration'
  | 'wrong-kind'
  | 'key-unusable'
  | AssertionFault;

/** Verdict on one signature, in the order in which they were given. */
export interface SignatureOutcome {
  readonly person: string;
  readonly credentialId: string;
  /** Absent when the signature holds. */
  readonly fault?: SignatureFault;
}

/** Verdict on a signed text. */
export interface SignedTextCheck {
  /** Why no signature was looked at: it is no signed text, or its text has no one form in UTF-8. */
  readonly fault?: 'malformed' | 'text-not-well-formed';
  /** Name of the text (see `textHashOf`); empty when it was not looked at. */
  readonly textHash: string;
  readonly outcomes: readonly SignatureOutcome[];
  /** Different people of whom a signature holds, in order: two authenticators of one person are one person. */
  readonly people: readonly string[];
  /** Whether every signature holds. Whoever acts on a text demands this, so that nobody stands on it who did not sign. */
  readonly allHold: boolean;
}

/** The catalogue's own schema of a signed text. */
const signedTextSchema = CommandAuthorised.data.shape.order;

/**
 * Checks the signatures of people over the exact text, against the authenticators that `people` knows. Pure, and never throws,
 * whatever it is given: data from outside may go in as it came.
 *
 * It says who signed, not whether they may, and not whether the text is fresh: that stands in the text (expiry, nonce) and is for
 * whoever acts on it. Demands a state that has passed the position of the event that carries the text, so that an earlier
 * revocation counts.
 */
export function checkSignedText(signed: unknown, people: PeopleState): SignedTextCheck {
  const parsed = parse(signed);
  if (!parsed) return { ...NOTHING, fault: 'malformed' };
  const { text, signatures } = parsed;
  // Halves of surrogate pairs all become U+FFFD, so two texts would have one hash.
  if (!text.isWellFormed()) return { ...NOTHING, fault: 'text-not-well-formed' };
  const textHash = textHashOf(text);
  const outcomes = signatures.map((signature): SignatureOutcome => {
    const { person, credentialId } = signature;
    const fault = faultOf(signature, text, textHash, people);
    return { person, credentialId, ...(fault === undefined ? {} : { fault }) };
  });
  const held = outcomes.filter(({ fault }) => fault === undefined);
  return {
    textHash,
    outcomes,
    people: [...new Set(held.map(({ person }) => person))],
    allHold: held.length === outcomes.length,
  };
}

const NOTHING: SignedTextCheck = { textHash: '', outcomes: [], people: [], allHold: false };

function parse(signed: unknown): { text: string; signatures: PersonSignature[] } | undefined {
  try {
    return signedTextSchema.safeParse(signed).data;
  } catch {
    return undefined; // a getter or a proxy that throws
  }
}

function faultOf(
  signature: PersonSignature,
  text: string,
  textHash: string,
  people: PeopleState,
): SignatureFault | undefined {
  const { person, credentialId, kind } = signature;
  const authenticator = entryOf(people.authenticators, credentialId);
  if (!authenticator) return 'unknown-authenticator';
  if (authenticator.person !== person) return 'wrong-person';
  if (entryOf(people.people, person)?.revoked) return 'person-revoked';
  if (entryOf(people.revokedAuthenticators, credentialId)) return 'authenticator-revoked';
  if (authenticator.demonstration && !people.settings.allowDemonstration) return 'demonstration';
  if (authenticator.kind !== kind) return 'wrong-kind';
  const key = keyOf(authenticator);
  if (!key) return 'key-unusable';
  return kind === 'passkey'
    ? assertionFault(signature, textHash, authenticator, key)
    : keyFault(signature.signature, text, key);
}

function keyFault(encoded: string, text: string, key: KeyObject): 'malformed' | 'bad-signature' | undefined {
  const signature = strictBase64Url(encoded);
  if (!signature) return 'malformed';
  const good = verify('sha256', keySignatureInput(text), { key, dsaEncoding: 'ieee-p1363' }, signature);
  return good ? undefined : 'bad-signature';
}

/** Imported keys, for as long as the state keeps the authenticator: importing costs a third of a verification. */
const imported = new WeakMap<Authenticator, KeyObject>();

function keyOf(authenticator: Authenticator): KeyObject | undefined {
  const known = imported.get(authenticator);
  if (known) return known;
  const key = importPublicKey(authenticator.publicKey);
  if (key) imported.set(authenticator, key);
  return key;
}
