import type { DynamicModule } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { LoggerModule } from 'nestjs-pino';
import type { LoggerOptions } from 'pino';
import { logDestination } from './log-destination.js';

export interface LogSettings {
  /** Stands in every line. */
  readonly service: string;
  readonly level: string;
}

/** Where secrets could stand in what is logged; their values become `[redacted]`. */
export const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  ...['password', 'passphrase', 'privateKey', 'secret', 'token'].flatMap((name) => [
    name,
    `*.${name}`,
    `*.*.${name}`,
  ]),
];

/** One line of JSON for each entry: ISO time, level by name, service, and the ids of the trace that it belongs to. */
export function loggerOptions({ service, level }: LogSettings): LoggerOptions {
  return {
    level,
    base: { service, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    mixin: traceIds,
  };
}

function traceIds(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan();
  if (span === undefined) return {};
  const { traceId, spanId } = span.spanContext();
  return { trace_id: traceId, span_id: spanId };
}

/**
 * The logging module of a service, to be imported once; then `app.useLogger(app.get(Logger))`. Requests are logged when
 * they are answered, except those for health.
 */
export function loggerModule(settings: LogSettings): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: [
      {
        ...loggerOptions(settings),
        autoLogging: { ignore: (request) => request.url?.startsWith('/health') ?? false },
        serializers: {
          req: ({ id, method, url }: { id: unknown; method: string; url: string }) => ({ id, method, url }),
          res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
        },
      },
      logDestination(),
    ],
  });
}

export { Logger } from 'nestjs-pino';
