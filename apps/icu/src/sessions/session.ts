import type { WardAction } from '../domain/actions.js';
import type { PumpState } from '../domain/state.js';

/** One thing that happens at one pump at one moment of the session; without an action it is a pause. */
export interface Step {
  readonly atMs: number;
  readonly pump: number;
  readonly action: WardAction | null;
}

/** What a session may look at while it is played. */
export interface SessionContext {
  readonly pumps: number;
  /** How long the session is to take; endless ones do not care. */
  readonly seconds: number;
  readonly seed: number;
  /** The pump as it is at the moment of the step before. */
  readonly state: (pump: number) => PumpState;
}

/**
 * A script of the ward. Steps come in the order of their times and are fetched one by one as time passes, so a session
 * may be endless and may look at the pumps; under the same seed and start it is the same every time.
 */
export interface Session {
  readonly name: string;
  readonly says: string;
  /** Null: never ends by itself. */
  readonly minimumSeconds: number | null;
  steps(context: SessionContext): Iterator<Step, void>;
}
