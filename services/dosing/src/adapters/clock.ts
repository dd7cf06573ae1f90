/** The two clocks of dosing: the wall's, for what others read, and one that never jumps, for differences. */
export class Clock {
  at(): string {
    return new Date().toISOString();
  }

  wallMs(): number {
    return Date.now();
  }

  steadyMs(): number {
    return performance.now();
  }
}
