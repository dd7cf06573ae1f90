import {
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  isEvent,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';

const ANSWERS: readonly EventDefinition[] = [
  CommandExecuted,
  CommandFailed,
  CommandOutcomeUnknown,
  CommandOutcomeResolved,
];

/** The command to which an event of a pump is the answer. */
export function answeredCommandOf(event: StreamEvent): string | undefined {
  // Each of the four has it.
  return ANSWERS.some((answer) => isEvent(event, answer))
    ? (event.data as { commandId: string }).commandId
    : undefined;
}
