import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import { SubscriptionError } from '../errors.js';
import type { LogMessage } from '../messages.js';
import { STREAM, subjects, type StreamName } from '../streams.js';

/** Marks our handlers, so that other transports of a hybrid application leave them alone. */
export const JETSTREAM = Symbol.for('bcmed.jetstream');

/** What a handler gets: a message of the log and how often the server has tried to deliver it. */
export interface Delivery extends LogMessage {
  /** From 1. Counts deliveries that a killed process never began, too. */
  readonly deliveryCount: number;
}

/** A pause in milliseconds before the second, third, … try; the last one repeats. */
export type Pauses = readonly [number, ...number[]];

interface CommonOptions {
  /**
   * Owns the position in the stream: renaming it replays everything. Unique in the site, `<service>-<reaction>`, `[a-z0-9-]`.
   */
  readonly durable: string;
  /** Where a consumer that does not exist yet begins. */
  readonly startAt?: 'first' | 'new';
  /** After this long without a sign of life the server delivers again; running handlers give signs by themselves. */
  readonly ackWaitMs?: number;
  /** A handler that runs longer gets no more signs of life and turns health down. */
  readonly ceilingMs?: number;
  readonly retryPausesMs?: Pauses;
}

export interface EventOptions extends CommonOptions {
  /** One message at a time, in stream order; a failing message holds back those behind it. */
  readonly ordered?: boolean;
  /** Handlers at work at once, when not ordered. */
  readonly concurrency?: number;
  /** Deliveries before a message is parked; by default one more than there are pauses. */
  readonly tries?: number | 'unlimited';
}

export interface BatchOptions extends CommonOptions {
  readonly maxMessages?: number;
  /** How long to wait for more once there is one; 0 hands over what is there. */
  readonly maxWaitMs?: number;
  /** Attempts at one message before it is parked; a failing batch is first taken apart. Never by default. */
  readonly tries?: number | 'unlimited';
}

/** The one place with the defaults of subscriptions. */
export const EVENT_DEFAULTS = {
  startAt: 'first',
  ackWaitMs: 10_000,
  ceilingMs: 300_000,
  retryPausesMs: [1_000, 5_000, 30_000, 120_000, 600_000],
  ordered: false,
  concurrency: 16,
} as const satisfies Omit<Required<EventOptions>, 'durable' | 'tries'>;

export const BATCH_DEFAULTS = {
  startAt: 'first',
  ackWaitMs: 30_000,
  ceilingMs: 300_000,
  retryPausesMs: [100, 500, 2_000, 5_000, 10_000],
  maxMessages: 512,
  maxWaitMs: 0,
  tries: 'unlimited',
} as const satisfies Omit<Required<BatchOptions>, 'durable'>;

interface ResolvedCommon extends Required<CommonOptions> {
  readonly stream: StreamName;
  /** Subject patterns with the site filled in; none overlaps another. */
  readonly filters: readonly [string, ...string[]];
  readonly tries: number;
}
export interface EventSubscription extends ResolvedCommon {
  readonly mode: 'event';
  readonly ordered: boolean;
  readonly concurrency: number;
}
export interface BatchSubscription extends ResolvedCommon {
  readonly mode: 'batch';
  readonly maxMessages: number;
  readonly maxWaitMs: number;
}
export type Subscription = EventSubscription | BatchSubscription;

/** What a decorator leaves on the method. */
type Extras =
  | { readonly mode: 'event'; readonly pattern: Pattern; readonly options: EventOptions }
  | { readonly mode: 'batch'; readonly pattern: Pattern; readonly options: BatchOptions };

/** One pattern, or several that do not overlap and belong to one stream: what they match comes in one order. */
export type Pattern = string | readonly [string, ...string[]];

/** Nest replaces a handler's error by "Internal server error"; the transport needs the real one. The decorators apply it. */
@Catch()
export class RethrowFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

