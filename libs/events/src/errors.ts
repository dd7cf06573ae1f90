/** What is wrong with one field of an event, in words for the one who wrote it. */
export interface FieldProblem {
  /** Path of the field from the root of the event, for example `data.rateMlPerHour`. */
  readonly field: string;
  readonly problem: string;
}

/** An event that its own writer got wrong: thrown before anything is sealed or sent. */
export class EventInvalidError extends Error {
  readonly code = 'BCM-EVENTS-INVALID';
  override readonly name = 'EventInvalidError';

  constructor(
    readonly type: string,
    readonly problems: readonly FieldProblem[],
  ) {
    super(
      `${type} is not a valid event: ${problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ')}`,
    );
  }
}
