import type { BedAction } from '../bedside/floor.js';
import type { WardAction } from '../actions.js';

/** Something that goes wrong, or is put right: at a pump, at its cable, or at a bed. */
export type Fault =
  | { readonly pump: string; readonly action: WardAction }
  | { readonly pump: string; readonly cable: 'unplug' | 'replug' }
  | { readonly bed: string; readonly action: BedAction };

/** What happens at one moment of virtual time; `look` only brings a pump to that moment, for who wants to see it then. */
export type FaultStep = { readonly atMs: number } & ({ readonly fault: Fault } | { readonly look: string });

/** Does what a step says at its time; null when it was done, else why not. */
export type FaultHand = (step: FaultStep) => string | null;

/** How far the faults are. */
export interface FaultReport {
  readonly done: number;
  /** Faults that could not happen, with the reason; the newest are kept. */
  readonly refused: readonly {
    readonly atMs: number;
    readonly fault: Fault;
    readonly reason: string;
  }[];
}

const KEPT_REFUSALS = 20;

/** Lets faults happen in the order of their times, each at its own time however late we look: whoever owns the clock calls `advance`. */
export class FaultPlayer {
  readonly #steps: Iterator<FaultStep, void>;
  readonly #hand: FaultHand;
  readonly #refused: FaultReport['refused'][number][] = [];
  #done = 0;
  #next: FaultStep | null;

  constructor(steps: Iterator<FaultStep, void>, hand: FaultHand) {
    this.#steps = steps;
    this.#hand = hand;
    this.#next = this.#fetch();
  }

  get report(): FaultReport {
    return { done: this.#done, refused: [...this.#refused] };
  }

  /** Does everything that is due by `nowMs`. */
  advance(nowMs: number): void {
    while (this.#next !== null && this.#next.atMs <= nowMs) {
      this.#do(this.#next);
      this.#next = this.#fetch();
    }
  }

  #do(step: FaultStep): void {
    const reason = this.#hand(step);
    if ('look' in step) return;
    if (reason === null) {
      this.#done += 1;
      return;
    }
    this.#refused.push({ atMs: step.atMs, fault: step.fault, reason });
    if (this.#refused.length > KEPT_REFUSALS) this.#refused.shift();
  }

  #fetch(): FaultStep | null {
    const result = this.#steps.next();
    return result.done === true ? null : result.value;
  }
}

/** Several sources as one, in the order of time. A source is asked for more only once its step was taken. */
export function* merged(sources: readonly Iterator<FaultStep, void>[]): Generator<FaultStep, void> {
  const heads = sources.map((source) => source.next());
  for (;;) {
    let first = -1;
    let soonest = Infinity;
    for (const [index, head] of heads.entries()) {
      if (head.done === true || head.value.atMs >= soonest) continue;
      first = index;
      soonest = head.value.atMs;
    }
    const head = heads[first];
    if (head === undefined || head.done === true) return;
    yield head.value;
    const source = sources[first];
    if (source !== undefined) heads[first] = source.next();
  }
}
