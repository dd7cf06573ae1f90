/** One sealed event on its way into the log: bytes and names, whatever they mean. */
export interface SealedEvent {
  readonly subject: string;
  /** The event's id. The log stores an id once within its duplicate window (2 minutes). */
  readonly id: string;
  /** Compact detached JWS over exactly `body`. */
  readonly seal: string;
  readonly body: Uint8Array;
  /** W3C trace context of the moment it was made, when that moment is over: an outbox keeps it beside the event. */
  readonly traceparent?: string;
}

/** Headers of a message, names case-sensitive. */
export interface MessageHeaders {
  /** The value, or an empty string when there is none. */
  get(name: string): string;
  has(name: string): boolean;
  keys(): string[];
}

/** Header names on the bus. */
export const HEADER = { seal: 'Bcmed-Seal', id: 'Nats-Msg-Id', traceparent: 'traceparent' } as const;

/** A message of the log as it is stored. */
export interface LogMessage {
  /** Stream sequence, from 1. */
  readonly position: bigint;
  readonly subject: string;
  readonly headers: MessageHeaders;
  readonly body: Uint8Array;
  /** When the server stored it: the server's clock, not the event's own time. */
  readonly timestampMs: number;
  readonly missing?: never;
}

/** A position that holds nothing (any more). In a stream that denies deletion this means damage. */
export interface MissingMessage {
  readonly position: bigint;
  readonly missing: true;
}

export type LogEntry = LogMessage | MissingMessage;

/** The seal, the event id and the trace context as they came; empty strings where there was none. */
export function sealOf(message: Pick<LogMessage, 'headers'>): string {
  return message.headers.get(HEADER.seal);
}

export function idOf(message: Pick<LogMessage, 'headers'>): string {
  return message.headers.get(HEADER.id);
}

/** Messages without headers are possible: anyone with a permission can publish one. */
export const NO_HEADERS: MessageHeaders = { get: () => '', has: () => false, keys: () => [] };
