import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Stack } from '../src/index.js';
import { SILENT, temporaryFolder } from './harness.js';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const otlp = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              attributes: z.array(attribute).optional(),
              links: z.array(z.object({ traceId: z.string() })).optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

interface Span {
  readonly service: string;
  readonly traceId: string;
  readonly name: string;
  readonly links: number;
  readonly text: string;
}

/** A collector of a few lines: what the services send by the standard variables arrives here as OTLP in JSON. */
class Collector {
  readonly spans: Span[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        this.#take(text);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
  }

  static async listen(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(text: string): void {
    for (const { resource, scopeSpans } of otlp.parse(JSON.parse(text)).resourceSpans) {
      const service = String(
        resource.attributes.find(({ key }) => key === 'service.name')?.value['stringValue'],
      );
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({
          service,
          traceId: span.traceId,
          name: span.name,
          links: span.links?.length ?? 0,
          text: JSON.stringify(span),
        });
      }
    }
  }
}

describe('the trace of one event', () => {
  let collector: Collector;
  let stack: Stack;

  beforeAll(async () => {
    collector = await Collector.listen();
    stack = await Stack.start(
      {
        dataDir: temporaryFolder(),
        siteName: 'trace',
        progress: SILENT,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          OTEL_BSP_SCHEDULE_DELAY: '200',
        },
      },
      { ward: { pumps: 1 }, seed: 5, session: 'ward-life' },
    );
  });

  afterAll(async () => {
    await stack.stop();
    collector.close();
  });

  it('goes from the serial frame over the bus to the block and to the audit, in one', async () => {
    const wholeTraces = (): string[][] =>
      [...Map.groupBy(collector.spans, ({ traceId }) => traceId).values()]
        .map((spans) => spans.map(({ service, name }) => `${service}: ${name.replace(/[a-z-]+\}$/, '…')}`))
        .filter((names) =>
          ['pump-adapter: poll', 'pump-adapter: publish', 'ledger: anchored', 'audit: process'].every(
            (part) => names.some((name) => name.startsWith(part)),
          ),
        );
    await expect.poll(() => wholeTraces().length, { timeout: 60_000, interval: 200 }).toBeGreaterThan(0);
  });

  it('leads from the block to the events that are in it', () => {
    const anchors = collector.spans.filter(
      ({ service, name }) => service === 'ledger' && name === 'anchor block',
    );
    expect(anchors.some(({ links }) => links > 0)).toBe(true);
  });

  it('names spans by the template of a subject and never by a pump', () => {
    expect(collector.spans.filter(({ name }) => name.includes('8002-'))).toEqual([]);
    expect(collector.spans.map(({ name }) => name)).toContain('publish bcmed.{site}.pump.{entity}.{event}');
  });
});
