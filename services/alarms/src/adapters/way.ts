import type { Outcome, Parcel } from '../domain/delivery.js';
import type { Channel } from '../domain/episode-events.js';

/** One way on which notifications travel. */
export abstract class Way {
  abstract readonly channel: Channel;

  /** Tries once, within the way's own time limit. Never throws; the same parcel may come again, with the same key. */
  abstract deliver(parcel: Parcel): Promise<Outcome>;

  async close(): Promise<void> {
    // Most ways hold nothing open.
  }
}

/** What went wrong, without addresses and without content. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : '';
  return `${code} ${status}`.trim();
}
