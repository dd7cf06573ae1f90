/** How old a value may be before it is no longer shown as current. */

/** Pumps are asked every second or two and tell at least so often. */
export const PUMP_FRESH_MS = 15_000;
/** As long as the example library lets vitals be for a dose. */
export const VITALS_FRESH_MS = 30_000;
/** The gateway says something every two seconds. */
export const LINE_FRESH_MS = 6_000;

/**
 * Whether a value of `atMs` still counts at `nowMs`, both by the gateway's clock. What has no time, or comes from a future
 * that no clock difference explains, does not.
 */
export function isFresh(atMs: number | undefined, nowMs: number, limitMs: number): boolean {
  return atMs !== undefined && nowMs - atMs <= limitMs && atMs - nowMs <= limitMs;
}

/** What the page knows of the gateway's clock: what it said last, and the steady clock of the page at that moment. */
export interface Heard {
  readonly gatewayMs: number;
  readonly steadyMs: number;
}

/** The gateway's time now; a page that was asleep does not believe that no time has passed. */
export const gatewayNow = ({ gatewayMs, steadyMs }: Heard, nowSteadyMs: number): number =>
  gatewayMs + Math.max(0, nowSteadyMs - steadyMs);

/** Whether the line was heard lately. */
export const isLineAlive = ({ steadyMs }: Heard, nowSteadyMs: number): boolean =>
  nowSteadyMs - steadyMs <= LINE_FRESH_MS;
