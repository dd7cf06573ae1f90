import type { PumpOrder } from '@bcmed/events';
import type { Clock } from '../adapters/clock.js';
import { authorisationFor, readOrder } from '../domain/order/index.js';
import type { InfusionRow } from '../views/infusions.js';
import type { Ward } from '../views/ward.js';
import type { Feedback } from './feedback.js';
import type { FollowUp } from './follow-up.js';

export interface DeadlinesSettings {
  readonly clock: Clock;
  readonly ward: Ward;
  readonly feedback: Feedback;
  /** How long after its expiry a command may still be answered. */
  readonly marginMs: number;
  /** So long without vitals of its patient, and what was authorised upon vitals is withdrawn. */
  readonly vitalsLostAfterMs: number;
  /** When else something is due, in ms of the wall's clock. */
  readonly alsoDueMs: () => number;
  /** Takes what has fallen due; what fails falls due again. */
  readonly due: (followUps: readonly FollowUp[]) => Promise<void>;
}

interface Due {
  readonly atMs: number;
  readonly followUp: FollowUp;
}

/** Longest sleep, and pause after a failure. */
const LONGEST_MS = 60_000;
const AGAIN_MS = 1_000;

/** Says when the time of an order or of a command has run out, or nothing is heard of a patient. One timer, set anew whenever something changed. */
export class Deadlines {
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isOver = false;
  /** An order's text is parsed once. */
  readonly #expiry = new WeakMap<object, number>();

  constructor(private readonly settings: DeadlinesSettings) {}

  set(leastMs = 0): void {
    clearTimeout(this.#timer);
    if (this.#isOver || this.#isBusy) return;
    const next = Math.min(this.settings.alsoDueMs(), ...this.#all().map(({ atMs }) => atMs));
    if (next === Infinity) return;
    const wait = Math.max(leastMs, next - this.settings.clock.wallMs() + 1);
    this.#timer = setTimeout(() => void this.#fire(), Math.min(wait, LONGEST_MS));
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  async #fire(): Promise<void> {
    const nowMs = this.settings.clock.wallMs();
    const due = this.#all().filter(({ atMs }) => atMs <= nowMs);
    this.#isBusy = true;
    const failed = await this.settings.due(due.map(({ followUp }) => followUp)).then(
      () => false,
      () => true,
    );
    this.#isBusy = false;
    this.set(failed || due.length > 0 ? AGAIN_MS : 0);
  }

  #all(): Due[] {
    return this.settings.ward.infusions.table.entries.flatMap(([id, row]) => [
      ...this.#pending(id, row),
      ...this.#awaiting(id, row),
      ...this.#blind(id, row),
    ]);
  }

  #pending(id: string, { state: { pending } }: InfusionRow): Due[] {
    if (pending === undefined) return [];
    const followUp = this.settings.feedback.expired(id, pending.orderId);
    return [{ atMs: this.#expiresMs(pending), followUp }];
  }

  #awaiting(id: string, { awaiting, state }: InfusionRow): Due[] {
    const authorised = awaiting && authorisationFor(state, awaiting.orderId);
    if (awaiting === undefined || authorised?.commandId !== awaiting.commandId) return [];
    const followUp = this.settings.feedback.unanswered(id, awaiting.commandId);
    return [{ atMs: this.#expiresMs(authorised.placed) + this.settings.marginMs, followUp }];
  }

  #blind(id: string, { state }: InfusionRow): Due[] {
    const { feedback, vitalsLostAfterMs: afterMs, clock } = this.settings;
    const { authorised } = state;
    if (authorised?.vitals === undefined) return [];
    const atMs = clock.wallMs() + afterMs - feedback.vitalsAgeMs(state);
    return [{ atMs, followUp: feedback.vitalsLost(id, authorised.orderId, afterMs) }];
  }

  #expiresMs(placed: { readonly order: { readonly text: string } }): number {
    const known = this.#expiry.get(placed);
    if (known !== undefined) return known;
    const order = readOrder(placed.order.text);
    const expiresMs = (Date.parse(order?.expiresAt ?? '') || 0) + takesMs(order);
    this.#expiry.set(placed, expiresMs);
    return expiresMs;
  }
}

/** What is carried out at once takes no time; a bolus may begin at its last moment, and is answered when it is in. */
function takesMs(order: PumpOrder | undefined): number {
  if (order?.action !== 'bolus') return 0;
  const { volumeMl = 0, rateMlPerHour = 0 } = order;
  return rateMlPerHour > 0 ? (volumeMl / rateMlPerHour) * 3_600_000 : 0;
}
