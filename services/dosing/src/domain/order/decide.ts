import { checkOrder, readOrder, unreadable, type CheckedOrder } from './checks.js';
import type {
  Authorise,
  Close,
  DosingCommand,
  OverrideLimits,
  PlaceOrder,
  Stop,
  Withdraw,
} from './commands.js';
import { refuse, type Allowance, type DosingEvent, type Refusal, type SoftLimit } from './events.js';
import { entryOf } from '../library/index.js';
import { authorisationFor, type Infusion, type PendingOrder } from './state.js';
import { usedVitals } from './vitals.js';

/**
 * What is said about one infusion in answer to a command. Pure: the same command and state give the same events, and a command
 * that was carried out before says nothing new. Whatever people may write is refused in words and never thrown.
 *
 * Promises: nothing is authorised above a hard limit of the library whose hash the order names, without every signature and
 * override that the library asks for, on vitals that nobody may trust, twice, or late. A stop is always said.
 * Demands: that the caller checked the signatures and the approval that it names, and appends all events of a decision or none.
 * Throws only when the caller's own facts are no quantities (a pump's step of zero), which is a bug.
 */
export function decide(command: DosingCommand, state: Infusion): readonly DosingEvent[] {
  switch (command.type) {
    case 'place-order':
      return place(command, state);
    case 'override-limits':
      return override(command, state);
    case 'authorise':
      return authorise(command, state);
    case 'withdraw':
      return withdraw(command, state);
    case 'stop':
      return stop(command, state);
    case 'assess':
      return assess(command.response, state);
    case 'close':
      return close(command, state);
    default:
      return command satisfies never;
  }
}

const refused = (orderId: string, refusal: Refusal): DosingEvent => ({
  name: 'order-refused',
  data: { orderId, ...refusal },
});

function place(command: PlaceOrder, state: Infusion): readonly DosingEvent[] {
  const { orderId, facts, at } = command;
  const order = readOrder(command.order.text);
  if (order === undefined) {
    return [refused(orderId, unreadable(command.order.text))];
  }
  if (state.pending?.orderId === orderId && state.pending.order.text === command.order.text) return [];
  if (facts.nonceUsedElsewhere || state.nonces.includes(order.nonce)) {
    return [refused(orderId, refuse('nonce-used', 'This order was given before; order anew.'))];
  }
  const checked = checkOrder(order, at, facts, state);
  if (!checked.ok) return [refused(orderId, checked.refusal)];
  const { careArea, concentration, weightKg, libraryHash } = checked.value.order;
  return [
    ...supersede(state, orderId),
    {
      name: 'order-placed',
      data: {
        orderId,
        order: command.order,
        textHash: command.textHash,
        pump: order.pump,
        drug: checked.value.entry.drug,
        nonce: order.nonce,
        careArea,
        concentration,
        libraryHash,
        needsOverride: [...checked.value.exceeded],
        ...(order.patient === undefined ? {} : { patient: order.patient }),
        ...(weightKg === undefined ? {} : { weightKg }),
        ...allowed(command.decidedBy),
      },
    },
  ];
}

/** One order waits at a time: a new one ends the one before, which can then no longer be approved by mistake. */
function supersede({ pending }: Infusion, by: string): readonly DosingEvent[] {
  if (pending === undefined) return [];
  return [
    {
      name: 'authorisation-withdrawn',
      data: {
        orderId: pending.orderId,
        cause: 'superseded',
        withdrawnBy: `order ${by}`,
        reason: 'a newer order',
      },
    },
  ];
}

function override(command: OverrideLimits, { pending }: Infusion): readonly DosingEvent[] {
  const { orderId, approval, library, reason } = command;
  const no = (words: string) => [refused(orderId, refuse('approval-invalid', words))];
  if (pending?.orderId !== orderId) return [refused(orderId, unknownOrder)];
  if (reason.trim() === '') return no('An override needs a reason.');
  if (approval.textHash !== pending.textHash) return no('The approval is for another text.');
  const entry =
    library?.hash === pending.libraryHash
      ? entryOf(library.content, pending.drug, pending.careArea)
      : undefined;
  if (entry === undefined) {
    return [
      refused(orderId, refuse('library-changed', 'Another drug library is active by now; order anew.')),
    ];
  }
  const signers = pending.order.signatures.map(({ person }) => person);
  const others = [...new Set(approval.approvedBy)].filter((person) => !signers.includes(person));
  if (others.length < entry.overridersNeeded) {
    return no(`${entry.overridersNeeded} other than who ordered must approve; ${others.length} did.`);
  }
  if (pending.needsOverride.length === 0) return [];
  return [
    {
      name: 'limit-overridden',
      data: {
        orderId,
        limits: [...pending.needsOverride],
        reason,
        approvalId: approval.id,
        approvedBy: others,
        ...allowed(command.decidedBy?.filter(({ person }) => others.includes(person))),
      },
    },
  ];
}

const unknownOrder = refuse('order-unknown', 'There is no such order that waits; it may have been replaced.');

