import type { Appended } from './append.js';
import { AppendConflictError, DecisionContendedError } from './errors.js';
import type { EventLog } from './event-log.js';
import type { LogMessage, SealedEvent } from './messages.js';

/** An aggregate as pure functions: what it is before anything happened, what an event makes of it, what it answers. */
export interface Decider<State, Command, Event> {
  readonly initialState: State;
  evolve(state: State, event: Event): State;
  /** No event: there is nothing to say. A refusal with clinical meaning is an event; exceptions are for bugs. */
  decide(command: Command, state: State): readonly Event[];
}

/** How a decider meets the log. */
export interface DecisionSettings<Event> {
  readonly log: EventLog;
  /** Subject filter of the entity: every decision about it uses the identical one. */
  readonly filter: string;
  /** Reads a stored message as an event; check its seal here. */
  open(message: LogMessage): Event;
  /**
   * Seals the events of a decision. The same command must give the same ids at every attempt, or a decision whose answer
   * was lost is taken twice.
   */
  seal(events: readonly Event[]): readonly SealedEvent[];
  readonly maxAttempts?: number;
}

export interface Decided<State, Event> {
  readonly state: State;
  readonly events: readonly Event[];
  readonly appended: readonly Appended[];
}

const MAX_ATTEMPTS = 5;

/**
 * Reads the entity, decides, and appends all events of the decision or none, provided that nobody else wrote to the entity
 * meanwhile; else reads what is new and decides again.
 *
 * Throws DecisionContendedError when others were faster at every attempt, and the errors of an append; after an unknown
 * outcome run the same command again.
 */
export async function runDecision<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  command: Command,
  settings: DecisionSettings<Event>,
): Promise<Decided<State, Event>> {
  const { log, filter, maxAttempts = MAX_ATTEMPTS } = settings;
  let state = decider.initialState;
  let lastPosition = 0n;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const { messages, expected } = await log.readEntity(filter, lastPosition + 1n);
    for (const message of messages) state = decider.evolve(state, settings.open(message));
    lastPosition = expected.lastPosition;
    const events = decider.decide(command, state);
    const [first, ...rest] = settings.seal(events);
    if (first === undefined) return { state, events, appended: [] };
    try {
      const appended = await log.appendDecision([first, ...rest], expected);
      const after = events.reduce((before, event) => decider.evolve(before, event), state);
      return { state: after, events, appended };
    } catch (error) {
      if (!(error instanceof AppendConflictError)) throw error;
    }
  }
  throw new DecisionContendedError(`${filter} changed during each of ${maxAttempts} attempts to decide.`);
}
