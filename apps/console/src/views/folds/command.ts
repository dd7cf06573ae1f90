import {
  CommandAuthorised,
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  isEvent,
  pumpOrderText,
  StopOrdered,
  type PumpOrder,
  type StreamEvent,
} from '@bcmed/events';
import type { CommandView } from '../../domain/live.js';

/** A command that was just given, with the order that people signed. */
export interface GivenCommand {
  readonly command: CommandView;
  readonly order: PumpOrder;
}

/** The command that an event gives to a pump; undefined for every other event, and for a text that nobody can read. */
export function commandGiven(event: StreamEvent): GivenCommand | undefined {
  if (!isEvent(event, CommandAuthorised) && !isEvent(event, StopOrdered)) return undefined;
  const { text, signatures } = event.data.order;
  const order = readOrder(text);
  if (order === undefined) return undefined;
  const command: CommandView = {
    commandId: event.id,
    pump: order.pump,
    action: order.action,
    state: 'authorised',
    atMs: Date.parse(event.time),
    signedBy: signatures.map(({ person }) => person),
  };
  return { command, order };
}

/** The command that an event of the pump tells about. */
export function commandAnswered(event: StreamEvent): string | undefined {
  const tells =
    isEvent(event, CommandExecuted) ||
    isEvent(event, CommandFailed) ||
    isEvent(event, CommandOutcomeUnknown) ||
    isEvent(event, CommandOutcomeResolved);
  return tells ? event.data.commandId : undefined;
}

/** The command after what the pump's adapter told. */
export function commandAfter(command: CommandView, event: StreamEvent): CommandView {
  const answered = { ...command, answeredAfterMs: Math.max(0, Date.parse(event.time) - command.atMs) };
  if (isEvent(event, CommandExecuted)) {
    const { setRateMlPerHour, volumeToBeInfusedMl, delivering, readBackAfterMs } = event.data;
    return {
      ...answered,
      state: 'executed',
      delivering,
      readBackAfterMs,
      ...(setRateMlPerHour !== undefined && { setRateMlPerHour }),
      ...(volumeToBeInfusedMl !== undefined && { volumeToBeInfusedMl }),
    };
  }
  if (isEvent(event, CommandFailed)) {
    const { reason, detail } = event.data;
    return { ...answered, state: 'failed', reason, detail };
  }
  if (isEvent(event, CommandOutcomeUnknown))
    return { ...answered, state: 'unknown', detail: event.data.detail };
  if (isEvent(event, CommandOutcomeResolved)) {
    const { outcome, detail } = event.data;
    return { ...answered, state: outcome === 'as-ordered' ? 'executed' : 'failed', reason: outcome, detail };
  }
  return command;
}

function readOrder(text: string): PumpOrder | undefined {
  try {
    return pumpOrderText.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