function authorise(command: Authorise, state: Infusion): readonly DosingEvent[] {
  const { pending } = state;
  const { orderId, commandId, facts, at } = command;
  if (authorisationFor(state, orderId)?.commandId === commandId) return [];
  // The text as placed is read again: the signatures that came with the command are over that text and no other.
  const order = pending === undefined ? undefined : readOrder(pending.order.text);
  if (pending?.orderId !== orderId || order === undefined || command.order.text !== pending.order.text) {
    return [refused(orderId, unknownOrder)];
  }
  const checked = checkOrder(order, at, facts, state);
  if (!checked.ok) return [refused(orderId, checked.refusal)];
  const signers = signersOf(command);
  const missing = checkOverrides(checked.value.exceeded, pending) ?? checkSignatures(signers, checked.value);
  if (missing !== undefined) return [refused(orderId, missing)];
  return authorised(command, { pending, signers, checked: checked.value, isSteered: isSteered(state) });
}

function isSteered({ authorised: standing }: Infusion): boolean {
  return standing?.action === 'set-target';
}

function signersOf({ order, verifiedSigners }: Authorise): readonly string[] {
  const signed = new Set(order.signatures.map(({ person }) => person));
  return [...new Set(verifiedSigners)].filter((person) => signed.has(person));
}

function checkOverrides(exceeded: readonly SoftLimit[], pending: PendingOrder): Refusal | undefined {
  const open = exceeded.filter((limit) => !pending.overridden.includes(limit));
  if (open.length === 0) return undefined;
  return refuse('override-missing', `Somebody else has to approve first: ${open.join(', ')}.`);
}

/** An event has room for eight; an order takes no more signatures. */
function allowed(decidedBy: readonly Allowance[] | undefined): { decidedBy?: Allowance[] } {
  return decidedBy === undefined || decidedBy.length === 0 ? {} : { decidedBy: decidedBy.slice(0, 8) };
}

function checkSignatures(signers: readonly string[], { entry }: CheckedOrder): Refusal | undefined {
  if (signers.length >= entry.signaturesNeeded) return undefined;
  const words = `${entry.drug} takes the signatures of ${entry.signaturesNeeded}; ${signers.length} signed.`;
  return refuse('signatures-missing', words, {
    limit: String(entry.signaturesNeeded),
    value: String(signers.length),
  });
}

function authorised(
  command: Authorise,
  found: { pending: PendingOrder; signers: readonly string[]; checked: CheckedOrder; isSteered: boolean },
): readonly DosingEvent[] {
  const { facts, orderId, commandId } = command;
  const { dose, rateMlPerHour, exceeded, entry, order, plan } = found.checked;
  const content = facts.library?.content;
  const ruleVersion = `${content?.name ?? ''} ${content?.version ?? ''}`;
  const [newest] = facts.vitals;
  return [
    {
      name: 'infusion-authorised',
      data: {
        orderId,
        commandId,
        action: order.action,
        dose: { ...dose },
        rateMlPerHour,
        ...(plan === undefined ? {} : { amountPerMl: plan.amountPerMl }),
        libraryHash: found.pending.libraryHash,
        ruleVersion,
        signedBy: [...found.signers],
        overridden: [...exceeded],
        ...(entry.protocol === undefined ? {} : { protocolId: entry.protocol }),
        ...(newest === undefined ? {} : { vitals: usedVitals(newest) }),
        ...allowed(command.decidedBy?.filter(({ person }) => found.signers.includes(person))),
      },
    },
    {
      name: 'command-authorised',
      pump: order.pump,
      eventId: commandId,
      data: {
        order: command.order,
        approvalsNeeded: entry.signaturesNeeded,
        ruleVersion,
        // Of a pump that is steered the rate changes with every step, and nobody's decision rests on it.
        ...(facts.setRateMlPerHour === undefined || found.isSteered
          ? {}
          : { assumedRateMlPerHour: facts.setRateMlPerHour }),
      },
    },
  ];
}

/** Ends what waits and what is authorised. It does not stop the pump: that is a stop, with its own signature. */
function withdraw(
  { by, cause, reason, orderId: only, decidedBy }: Withdraw,
  state: Infusion,
): readonly DosingEvent[] {
  // A bolus is over by itself; it is taken back only by name.
  const bolus = state.bolus?.orderId === only ? state.bolus : undefined;
  const ids = new Set([state.pending, state.authorised, bolus].flatMap((order) => order?.orderId ?? []));
  return [...ids]
    .filter((orderId) => only === undefined || orderId === only)
    .map((orderId) => ({
      name: 'authorisation-withdrawn',
      data: { orderId, cause, withdrawnBy: by, reason, ...allowed(decidedBy) },
    }));
}

function stop({ pump, stopId, order, by }: Stop, state: Infusion): readonly DosingEvent[] {
  const ended = [state.pending, state.authorised].flatMap((each) => each?.orderId ?? []);
  return [
    { name: 'stop-ordered', pump, eventId: stopId, data: { order } },
    ...[...new Set(ended)].map((orderId): DosingEvent => ({
      name: 'authorisation-withdrawn',
      data: { orderId, cause: 'stop', withdrawnBy: by, reason: 'stop ordered' },
    })),
  ];
}

function assess(
  response: Extract<DosingCommand, { type: 'assess' }>['response'],
  state: Infusion,
): readonly DosingEvent[] {
  if (state.closed) return [];
  const orderId = state.authorised?.orderId;
  return [
    { name: 'response-assessed', data: { ...response, ...(orderId === undefined ? {} : { orderId }) } },
  ];
}

function close({ outcome, by, volumeInfusedMl, reason }: Close, state: Infusion): readonly DosingEvent[] {
  if (state.closed || (state.subject === undefined && !state.everDelivered)) return [];
  return [{ name: 'infusion-closed', data: { outcome, closedBy: by, volumeInfusedMl, reason } }];
}
