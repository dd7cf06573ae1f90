import {
  AppendConflictError,
  AppendOutcomeUnknownError,
  AppendRejectedError,
  DecisionContendedError,
  subjects,
  type EventLog,
  type LogMessage,
} from '@bcmed/event-log';
import type { StreamEvent } from '@bcmed/events';
import { decide, type DosingCommand, type DosingEvent, type Infusion } from '../domain/order/index.js';
import { foldInfusion, type InfusionRow, type Infusions } from '../views/infusions.js';
import { makeEvents, type MadeEvent, type Occasion, type Signature } from './event-maker.js';

export interface DecisionsSettings {
  readonly log: EventLog;
  readonly signature: Signature;
  readonly infusions: Infusions;
  /** The event of a message that the rules admit. */
  readonly believe: (message: LogMessage) => StreamEvent | undefined;
}

/** What one decision said, and what the infusion is after it. */
export interface Decided {
  readonly row: InfusionRow;
  readonly events: readonly DosingEvent[];
  readonly made: readonly MadeEvent[];
  readonly positions: readonly bigint[];
}

const MAX_ATTEMPTS = 8;

/**
 * Takes decisions on one infusion at a time and appends all that a decision says, or nothing: one atomic batch whose condition is
 * that the infusion has not changed since it was read. What goes to a pump stands on another subject of the same batch, so it is
 * on the stream exactly when the authorisation is. The condition is the infusion's alone; nothing is expected of the pump.
 *
 * Works on the rows in memory, and reads the stream only when somebody was faster. After an unknown outcome the
 * stream is read and, if nothing of it stands there, the same decision is taken again, with the same ids. Throws what an append
 * and a read throw.
 */
export class Decisions {
  constructor(private readonly settings: DecisionsSettings) {}

  /** One command. */
  run(infusionId: string, command: DosingCommand, occasion: Occasion): Promise<Decided> {
    return this.runWith(infusionId, (state) => decide(command, state), occasion);
  }

  /** Several commands as one decision; what is decided must follow from the row alone. */
  async runWith(
    infusionId: string,
    decideOn: (state: Infusion, row: InfusionRow) => readonly DosingEvent[],
    occasion: Occasion,
  ): Promise<Decided> {
    const { log, infusions, signature } = this.settings;
    const filter = subjects.entity(signature.site, 'dosing', infusionId);
    let row = infusions.row(infusionId);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const events = decideOn(row.state, row);
      const made = makeEvents(events, infusionId, occasion, signature);
      const [first, ...rest] = made.map(({ sealed }) => sealed);
      if (first === undefined) return { row, events, made, positions: [] };
      try {
        const expected = { filter, lastPosition: BigInt(row.lastPosition) };
        const appended = await log.appendDecision([first, ...rest], expected);
        const positions = appended.map(({ position }) => position);
        made.forEach(({ event }, index) => {
          if (event.subject === infusionId) infusions.take(event, positions[index] ?? 0n);
        });
        return { row: infusions.row(infusionId), events, made, positions };
      } catch (error) {
        if (!isSettledByReading(error)) throw error;
        row = await this.read(infusionId);
      }
    }
    throw new DecisionContendedError(`${filter} changed during each of ${MAX_ATTEMPTS} attempts to decide.`);
  }

  /** The infusion as the stream tells it, from its beginning. */
  async read(infusionId: string): Promise<InfusionRow> {
    const { log, infusions, signature, believe } = this.settings;
    const { messages, expected } = await log.readEntity(
      subjects.entity(signature.site, 'dosing', infusionId),
    );
    const events = messages.flatMap((message) => {
      const event = believe(message);
      return event === undefined ? [] : [{ event, position: message.position }];
    });
    for (const { event, position } of events) infusions.take(event, position);
    // What is not believed counts for the condition all the same.
    return { ...foldInfusion(events), lastPosition: expected.lastPosition.toString() };
  }
}

/** The server has one of these ids already (of a batch it then stores nothing). */
const DUPLICATE_IN_BATCH = 10201;

/** Failures after which the stream tells whether it was somebody else, ourselves, or nobody. */
function isSettledByReading(error: unknown): boolean {
  return (
    error instanceof AppendConflictError ||
    error instanceof AppendOutcomeUnknownError ||
    (error instanceof AppendRejectedError && error.serverCode === DUPLICATE_IN_BATCH)
  );
}