type HandlerDecorator<Argument> = <Method extends (argument: Argument) => unknown>(
  target: object,
  key: string,
  method: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Runs the method for every message on the pattern (`{site}` stands for the site), at least once, and acknowledges after
 * it resolved. A method that throws gets the message again after a pause; after the last try, or at once on
 * UnprocessableMessageError, the message is parked in DEAD-LETTERS.
 */
export function OnEvent(pattern: Pattern, options: EventOptions): HandlerDecorator<Delivery> {
  return decorate({ mode: 'event', pattern, options });
}

/**
 * Runs the method for what is there, in stream order without gaps, as soon as there is something; meanwhile the next
 * messages gather. One acknowledgement covers a batch, after the method resolved. A method that throws gets the same
 * messages again, for ever unless `tries` is set: a ledger must not skip.
 */
export function OnBatch(pattern: Pattern, options: BatchOptions): HandlerDecorator<readonly Delivery[]> {
  return decorate({ mode: 'batch', pattern, options });
}

function decorate<Argument>(extras: Extras): HandlerDecorator<Argument> {
  return (target, key, method) => {
    // Without the type argument another overload is taken, whose handlers get a plain object.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments
    const subscribe = EventPattern<string>(extras.options.durable, JETSTREAM, { ...extras });
    subscribe(target, key, method);
    UseFilters(RethrowFilter)(target, key, method);
  };
}

/** Reads what a decorator left, fills in site and defaults, and refuses what cannot work. */
export function resolveSubscription(extras: unknown, site: string): Subscription {
  if (!isExtras(extras))
    throw new SubscriptionError('A handler of this transport is declared with OnEvent or OnBatch.');
  const { pattern } = extras;
  const [first, ...others] = typeof pattern === 'string' ? [pattern] : pattern;
  const filters = [
    subjects.inSite(first, site),
    ...others.map((other) => subjects.inSite(other, site)),
  ] as const;
  const { durable } = extras.options;
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(durable)) {
    throw new SubscriptionError(
      `The durable name "${durable}" has other characters than a-z, 0-9 and inner hyphens.`,
    );
  }
  const stream = streamOf(filters[0]);
  if (stream === undefined || filters.some((filter) => streamOf(filter) !== stream))
    throw new SubscriptionError(
      `${durable}: no stream of the site has the subject ${filters.join(' and ')}.`,
    );
  if (extras.mode === 'event') {
    const options = { ...EVENT_DEFAULTS, ...extras.options };
    const tries = countOf(options.tries ?? options.retryPausesMs.length + 1);
    const concurrency = options.ordered ? 1 : options.concurrency;
    return positive({ ...options, mode: 'event', stream, filters, tries, concurrency });
  }
  const options = { ...BATCH_DEFAULTS, ...extras.options };
  return positive({ ...options, mode: 'batch', stream, filters, tries: countOf(options.tries) });
}

function positive<Kind extends Subscription>(subscription: Kind): Kind {
  const parallel = subscription.mode === 'event' ? subscription.concurrency : subscription.maxMessages;
  const numbers = [subscription.ackWaitMs, subscription.ceilingMs, subscription.tries, parallel];
  if (
    numbers.every((value) => value >= 1) &&
    (subscription.mode === 'event' || subscription.maxWaitMs >= 0)
  ) {
    return subscription;
  }
  throw new SubscriptionError(`${subscription.durable}: a limit of the subscription is below 1.`);
}

function countOf(tries: number | 'unlimited'): number {
  return tries === 'unlimited' ? Number.POSITIVE_INFINITY : tries;
}

function streamOf(filter: string): StreamName | undefined {
  const [family] = filter.split('.');
  if (family === 'bcmed') return STREAM.events;
  if (family === 'bcmed-block') return STREAM.blocks;
  return family === 'bcmed-dead-letter' ? STREAM.deadLetters : undefined;
}

function isExtras(extras: unknown): extras is Extras {
  return (
    typeof extras === 'object' &&
    extras !== null &&
    'mode' in extras &&
    'pattern' in extras &&
    'options' in extras
  );
}

/** The pause before try number `next` (from 2). */
export function pauseBefore(next: number, pauses: Pauses): number {
  return pauses[Math.min(next - 2, pauses.length - 1)] ?? pauses[0];
}
