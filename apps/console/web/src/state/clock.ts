import { gatewayNow, isLineAlive, type Heard } from '../domain/fresh.ts';
import { Store, useStore } from './store.ts';

/**
 * The gateway's time, by which everything is judged, and whether its line is alive. The browser's own clock is used for nothing but the
 * first second.
 */
export interface Time {
  readonly nowMs: number;
  readonly lineAlive: boolean;
}

let heard: Heard | undefined;
export const time = new Store<Time>({ nowMs: Date.now(), lineAlive: false });

/** A word of the gateway arrived, with its time. */
export function noteTime(gatewayMs: number): void {
  heard = { gatewayMs, steadyMs: performance.now() };
  tick();
}

export const nowMs = (): number => (heard === undefined ? Date.now() : gatewayNow(heard, performance.now()));

function tick(): void {
  const steadyMs = performance.now();
  const lineAlive = heard !== undefined && isLineAlive(heard, steadyMs);
  time.set({ nowMs: nowMs(), lineAlive });
}

/** Lets the time pass, once a second; the returned function ends it. */
export function runClock(): () => void {
  const timer = setInterval(tick, 1_000);
  return () => clearInterval(timer);
}

const msOf = ({ nowMs: now }: Time): number => now;
const aliveOf = ({ lineAlive }: Time): boolean => lineAlive;

/** The gateway's time, to the second. */
export const useNow = (): number => useStore(time, msOf);
export const useLineAlive = (): boolean => useStore(time, aliveOf);
