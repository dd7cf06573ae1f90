import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type ConsumerConfig,
  type ConsumerInfo,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { PermissionViolationError, nanos } from '@nats-io/transport-node';
import { ConsumerDriftError, ConsumerNotAllowedError, StreamMissingError } from '../errors.js';
import type { Subscription } from './subscription.js';

/**
 * Messages that an unordered subscription may hold unacknowledged, those that wait for another try included: so many
 * failing messages are needed before healthy ones wait behind them.
 */
const EVENT_ACK_PENDING = 256;

/** What the durable consumer of a subscription must be. The server never gives up by itself: the client counts. */
export function wantedConsumer(subscription: Subscription) {
  const { durable, filters, ackWaitMs } = subscription;
  const isBatch = subscription.mode === 'batch';
  const eventPending = subscription.mode === 'event' && subscription.ordered ? 1 : EVENT_ACK_PENDING;
  return {
    durable_name: durable,
    ...(filters.length === 1 ? { filter_subject: filters[0] } : { filter_subjects: [...filters] }),
    ack_policy: isBatch ? AckPolicy.All : AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    max_deliver: -1,
    // A batch subscription reads again by itself what a killed process left; a limit would make it wait for ack_wait.
    max_ack_pending: isBatch ? -1 : eventPending,
  } satisfies Partial<ConsumerConfig>;
}

/** Settings that a server never changes on an existing consumer. */
const FIXED = new Set(['durable_name', 'ack_policy']);

/**
 * The consumer as it is wanted: created, updated or left alone. One that has to be created begins at `resumeAt` when the
 * caller knows how far it was, else where the subscription says.
 *
 * Where the broker lets only the set-up identity make and change consumers, this only looks.
 *
 * Throws StreamMissingError, ConsumerDriftError and ConsumerNotAllowedError; any other error means that the server could not be asked.
 */
export async function ensureConsumer(
  manager: JetStreamManager,
  subscription: Subscription,
  resumeAt: bigint | undefined,
): Promise<ConsumerInfo> {
  const { stream, durable, startAt } = subscription;
  const wanted = wantedConsumer(subscription);
  try {
    const found = await infoOf(manager, stream, durable);
    if (found === undefined) {
      const start =
        resumeAt !== undefined
          ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Number(resumeAt) }
          : { deliver_policy: startAt === 'new' ? DeliverPolicy.New : DeliverPolicy.All };
      return await manager.consumers.add(stream, { ...wanted, ...start });
    }
    const drift = Object.entries(wanted).filter(
      ([setting, value]) => JSON.stringify(Reflect.get(found.config, setting)) !== JSON.stringify(value),
    );
    const [stuck] = drift.filter(([setting]) => FIXED.has(setting));
    if (stuck !== undefined) {
      throw new ConsumerDriftError(
        `Consumer ${durable} of ${stream} has another ${stuck[0]} than ${String(stuck[1])}; give the subscription a new durable name.`,
      );
    }
    return drift.length === 0 ? found : await manager.consumers.update(stream, durable, wanted);
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === JetStreamApiCodes.StreamNotFound) {
      throw new StreamMissingError(`${durable}: there is no stream ${stream}.`, { cause });
    }
    if (isDenied(cause))
      throw new ConsumerNotAllowedError(
        `Consumer ${durable} of ${stream} is missing, or its settings differ, and only the set-up identity may change that.`,
        { cause },
      );
    throw cause;
  }
}

function isDenied(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  return cause instanceof PermissionViolationError || isDenied(cause.cause);
}

async function infoOf(
  manager: JetStreamManager,
  stream: string,
  durable: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(stream, durable);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
      return undefined;
    throw error;
  }
}
