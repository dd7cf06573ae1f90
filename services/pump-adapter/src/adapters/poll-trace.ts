import { injectTrace, TRACEPARENT } from '@bcmed/telemetry';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** The root span of one poll that yielded events: where the trace of each of them begins. */
export interface PollTrace {
  /** W3C trace context to be kept beside the events; undefined while telemetry is off or the trace is not sampled. */
  readonly traceparent?: string;
  end(stored: boolean): void;
}

/**
 * Begins the span of a poll afterwards, since only its outcome tells whether there is anything to trace: it starts
 * when the first request was written to the line and ends when the events are durable.
 */
export function beginPollTrace(beganAtMs: number, events: number): PollTrace {
  const span = trace
    .getTracer('bcmed')
    .startSpan(
      'poll alaris-asena',
      { kind: SpanKind.CLIENT, root: true, startTime: beganAtMs, attributes: { 'bcmed.events': events } },
      ROOT_CONTEXT,
    );
  const headers = new Map<string, string>();
  injectTrace(
    { get: (name) => headers.get(name) ?? '', set: (name, value) => void headers.set(name, value) },
    trace.setSpan(ROOT_CONTEXT, span),
  );
  const traceparent = headers.get(TRACEPARENT);
  return {
    ...(traceparent !== undefined && { traceparent }),
    end(stored) {
      if (!stored) span.setStatus({ code: SpanStatusCode.ERROR, message: 'not stored' });
      span.end();
    },
  };
}
