import type { PumpOrder } from '@bcmed/events';
import type { Refusal } from './order.js';

/** Where a pump stands and at whom, as it was recorded last. */
export interface Bedside {
  readonly unit: string;
  /** Pseudonym; absent when nobody recorded that the pump is connected to somebody. */
  readonly patient?: string;
  /** Since when it is so, milliseconds since 1970; absent when nothing was recorded. */
  readonly validFromMs?: number;
  /** Position on EVENTS at which this was recorded, or at which what was recorded before ended. 0 when nothing ever was. */
  readonly changedAt: bigint;
}

/** An order, when it was signed, and where it stands on EVENTS. */
export interface PlacedOrder {
  readonly order: PumpOrder;
  /** Milliseconds since 1970. */
  readonly issuedMs: number;
  readonly position: bigint;
}

/**
 * Whether an order means the patient who is at the pump now, and the syringe that is in it. Whatever was ordered before the
 * pump was recorded anew rests on what was there before: another patient, another bed, another concentration. A stop means the pump
 * and is never asked.
 */
export function notAtBedside(
  { order, issuedMs, position }: PlacedOrder,
  bedside: Bedside,
): Refusal | undefined {
  if (order.action === 'stop') return undefined;
  const { unit, patient, validFromMs, changedAt } = bedside;
  if (order.unit !== unit) {
    const detail = `the text is for unit ${order.unit}, the pump stands in ${unit}`;
    return { reason: 'wrong-pump', detail };
  }
  if (order.patient !== patient) {
    const detail = `the text is for ${order.patient ?? 'nobody'}, the pump is recorded at ${patient ?? 'nobody'}`;
    return { reason: 'patient-differs', detail };
  }
  if (position < changedAt)
    return { reason: 'association-changed', detail: 'the pump was recorded anew after it' };
  if (validFromMs === undefined || issuedMs >= validFromMs) return undefined;
  return { reason: 'association-changed', detail: 'it was signed before the pump was recorded as it is now' };
}
