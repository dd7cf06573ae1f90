import { trace } from '@opentelemetry/api';

export interface TelemetrySettings {
  /** Name of the service, `ledger`; OTEL_SERVICE_NAME wins. */
  readonly service: string;
  readonly version?: string;
}

/** A started telemetry, or one that is off. */
export interface Telemetry {
  readonly on: boolean;
  /** Sends what is still buffered. Never throws: a lost trace must not make an orderly end fail. */
  shutdown(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

const WAKING = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
  'OTEL_CONFIG_FILE',
];

/** Whether the standard variables ask for traces: an exporter, an endpoint or a file is named, and nothing switches it off. */
export function isTelemetryWanted(environment: Environment): boolean {
  const off = environment['OTEL_SDK_DISABLED'] === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none';
  return !off && WAKING.some((name) => (environment[name] ?? '') !== '');
}

/**
 * Starts OpenTelemetry when the standard `OTEL_*` variables ask for it; otherwise loads nothing and costs nothing. Call it
 * in `main.ts` before the application is created.
 *
 * Only traces are sent unless metrics or logs are named too, only `traceparent` is propagated (never baggage), and the
 * resource does not tell the command line; each by the standard variable, so that each can be changed.
 */
export async function startTelemetry(
  { service, version }: TelemetrySettings,
  environment: Environment = process.env,
): Promise<Telemetry> {
  if (!isTelemetryWanted(environment)) return { on: false, shutdown: () => Promise.resolve() };
  environment['OTEL_METRICS_EXPORTER'] ??= 'none';
  environment['OTEL_LOGS_EXPORTER'] ??= 'none';
  environment['OTEL_PROPAGATORS'] ??= 'tracecontext';
  environment['OTEL_NODE_RESOURCE_DETECTORS'] ??= 'service';
  const { startNodeSdk } = await import('@opentelemetry/sdk-node');
  const named = (environment['OTEL_SERVICE_NAME'] ?? '') === '' ? { 'service.name': service } : {};
  const versioned = version === undefined ? {} : { 'service.version': version };
  const logLevel = environment['OTEL_LOG_LEVEL'] ?? 'warn';
  const sdk = startNodeSdk({ logLevel, resourceAttributes: { ...named, ...versioned } });
  return {
    on: true,
    shutdown: async () => {
      await sdk.shutdown().catch(() => undefined);
      trace.disable();
    },
  };
}
