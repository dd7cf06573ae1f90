import { context, propagation, trace, type Context, type SpanContext } from '@opentelemetry/api';

/** The two members of NATS message headers that trace context needs; `MsgHdrs` fits, and so does a test's map. */
export interface TraceHeaders {
  /** The value, or an empty string when there is none. */
  get(name: string): string;
  set(name: string, value: string): void;
}

/** Headers that can only be read, as those of a received message. */
export type ReadableTraceHeaders = Pick<TraceHeaders, 'get'>;

/** Name of the W3C Trace Context header. It travels beside the seal, unsigned: never decide anything by it. */
export const TRACEPARENT = 'traceparent';

/** Writes the trace context into the headers. Does nothing while telemetry is off. */
export function injectTrace(headers: TraceHeaders, from: Context = context.active()): void {
  propagation.inject(from, headers, { set: (carrier, name, value) => carrier.set(name, value) });
}

/** The context that the sender wrote, or a context without a span when there was none or telemetry is off. */
export function extractTrace(headers: ReadableTraceHeaders | undefined): Context {
  const root = trace.deleteSpan(context.active());
  if (headers === undefined) return root;
  return propagation.extract(root, headers, {
    get: (carrier, name) => carrier.get(name) || undefined,
    keys: () => [TRACEPARENT],
  });
}

/** The sender's span, for a link. */
export function extractSpanContext(headers: ReadableTraceHeaders | undefined): SpanContext | undefined {
  const found = trace.getSpanContext(extractTrace(headers));
  return found && trace.isSpanContextValid(found) ? found : undefined;
}
