/** How long the next block may fill before it is cut. */
export interface Cadence {
  /** When the anchoring of the block before began, on the caller's monotonic clock. */
  readonly lastAnchorBeganMs: number;
  readonly nowMs: number;
  /** Bounds the number of anchors: at most 1000 / spacing a second. */
  readonly minimumSpacingMs: number;
}

/**
 * Group commit: an idle ledger cuts at once, a busy one as soon as the spacing allows. While a block is being anchored nobody asks, so
 * a slow chain makes larger blocks by itself.
 */
export function waitBeforeCutMs({ lastAnchorBeganMs, nowMs, minimumSpacingMs }: Cadence): number {
  return Math.max(0, lastAnchorBeganMs + minimumSpacingMs - nowMs);
}
