import type { PersonSignature, PumpOrder, SignedText } from '@bcmed/events';
import { authorise, checkSignedText, POLICY_VERSION, type Action, type PeopleState } from '@bcmed/policy';
import type { Allowance } from '../domain/order/index.js';
import { NotPermittedError, SignatureInvalidError, type Denial } from '../errors.js';

/** Where a pump stands and whose it is, by the record and never by who asks. */
export interface Bedside {
  readonly pump: string;
  readonly unit: string;
  readonly patient?: string;
}

const ACTIONS: Readonly<Record<PumpOrder['action'], Action>> = {
  'set-rate': 'order-set-rate',
  'set-vtbi': 'order-set-vtbi',
  bolus: 'order-bolus',
  'set-target': 'order-set-target',
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

/** Who signed, in order, and by which policies each was allowed it. */
export interface Authority {
  readonly signers: readonly [string, ...string[]];
  readonly decidedBy: readonly Allowance[];
}

/** The right to order, or to sign the order of somebody else. Throws NotPermittedError in the policy's words. */
export function requirePermission(
  asked: { readonly person: string; readonly action: PumpOrder['action']; readonly requestedBy?: string },
  bedside: Bedside,
  people: PeopleState,
  at: string,
): Allowance {
  const { person, action, requestedBy } = asked;
  const wanted = requestedBy === undefined ? ACTIONS[action] : 'approve-order';
  const request = { person, action: wanted, resource: resourceOf(bedside) };
  const circumstances = { at, ...(requestedBy !== undefined && { requestedBy }) };
  const decision = authorise(request, people, circumstances);
  if (decision.outcome === 'denied') throw new NotPermittedError({ request, decision });
  const { policies, policyVersion } = decision;
  return { person, action: wanted, policies: policies.slice(0, 16), policyVersion };
}

/** A second pair of eyes that is none, for a reason that is no policy's. */
export function wrongApprover(person: string, bedside: Bedside, words: string): Denial {
  const decision = { reason: 'not-permitted', policies: [], policyVersion: POLICY_VERSION, words } as const;
  return { request: { person, action: 'approve-order', resource: resourceOf(bedside) }, decision };
}

function resourceOf({ pump, unit, patient }: Bedside) {
  return { kind: 'pump', id: pump, unit, ...(patient !== undefined && { patient }) } as const;
}

/** Who ordered, and who signed with them, all permitted now. Throws what the two before throw. */
export function requireAuthority(
  signed: SignedText,
  action: PumpOrder['action'],
  bedside: Bedside,
  people: PeopleState,
  at: string,
): Authority {
  const signers = requireSigners(signed, people);
  const [requestedBy, ...others] = signers;
  const decidedBy = [
    requirePermission({ person: requestedBy, action }, bedside, people, at),
    ...others.map((person) => requirePermission({ person, action, requestedBy }, bedside, people, at)),
  ];
  return { signers, decidedBy };
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
): { readonly order: SignedText } & Authority {
  const [requester] = signatures;
  if (requester === undefined) throw new SignatureInvalidError('Nobody has signed.');
  const requestedBy = requester.person;
  const first = requireAuthority({ text, signatures: [requester] }, action, bedside, people, at);
  const standing = [requester];
  const decidedBy = [...first.decidedBy];
  for (const signature of signatures.slice(1)) {
    if (standing.some(({ person }) => person === signature.person)) continue;
    try {
      requireSigners({ text, signatures: [signature] }, people);
      decidedBy.push(
        requirePermission({ person: signature.person, action, requestedBy }, bedside, people, at),
      );
      standing.push(signature);
    } catch (error) {
      if (!(error instanceof SignatureInvalidError || error instanceof NotPermittedError)) throw error;
    }
  }
  const others = standing.slice(1).map(({ person }) => person);
  return { order: { text, signatures: standing }, signers: [requestedBy, ...others], decidedBy };
}
