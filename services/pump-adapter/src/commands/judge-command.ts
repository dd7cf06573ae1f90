import {
  CommandAuthorised,
  isEvent,
  StopOrdered,
  type PumpOrder,
  type SignedText,
  type StreamEvent,
} from '@bcmed/events';
import { checkSignedText, type PeopleState } from '@bcmed/policy';
import type { StoredCommand, StoredSteering } from '../adapters/safety-store-rows.js';
import {
  misdirected,
  notAtBedside,
  notFresh,
  readOrder,
  type Bedside,
  type Refusal,
} from '../domain/index.js';
import { judgeAuthority } from './authority.js';

/** A command as the stream brought it, already admitted. */
export interface Brought {
  readonly event: StreamEvent;
  readonly position: bigint;
}

/** By what a command is judged. */
export interface Here {
  readonly site: string;
  /** Where the pump stands and at whom, as it is recorded now. */
  readonly bedside: Bedside;
  readonly people: PeopleState;
  /** RFC 3339, by the adapter's clock. */
  readonly at: string;
  /** The command that brought this nonce before, if one did. */
  readonly using: (nonce: string) => StoredCommand | undefined;
}

/** A command without the word how far it has come. */
export type JudgedCommand = Omit<StoredCommand, 'state'>;

/** The command, and why it is not carried out, if it is not. */
export interface Judgement {
  readonly command: JudgedCommand;
  readonly refusal?: Refusal;
}

/** Judges a command when the stream brings it; undefined for an event that is none. */
export function judgeCommand({ event, position }: Brought, here: Here): Judgement | undefined {
  const asked = askedBy(event);
  if (!asked) return undefined;
  const { signed, approvalsNeeded, assumedRateMlPerHour } = asked;
  const { order, refusal: unreadable } = readOrder(signed.text);
  // A stop may be sent again: to stop once more does no harm.
  const prior = order && order.action !== 'stop' ? here.using(order.nonce) : undefined;
  const command: JudgedCommand = {
    commandId: event.id,
    position,
    entity: event.subject,
    // A row of its own also for what cannot be read or comes again, so that it is answered once.
    nonce: order && !prior && order.action !== 'stop' ? order.nonce : event.id,
    expiresMs: Date.parse(order ? order.expiresAt : here.at),
    // Nobody's name stands on what they did not sign.
    person: checkSignedText(signed, here.people).people[0] ?? 'nobody',
    ...(order && { order, signed, approvalsNeeded }),
    ...(assumedRateMlPerHour !== undefined && { assumedRateMlPerHour }),
  };
  if (unreadable) return { command, refusal: unreadable };
  if (isEvent(event, StopOrdered) && order.action !== 'stop') {
    const detail = `action: must be stop, is ${order.action}`;
    return { command, refusal: { reason: 'text-unreadable', detail } };
  }
  const wrong = misdirected(order, { site: here.site, entity: event.subject });
  if (wrong) return { command, refusal: wrong };
  if (prior) {
    const detail = `the nonce was used by ${prior.commandId}`;
    return { command, refusal: { reason: 'used-before', detail } };
  }
  const refusal = refusalNow({ order, signed, approvalsNeeded, position }, here);
  return refusal ? { command, refusal } : { command };
}

/** What can change while a command waits: at whom the pump is, its freshness, and what the people who signed may. */
export function refusalNow(
  command: Required<Pick<StoredCommand, 'order' | 'signed' | 'approvalsNeeded' | 'position'>>,
  { bedside, people, at }: Pick<Here, 'bedside' | 'people' | 'at'>,
): Refusal | undefined {
  const { order, signed, approvalsNeeded, position } = command;
  const life = { issuedMs: Date.parse(order.issuedAt), expiresMs: Date.parse(order.expiresAt) };
  return (
    notAtBedside({ order, issuedMs: life.issuedMs, position }, bedside) ??
    notFresh(life, Date.parse(at), order.action === 'stop') ??
    judgeAuthority({ signed, order, approvalsNeeded, bedside, at }, people)
  );
}

/** What can change while a target is followed, long after its text has expired. */
export function noLongerHolds(
  { steering, signed, approvalsNeeded }: StoredSteering,
  { bedside, people, at }: Pick<Here, 'bedside' | 'people' | 'at'>,
): Refusal | undefined {
  const { order, commandPosition } = steering;
  const placed = { order, issuedMs: Date.parse(order.issuedAt), position: BigInt(commandPosition) };
  return (
    notAtBedside(placed, bedside) ?? judgeAuthority({ signed, order, approvalsNeeded, bedside, at }, people)
  );
}

interface Asked {
  readonly signed: SignedText;
  readonly approvalsNeeded: number;
  readonly assumedRateMlPerHour?: number;
}

function askedBy(event: StreamEvent): Asked | undefined {
  if (isEvent(event, StopOrdered)) return { signed: event.data.order, approvalsNeeded: 1 };
  if (!isEvent(event, CommandAuthorised)) return undefined;
  const { order: signed, approvalsNeeded, assumedRateMlPerHour } = event.data;
  return { signed, approvalsNeeded, ...(assumedRateMlPerHour !== undefined && { assumedRateMlPerHour }) };
}

/** Whether a command is one that goes through without permission, before everything else. */
export function isStop({ order }: { readonly order?: PumpOrder }): boolean {
  return order?.action === 'stop';
}
