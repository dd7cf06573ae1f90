/** Time as everybody here asks for it. Freshness is judged by this clock; a test may bring another one. */
export class Clock {
  nowMs(): number {
    return Date.now();
  }

  /** RFC 3339 in UTC with milliseconds; `plusMs` later. */
  at(plusMs = 0): string {
    return new Date(this.nowMs() + plusMs).toISOString();
  }
}
