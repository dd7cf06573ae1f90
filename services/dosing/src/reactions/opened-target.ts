import { CommandExecuted, isEvent, type StreamEvent } from '@bcmed/events';
import { readOrder } from '../domain/order/index.js';
import { targetOf } from '../domain/target/index.js';
import type { Opening } from '../views/targets.js';
import type { Ward } from '../views/ward.js';

/**
 * The target that a pump has just taken, by what was authorised; undefined for any other event, and for a target that is no longer
 * authorised. Follows from the stream alone, so that a restart finds the same.
 */
export function openedTarget(
  event: StreamEvent,
  ward: Pick<Ward, 'infusions' | 'pumps'>,
  pumpStepMlPerHour: string,
): Omit<Opening, 'given'> | undefined {
  if (!isEvent(event, CommandExecuted) || event.data.action !== 'set-target') return undefined;
  const { commandId } = event.data;
  const [infusionId, row] = ward.infusions.withCommand(commandId) ?? [];
  const { authorised } = row?.state ?? {};
  if (infusionId === undefined || authorised?.commandId !== commandId) return undefined;
  const { orderId, placed, amountPerMl } = authorised;
  const order = readOrder(placed.order.text);
  if (order === undefined || amountPerMl === undefined) return undefined;
  const read = targetOf(order, { amountPerMl: () => amountPerMl, pumpStepMlPerHour });
  if (!read.ok) return undefined;
  const { volumeInfusedMl } = ward.pumps.table.get(event.subject) ?? {};
  return { commandId, orderId, infusionId, order, plan: read.plan, volumeInfusedMl };
}
