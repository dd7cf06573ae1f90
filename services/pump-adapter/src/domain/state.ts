import type { BolusWatch } from './bolus.js';
import { withoutTime, type AwaitedCommand } from './command.js';
import type { SampledStatus, Syringe, Vtbi } from './events.js';
import type { Identity, Moment, ShownAlarm } from './input.js';
import type { LogWatch } from './log-watch.js';

/** An infusion episode on this pump: from start to stop or completion, and beyond it while the vein is kept open. */
export interface Infusion {
  readonly id: string;
  readonly phase: 'running' | 'keep-vein-open';
}

/** What follows from the events alone: whoever replays a pump's events believes the same. */
export interface Belief {
  /** `unheard` is a pump known from before the adapter was restarted, of which nothing was heard since. */
  readonly contact: 'never' | 'unheard' | 'connected' | 'lost';
  readonly identity?: Identity;
  readonly infusion?: Infusion;
  readonly alarm?: ShownAlarm;
  readonly vtbi?: Vtbi;
  readonly syringe?: Syringe;
  /** The last sample. As every change is sampled, it is what the pump showed when it last answered. */
  readonly shown?: SampledStatus;
}

/** What readings leave behind that no event carries yet: suspicions that time confirms or clears. */
export interface Watch {
  readonly heard?: Moment;
  readonly sampledMs?: number;
  readonly bolus?: BolusWatch;
  readonly log: LogWatch;
  /** Readings in a row whose alarm flag nothing explains. */
  readonly unexplainedFlags: number;
  readonly syringeOut: boolean;
  /** Commands of which a reading may still show what came, newest first. */
  readonly commanded?: readonly AwaitedCommand[];
  /** The last set rate that was seen, also from before a hold. */
  readonly setRateMlPerHour?: number;
}

export interface PumpState {
  readonly belief: Belief;
  readonly watch: Watch;
}

/** A pump of which nothing is known. */
export const initialState: PumpState = {
  belief: { contact: 'never' },
  watch: { log: { credit: 0 }, unexplainedFlags: 0, syringeOut: false },
};

/**
 * What is still believed after the adapter was away: everything but contact, which has to be made anew. So a restart says
 * `connected` with the time of the last contact, and never a second `infusion-started`.
 */
export function resume({ belief, watch }: PumpState): PumpState {
  // The steady scale of the process before may be ahead of ours: what is measured on it begins anew.
  const { sampledMs: _, log, commanded, ...rest } = watch;
  const { pending } = log;
  return {
    belief: belief.contact === 'connected' ? { ...belief, contact: 'unheard' } : belief,
    watch: {
      ...rest,
      ...(commanded && { commanded: commanded.map(withoutTime) }),
      log: pending ? { ...log, pending: { ...pending, seenMs: 0 } } : log,
    },
  };
}
