import type { EventLog } from '@bcmed/event-log';

/** The first position that was stored at or after a time, up to one more than `upTo`; by halving, so in a few dozen reads. */
export async function positionAt(log: Pick<EventLog, 'readAt'>, atMs: number, upTo: bigint): Promise<bigint> {
  let [low, high] = [1n, upTo + 1n];
  while (low < high) {
    const middle = (low + high) / 2n;
    const found = await log.readAt(middle);
    // A hole says nothing about time; damage is for others to find, and what comes before it was earlier.
    if (found !== undefined && found.timestampMs >= atMs) high = middle;
    else low = middle + 1n;
  }
  return low;
}
