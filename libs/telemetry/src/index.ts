export {
  MAX_LINKS,
  markAnchored,
  subjectTemplate,
  withBatchSpan,
  withProcessSpan,
  withPublishSpan,
  withSpan,
  type ProcessedMessage,
  type PublishedMessage,
  type SpanSettings,
} from './spans.js';
export {
  extractSpanContext,
  extractTrace,
  injectTrace,
  TRACEPARENT,
  type ReadableTraceHeaders,
  type TraceHeaders,
} from './trace-headers.js';
export { Logger, loggerModule, loggerOptions, REDACTED, type LogSettings } from './logger.js';
export { isTelemetryWanted, startTelemetry, type Telemetry, type TelemetrySettings } from './start.js';
export { LatencyWindow, type Quantiles } from './latency-window.js';
