import type { Moment } from '../domain/index.js';

/** The two clocks of the adapter: the wall's, for what others read, and one that never jumps, for differences. */
export class Clock {
  now(): Moment {
    return { at: new Date().toISOString(), steadyMs: this.steadyMs() };
  }

  /** Milliseconds on a scale that begins about 1970, survives a restart nearly and never runs backwards in between. */
  steadyMs(): number {
    return performance.timeOrigin + performance.now();
  }
}
