import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import {
  extractSpanContext,
  extractTrace,
  injectTrace,
  type ReadableTraceHeaders,
  type TraceHeaders,
} from './trace-headers.js';

const TRACER = 'bcmed';

/** The SDK drops further links silently; we cut here and say how many there were. */
export const MAX_LINKS = 128;

export interface SpanSettings {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  readonly links?: readonly Link[];
  /** The context that the span hangs below; the active one when absent. */
  readonly parent?: Context;
  /** Begins a trace of its own. */
  readonly root?: boolean;
}

/**
 * Runs `work` inside a span that ends with it, and marks the span as failed when it throws; the error goes on to the
 * caller. Costs next to nothing while telemetry is off.
 */
export async function withSpan<Result>(
  name: string,
  settings: SpanSettings,
  work: (span: Span) => Promise<Result> | Result,
): Promise<Result> {
  const { kind = SpanKind.INTERNAL, attributes = {}, links = [], parent, root = false } = settings;
  const base = parent ?? context.active();
  const span = trace.getTracer(TRACER).startSpan(name, { kind, attributes, links: [...links], root }, base);
  try {
    return await context.with(trace.setSpan(base, span), () => work(span));
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: error instanceof Error ? error.message : String(error),
    });
    throw error;
  } finally {
    span.end();
  }
}

/**
 * The subject with site and entity replaced, so that span names stay few and carry no serial number or pseudonym:
 * `bcmed.{site}.pump.{entity}.{event}`, `bcmed-block.{site}.{entity}.{event}`.
 */
export function subjectTemplate(subject: string): string {
  const tokens = subject.split('.');
  const [family = '', , third] = tokens;
  if (tokens.length < 3) return family;
  if (family === 'bcmed')
    return `bcmed.{site}.${third === '*' || third === '>' ? '{area}' : (third ?? '')}.{entity}.{event}`;
  return `${family}.{site}.{entity}${tokens.length > 3 ? '.{event}' : ''}`;
}

function messaging(operation: 'publish' | 'process', subject: string, messageId: string): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation === 'publish' ? 'send' : 'process',
    'messaging.destination.template': subjectTemplate(subject),
    ...(messageId === '' ? {} : { 'messaging.message.id': messageId }),
  };
}

export interface PublishedMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly headers: TraceHeaders;
  /** Where the event was born, when that is not the active context: an outbox kept its `traceparent`. */
  readonly parent?: Context;
}

/** PRODUCER span around sending one message; its context is written into the message's headers before `send` runs. */
export function withPublishSpan<Result>(
  message: PublishedMessage,
  send: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { subject, messageId, headers, parent } = message;
  const settings = {
    kind: SpanKind.PRODUCER,
    attributes: messaging('publish', subject, messageId),
    ...(parent === undefined ? {} : { parent }),
  };
  return withSpan(`publish ${subjectTemplate(subject)}`, settings, (span) => {
    injectTrace(headers);
    return send(span);
  });
}

export interface ProcessedMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly headers: ReadableTraceHeaders | undefined;
  /** The durable name, so that two services' work on one event can be told apart. */
  readonly consumer: string;
  readonly deliveryCount: number;
}

/** CONSUMER span around handling one message: child of the sender's span and linked to it, so one trace tells the story. */
export function withProcessSpan<Result>(
  message: ProcessedMessage,
  handle: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { subject, messageId, headers, consumer, deliveryCount } = message;
  const sender = extractSpanContext(headers);
  return withSpan(
    `process ${subjectTemplate(subject)}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        ...messaging('process', subject, messageId),
        'messaging.consumer.group.name': consumer,
        'bcmed.delivery_count': deliveryCount,
      },
      links: sender === undefined ? [] : [{ context: sender }],
      parent: extractTrace(headers),
    },
    handle,
  );
}

/**
 * Root span around work on many messages at once (a block being cut, a page of a projection), linked to the span of each
 * sender, at most {@link MAX_LINKS}.
 */
export function withBatchSpan<Result>(
  name: string,
  senders: readonly (ReadableTraceHeaders | undefined)[],
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const links: Link[] = [];
  for (const headers of senders) {
    if (links.length === MAX_LINKS) break;
    const sender = extractSpanContext(headers);
    if (sender !== undefined) links.push({ context: sender });
  }
  const attributes = { 'messaging.system': 'nats', 'messaging.batch.message_count': senders.length };
  return withSpan(name, { kind: SpanKind.CONSUMER, attributes, links, root: true }, work);
}

/**
 * Leaves a short `anchored` span in the event's own trace, linked to the batch span that anchored it. Does nothing for an
 * event that came without a trace.
 */
export function markAnchored(headers: ReadableTraceHeaders | undefined, batch: SpanContext): void {
  if (extractSpanContext(headers) === undefined) return;
  trace
    .getTracer(TRACER)
    .startSpan('anchored', { links: [{ context: batch }] }, extractTrace(headers))
    .end();
}
