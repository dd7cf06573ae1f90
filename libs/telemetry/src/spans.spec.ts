import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_LINKS,
  markAnchored,
  subjectTemplate,
  withBatchSpan,
  withProcessSpan,
  withPublishSpan,
  withSpan,
} from './spans.js';
import { injectTrace, TRACEPARENT } from './trace-headers.js';

class Headers extends Map<string, string> {
  override get(name: string): string {
    return super.get(name) ?? '';
  }
}

const subject = 'bcmed.ward-1.pump.8002-17.rate-changed';
const exporter = new InMemorySpanExporter();
const spans = () => exporter.getFinishedSpans();

describe('while telemetry is off', () => {
  it('nothing is written into the headers and the work runs all the same', async () => {
    const headers = new Headers();
    expect(await withPublishSpan({ subject, messageId: '1', headers }, () => Promise.resolve(7))).toBe(7);
    expect(await withBatchSpan('cut block', [headers, undefined], () => Promise.resolve(8))).toBe(8);
    expect(headers.size).toBe(0);
  });
});

describe('while telemetry is on', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
  });
  beforeEach(() => exporter.reset());
  afterAll(() => {
    trace.disable();
    context.disable();
    propagation.disable();
  });

  it('one trace tells of publishing and processing, and the process span is linked to its sender', async () => {
    const headers = new Headers();
    await withSpan('serial frame', { root: true }, () =>
      withPublishSpan({ subject, messageId: 'e-1', headers }, () => Promise.resolve()),
    );
    await withProcessSpan(
      { subject, messageId: 'e-1', headers, consumer: 'ledger-append', deliveryCount: 1 },
      () => Promise.resolve(),
    );
    const [publish, frame, process] = spans();
    expect(publish!.name).toBe('publish bcmed.{site}.pump.{entity}.{event}');
    expect(process!.name).toBe('process bcmed.{site}.pump.{entity}.{event}');
    expect([publish!.kind, process!.kind]).toStrictEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
    expect(headers.get(TRACEPARENT)).toContain(publish!.spanContext().spanId);
    expect(publish!.parentSpanContext?.spanId).toBe(frame!.spanContext().spanId);
    expect(process!.parentSpanContext?.spanId).toBe(publish!.spanContext().spanId);
    expect(process!.spanContext().traceId).toBe(frame!.spanContext().traceId);
    expect(process!.links.map((link) => link.context.spanId)).toStrictEqual([publish!.spanContext().spanId]);
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('8002-17');
  });

  it('a block has a trace of its own with a link for each event, and each event hears that it is anchored', async () => {
    const senders: Headers[] = [];
    for (let n = 0; n < MAX_LINKS + 5; n++) {
      const headers = new Headers();
      await withSpan(`event ${n}`, { root: true }, () => injectTrace(headers));
      senders.push(headers);
    }
    await withSpan('poll loop', {}, () =>
      withBatchSpan('anchor block', senders, (batch) => {
        markAnchored(senders[0], batch.spanContext());
        markAnchored(new Headers(), batch.spanContext());
        return Promise.resolve();
      }),
    );
    const batch = spans().find(({ name }) => name === 'anchor block')!;
    const anchored = spans().filter(({ name }) => name === 'anchored');
    expect(batch.parentSpanContext).toBeUndefined();
    expect(batch.links).toHaveLength(MAX_LINKS);
    expect(anchored).toHaveLength(1);
    expect(anchored[0]!.spanContext().traceId).toBe(spans()[0]!.spanContext().traceId);
    expect(anchored[0]!.links[0]!.context.spanId).toBe(batch.spanContext().spanId);
  });

  it('a failure marks the span and goes on to the caller', async () => {
    const failing = withSpan('decide', {}, () => Promise.reject(new Error('conflict')));
    await expect(failing).rejects.toThrow('conflict');
    expect(spans()[0]).toMatchObject({ status: { message: 'conflict' } });
  });
});

describe('the template of a subject', () => {
  it.each([
    ['bcmed.ward-1.pump.8002-17.rate-changed', 'bcmed.{site}.pump.{entity}.{event}'],
    ['bcmed.ward-1.>', 'bcmed.{site}.{area}.{entity}.{event}'],
    ['bcmed-block.ward-1.17.anchored', 'bcmed-block.{site}.{entity}.{event}'],
    ['bcmed-dead-letter.ward-1.audit-view', 'bcmed-dead-letter.{site}.{entity}'],
    ['x', 'x'],
  ])('%s is %s', (raw, template) => expect(subjectTemplate(raw)).toBe(template));
});
