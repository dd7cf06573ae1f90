import {
  AuthorisationWithdrawn,
  InfusionAuthorised,
  InfusionClosed,
  isEvent,
  LimitOverridden,
  OrderPlaced,
  OrderRefused,
  REPAIRABLE_REFUSALS,
  ResponseAssessed,
  type StreamEvent,
} from '@bcmed/events';
import type { InfusionView } from '../../domain/live.js';

/** An infusion as it is shown; undefined when it is over or was never ordered. */
export type Infusion = InfusionView | undefined;

/** The infusion after one of its events. Total; an event that is not about an infusion changes nothing. */
export function infusionAfter(infusion: Infusion, event: StreamEvent): Infusion {
  if (isEvent(event, OrderPlaced)) return placed(infusion, event);
  if (infusion === undefined) return undefined;
  if (isEvent(event, InfusionClosed)) return undefined;
  return withPhase(changed(infusion, event, Date.parse(event.time)));
}

function placed(infusion: Infusion, event: Placed): InfusionView {
  const { orderId, textHash, pump, patient, drug, needsOverride, order } = event.data;
  const waiting = {
    orderId,
    textHash,
    placedAtMs: Date.parse(event.time),
    placedBy: order.signatures.map(({ person }) => person),
    needsOverride,
  };
  const begun: WithoutPhase = {
    id: event.subject,
    pump,
    ...(patient !== undefined && { patient }),
    drug,
  };
  const { refused: _, withdrawn: _w, ...kept } = infusion ?? begun;
  return withPhase({ ...kept, waiting });
}

function changed(infusion: WithoutPhase, event: StreamEvent, atMs: number): WithoutPhase {
  if (isEvent(event, LimitOverridden)) return overridden(infusion, event.data);
  if (isEvent(event, InfusionAuthorised)) return authorised(infusion, event.data, atMs);
  if (isEvent(event, OrderRefused)) {
    const { orderId, reason, words } = event.data;
    const rest = REPAIRABLE_REFUSALS.has(reason) ? infusion : withoutWaiting(infusion, orderId);
    return { ...rest, refused: { orderId, reason, words, atMs } };
  }
  if (isEvent(event, AuthorisationWithdrawn)) {
    const { orderId, cause, reason } = event.data;
    const { authorised: given, ...rest } = withoutWaiting(infusion, orderId);
    const stands = given !== undefined && given.orderId !== orderId;
    return { ...rest, ...(stands && { authorised: given }), withdrawn: { orderId, cause, reason, atMs } };
  }
  if (isEvent(event, ResponseAssessed)) {
    const { finding, words, volumeInfusedMl } = event.data;
    return { ...infusion, assessed: { finding, words, volumeInfusedMl, atMs } };
  }
  return infusion;
}

function overridden(infusion: WithoutPhase, { orderId, limits }: Overridden): WithoutPhase {
  const { waiting } = infusion;
  if (waiting?.orderId !== orderId) return infusion;
  const done: readonly string[] = limits;
  const needsOverride = waiting.needsOverride.filter((limit) => !done.includes(limit));
  return { ...infusion, waiting: { ...waiting, needsOverride } };
}

/** A bolus comes beside what is authorised and leaves it as it is. */
function authorised(infusion: WithoutPhase, data: Authorised, atMs: number): WithoutPhase {
  const { orderId, commandId, action, dose, rateMlPerHour, signedBy, ruleVersion } = data;
  const { refused: _, withdrawn: _w, ...rest } = withoutWaiting(infusion, orderId);
  if (action === 'bolus' && infusion.authorised !== undefined) return rest;
  const given = { orderId, commandId, action, dose, rateMlPerHour, signedBy, atMs, ruleVersion };
  return { ...rest, authorised: given };
}

function withoutWaiting(infusion: WithoutPhase, orderId: string): WithoutPhase {
  if (infusion.waiting?.orderId !== orderId) return infusion;
  const { waiting: _, ...rest } = infusion;
  return rest;
}

function withPhase(infusion: WithoutPhase): InfusionView {
  const waits = infusion.waiting === undefined ? 'ended' : 'ordered';
  return { ...infusion, phase: infusion.authorised === undefined ? waits : 'authorised' };
}

type WithoutPhase = Omit<InfusionView, 'phase'>;
type Placed = StreamEvent<ReturnType<(typeof OrderPlaced)['data']['parse']>>;
type Authorised = ReturnType<(typeof InfusionAuthorised)['data']['parse']>;
type Overridden = ReturnType<(typeof LimitOverridden)['data']['parse']>;
