import type { PersonSignature, PumpOrder, SignedText } from '@bcmed/events';
import { authorise, checkSignedText, type Action, type PeopleState } from '@bcmed/policy';
import { NotPermittedError, SignatureInvalidError } from '../errors.js';

/** Where a pump stands and whose it is, by the record and never by who asks. */
export interface Bedside {
  readonly pump: string;
  readonly unit: string;
  readonly patient?: string;
}

const ACTIONS: Readonly<Record<PumpOrder['action'], Action>> = {
  'set-rate': 'order-set-rate',
  'set-vtbi': 'order-set-vtbi',
  start: 'order-start',
  stop: 'order-stop',
};

/** Different people who signed, in order; throws SignatureInvalidError unless every signature holds. */
export function requireSigners(signed: SignedText, people: PeopleState): readonly [string, ...string[]] {
  const check = checkSignedText(signed, people);
  const [first, ...rest] = check.people;
  if (check.allHold && first !== undefined) return [first, ...rest];
  const faults = check.outcomes.flatMap(({ person, fault }) => (fault ? [`${person}: ${fault}`] : []));
  throw new SignatureInvalidError(`A signature does not hold (${check.fault ?? faults.join('; ')}).`);
}

/** Those of a stop's signatures that hold: one is enough, and the others must not keep it back. */
export function holdingSignatures(signed: SignedText, people: PeopleState): PersonSignature[] {
  const { outcomes } = checkSignedText(signed, people);
  return signed.signatures.filter((_, index) => outcomes[index] !== undefined && !outcomes[index].fault);
}

/** The right to order, or to sign the order of somebody else. Throws NotPermittedError in the policy's words. */
export function requirePermission(
  asked: { readonly person: string; readonly action: PumpOrder['action']; readonly requestedBy?: string },
  { pump, unit, patient }: Bedside,
  people: PeopleState,
  at: string,
): void {
  const { person, action, requestedBy } = asked;
  const resource = { kind: 'pump', id: pump, unit, ...(patient !== undefined && { patient }) } as const;
  const wanted = requestedBy === undefined ? ACTIONS[action] : 'approve-order';
  const circumstances = { at, ...(requestedBy !== undefined && { requestedBy }) };
  const decision = authorise({ person, action: wanted, resource }, people, circumstances);
  if (decision.outcome === 'denied') throw new NotPermittedError(`${person}: ${decision.words}`);
}

/** Who ordered, and who signed with them, all permitted now. Throws what the two before throw. */
export function requireAuthority(
  signed: SignedText,
  action: PumpOrder['action'],
  bedside: Bedside,
  people: PeopleState,
  at: string,
): readonly [string, ...string[]] {
  const signers = requireSigners(signed, people);
  const [requestedBy, ...others] = signers;
  requirePermission({ person: requestedBy, action }, bedside, people, at);
  for (const person of others) requirePermission({ person, action, requestedBy }, bedside, people, at);
  return signers;
}

/**
 * The text with the signatures on which it stands now: somebody who was revoked since, or lost the role, no longer counts.
 * Throws when it is the one who ordered.
 */
export function standingText(
  { text, signatures }: SignedText,
  action: PumpOrder['action'],
  bedside: Bedside,
  people: PeopleState,
  at: string,
): { readonly order: SignedText; readonly signers: readonly string[] } {
  const [requester] = signatures;
  if (requester === undefined) throw new SignatureInvalidError('Nobody has signed.');
  const requestedBy = requester.person;
  requireAuthority({ text, signatures: [requester] }, action, bedside, people, at);
  const standing = [requester];
  for (const signature of signatures.slice(1)) {
    if (standing.some(({ person }) => person === signature.person)) continue;
    try {
      requireSigners({ text, signatures: [signature] }, people);
      requirePermission({ person: signature.person, action, requestedBy }, bedside, people, at);
      standing.push(signature);
    } catch (error) {
      if (!(error instanceof SignatureInvalidError || error instanceof NotPermittedError)) throw error;
    }
  }
  return { order: { text, signatures: standing }, signers: standing.map(({ person }) => person) };
}
