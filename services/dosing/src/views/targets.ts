import {
  AuthorisationWithdrawn,
  InfusionClosed,
  isEvent,
  TargetEnded,
  TargetStep,
  type StreamEvent,
} from '@bcmed/events';
import { courseFrom, courseOf, runAfter, type Given, type TargetRun } from '../domain/target/index.js';
import { Table } from './table.js';

/** A target that a pump has taken, and what the pump had infused then. */
export type Opening = Pick<TargetRun, 'commandId' | 'orderId' | 'infusionId' | 'order' | 'plan'> & {
  readonly volumeInfusedMl: number | undefined;
  /** What the patient got of the drug before, oldest first. */
  readonly given: readonly Given[];
};

/** The newest target of each pump, by its serial as a token. The course goes on after the target has ended: the drug is still there. */
export class Targets {
  readonly table = new Table<TargetRun>('target');

  /** Begins a run at the moment when the pump said that it took the order; said again it changes nothing. */
  open(pump: string, atMs: number, { volumeInfusedMl, given, ...opening }: Opening): void {
    const before = this.table.get(pump);
    if (before?.commandId === opening.commandId) return;
    const known = volumeInfusedMl === undefined ? {} : { volumeInfusedMl };
    const course = courseFrom(before, opening.order, opening.plan) ?? {
      ...courseOf(opening.plan, given, atMs),
      ...known,
    };
    this.table.set(pump, {
      ...opening,
      untilMs: Date.parse(opening.order.untilAt ?? '') || 0,
      course,
      givenMl: 0,
      lastStep: 0,
      lastStepMs: 0,
      rateMlPerHour: 0,
      isWithdrawn: false,
      isEnded: false,
    });
  }

  /** After a word of the pump about its volume. */
  delivered(pump: string, atMs: number, volumeInfusedMl: number): void {
    const run = this.table.get(pump);
    if (run === undefined) return;
    const next = runAfter(run, { atMs, volumeInfusedMl });
    if (next !== run) this.table.set(pump, next);
  }

  /** What the adapter and dosing itself say of a target. */
  take(event: StreamEvent): void {
    if (isEvent(event, TargetEnded) || isEvent(event, TargetStep)) this.#takeOfPump(event);
    else if (isEvent(event, AuthorisationWithdrawn))
      this.#withdraw(({ orderId }) => orderId === event.data.orderId);
    else if (isEvent(event, InfusionClosed)) this.#withdraw(({ infusionId }) => infusionId === event.subject);
  }

  #takeOfPump(event: StreamEvent): void {
    const run = this.table.get(event.subject);
    if (run === undefined) return;
    if (isEvent(event, TargetEnded) && event.data.commandId === run.commandId)
      this.table.set(event.subject, { ...run, isEnded: true });
    if (!isEvent(event, TargetStep) || event.data.commandId !== run.commandId) return;
    const { step, rateMlPerHour, isLast = false } = event.data;
    if (step <= run.lastStep) return;
    const lastStepMs = Date.parse(event.time);
    const isEnded = run.isEnded || isLast;
    this.table.set(event.subject, { ...run, lastStep: step, lastStepMs, rateMlPerHour, isEnded });
  }

  #withdraw(isIt: (run: TargetRun) => boolean): void {
    for (const [pump, run] of this.table.entries)
      if (!run.isWithdrawn && isIt(run)) this.table.set(pump, { ...run, isWithdrawn: true });
  }
}
