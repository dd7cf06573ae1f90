/** The service's clock: the wall's scale at the start, and no jumps afterwards. */
export class Clock {
  nowMs(): number {
    return performance.timeOrigin + performance.now();
  }
}
