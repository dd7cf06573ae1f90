import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSpan } from './spans.js';
import { startTelemetry } from './start.js';

let collector: Server;
const received: { path: string; body: string }[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      received.push({ path: request.url ?? '', body });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
});
afterAll(() => collector.close());

describe('telemetry that the standard variables switch on', () => {
  it('sends spans with the name of the service over OTLP, and nothing else', async () => {
    const { port } = collector.address() as AddressInfo; // a listening TCP server has an address and a port
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${port}`;
    process.env['OTEL_EXPORTER_OTLP_PROTOCOL'] = 'http/json';
    const telemetry = await startTelemetry({ service: 'ledger', version: '1.2.3' });
    await withSpan('cut block', {}, () => undefined);
    await telemetry.shutdown();
    expect(telemetry.on).toBe(true);
    expect(received.map(({ path }) => path)).toStrictEqual(['/v1/traces']);
    expect(received[0]!.body).toContain('"cut block"');
    expect(received[0]!.body).toContain('"ledger"');
    expect(received[0]!.body).not.toContain('process.command');
  });
});
