import { expectedOf, type CarriedOut } from '../adapters/carry-out.js';
import type { CommandReport, Refusal } from '../domain/index.js';
import type { JudgedCommand } from './judge-command.js';

/** The report of a command that was not carried out. */
export function refused(
  { commandId, order, person, position }: JudgedCommand,
  refusal: Refusal,
  volumeGivenMl?: number,
): CommandReport {
  const data = {
    commandId,
    ...(order && { action: order.action }),
    reason: refusal.reason,
    detail: cut(refusal.detail),
    ...(volumeGivenMl !== undefined && { volumeGivenMl }),
    commandPosition: position.toString(),
  };
  return { outcome: 'failed', person, data };
}

/** The report of a command of which nobody knows what became of it. */
export function unknown(
  command: JudgedCommand & Required<Pick<JudgedCommand, 'order'>>,
  detail: string,
  expected = expectedOf(command.order),
): CommandReport {
  const { commandId, order, person, position } = command;
  const data = { commandId, action: order.action, detail: cut(detail), commandPosition: position.toString() };
  return { outcome: 'unknown', person, expected, data };
}

/** The report of what the pump did. */
export function carriedOut(
  command: JudgedCommand & Required<Pick<JudgedCommand, 'order'>>,
  result: CarriedOut,
  readBackAfterMs: number,
  volumeGivenMl?: number,
): CommandReport {
  if (result.outcome === 'failed') return refused(command, result);
  if (result.outcome === 'unknown') return unknown(command, result.detail);
  const { commandId, order, person, position } = command;
  const { delivering, setRateMlPerHour, vtbiMl } = result.readBack;
  const data = {
    commandId,
    action: order.action,
    framesWritten: [...result.framesWritten],
    delivering,
    setRateMlPerHour,
    ...(vtbiMl !== undefined && { volumeToBeInfusedMl: vtbiMl }),
    ...(volumeGivenMl !== undefined && { volumeGivenMl }),
    readBackAfterMs,
    commandPosition: position.toString(),
  };
  return { outcome: 'executed', person, expected: expectedOf(order), data };
}

const cut = (text: string): string => text.slice(0, 256);
