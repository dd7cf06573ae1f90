import type { DosingEvent, Infusion } from '../domain/order/index.js';
import type { InfusionRow } from '../views/infusions.js';

/** What is still to be said about an infusion because of something that happened. */
export interface FollowUp {
  readonly infusionId: string;
  /** The event that led to it; absent when it was the clock. */
  readonly cause?: string;
  /** Makes the ids: the same happening says the same again. */
  readonly key: string;
  /** Decides on the infusion as it is then. */
  readonly decide: (state: Infusion, row: InfusionRow, at: string) => readonly DosingEvent[];
}
