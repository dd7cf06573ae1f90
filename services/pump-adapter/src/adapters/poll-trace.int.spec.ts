import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats } from '@bcmed/event-log';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bedside } from '../../test/bedside.js';
import { TinyLedger } from '../../test/tiny-ledger.js';

const exporter = new InMemorySpanExporter();
const folder = mkdtempSync(join(tmpdir(), 'trace-'));
let nats: NatsServer;
let connection: NatsConnection;
let ledger: TinyLedger;
let bed: Bedside;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  nats = await startNats({ storeDir: join(folder, 'nats') });
  connection = await connectNats({ servers: nats.url, name: 'test' });
  ledger = await TinyLedger.open(connection);
  bed = new Bedside(folder, connection);
});
afterAll(async () => {
  await bed.stop();
  await ledger.close();
  await connection.close();
  await nats.stop();
  trace.disable();
  context.disable();
  propagation.disable();
  rmSync(folder, { recursive: true });
});

describe('the trace of an event', () => {
  it('begins with the poll, goes on with each sending, and stands in the header of the message', async () => {
    bed.read();
    await bed.start();
    await expect.poll(() => bed.store.depth, { timeout: 20_000 }).toBe(0);
    const spans = exporter.getFinishedSpans();
    const polls = spans.filter(({ name }) => name === 'poll alaris-asena');
    expect(polls).toHaveLength(3);
    for (const message of ledger.seen) {
      const [, traceId, spanId] = message.headers.get('traceparent').split('-');
      const publish = spans.find((span) => span.spanContext().spanId === spanId);
      expect(publish?.name).toMatch(/^publish bcmed\.\{site\}\.pump\.\{entity\}/);
      const poll = polls.find((span) => span.spanContext().traceId === traceId);
      expect(publish?.parentSpanContext?.spanId).toBe(poll?.spanContext().spanId);
      expect(poll?.parentSpanContext).toBeUndefined();
    }
  });
});
