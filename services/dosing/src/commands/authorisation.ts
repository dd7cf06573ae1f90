import type { PumpOrder, SignedText } from '@bcmed/events';
import type { PeopleState } from '@bcmed/policy';
import { entryOf } from '../domain/library/index.js';
import {
  decide,
  readOrder,
  type DosingEvent,
  type Facts,
  type Infusion,
  type PendingOrder,
  type SoftLimit,
} from '../domain/order/index.js';
import type { Associations } from '../views/associations.js';
import { standingText, type Bedside } from './authority.js';

/** What an order that waits still lacks. */
export interface Needs {
  /** People who have yet to sign. */
  readonly signatures: number;
  readonly overrides: readonly SoftLimit[];
}

/** What is known when an order may take effect. */
export interface Moment {
  readonly at: string;
  readonly commandId: string;
  readonly facts: Facts;
  readonly people: PeopleState;
  readonly associations: Associations;
  /** The text as placed, with every signature that came since. */
  readonly signed: SignedText;
}

/** Where the record says that the pump of an order stands; without a record what the order says, and the decider refuses. */
export function bedsideOf({ pump, unit }: PumpOrder, associations: Associations): Bedside {
  const found = associations.of(pump);
  return found ? { pump, unit: found.unit, patient: found.patient } : { pump, unit };
}

/**
 * What is said when a waiting order has all that it needs: the decider's answer to `authorise`. Nothing while something is
 * missing. Throws SignatureInvalidError and NotPermittedError when the one who ordered may no longer.
 */
export function authorisationOf(state: Infusion, orderId: string, moment: Moment): readonly DosingEvent[] {
  const { pending } = state;
  if (pending?.orderId !== orderId) return [];
  const text = readOrder(pending.order.text);
  if (text === undefined) return [];
  const { at, commandId, facts, people, associations, signed } = moment;
  const bedside = bedsideOf(text, associations);
  const { order, signers, decidedBy } = standingText(signed, text.action, bedside, people, at);
  const { signatures, overrides } = needsOf(pending, signers.length, facts.library?.content);
  if (signatures > 0 || overrides.length > 0) return [];
  const verified = { order, verifiedSigners: signers, decidedBy };
  return decide({ type: 'authorise', at, orderId, commandId, ...verified, facts }, state);
}

/** Nothing is lacking for an order that the library no longer knows: the decider then says so. */
export function needsOf(
  pending: PendingOrder,
  signed: number,
  library: Parameters<typeof entryOf>[0] | undefined,
): Needs {
  const entry = library && entryOf(library, pending.drug, pending.careArea);
  return {
    signatures: Math.max(0, (entry?.signaturesNeeded ?? 0) - signed),
    overrides: entry ? pending.needsOverride.filter((limit) => !pending.overridden.includes(limit)) : [],
  };
}
