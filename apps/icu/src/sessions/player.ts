import type { WardAction } from '../domain/actions.js';
import type { Session, SessionContext, Step } from './session.js';

/** How a session stands, as the control interface shows it. */
export interface SessionReport {
  readonly name: string;
  readonly seconds: number | null;
  readonly elapsedSeconds: number;
  readonly steps: number;
  /** Steps that the pump did not take, with its reason; the newest are kept. */
  readonly refused: readonly {
    readonly atMs: number;
    readonly pump: number;
    readonly action: string;
    readonly reason: string;
  }[];
  readonly state: 'running' | 'finished' | 'stopped';
}

/** Does an action at a pump, counted from 0, at a time of the session; null when the pump took it. */
export type Hand = (pump: number, action: WardAction, atMs: number) => string | null;

const KEPT_REFUSALS = 20;

/** Plays one session on virtual time: whoever owns the clock calls `advance`. */
export class SessionPlayer {
  readonly #session: Session;
  readonly #seconds: number;
  readonly #iterator: Iterator<Step, void>;
  readonly #hand: Hand;
  readonly #refused: SessionReport['refused'][number][] = [];
  #next: Step | null;
  #elapsedMs = 0;
  #steps = 0;
  #stopped = false;

  constructor(session: Session, context: SessionContext, hand: Hand) {
    this.#session = session;
    this.#seconds = context.seconds;
    this.#hand = hand;
    this.#iterator = session.steps(context);
    this.#next = this.#fetch();
  }

  get report(): SessionReport {
    return {
      name: this.#session.name,
      seconds: this.#session.minimumSeconds === null ? null : this.#seconds,
      elapsedSeconds: this.#elapsedMs / 1000,
      steps: this.#steps,
      refused: [...this.#refused],
      state: this.#stopped ? 'stopped' : this.#next === null ? 'finished' : 'running',
    };
  }

  /** Does everything that is due by `elapsedMs` after the session's start. */
  advance(elapsedMs: number): void {
    if (this.#stopped || this.#next === null) return;
    this.#elapsedMs = elapsedMs;
    while (this.#next !== null && this.#next.atMs <= elapsedMs) {
      this.#do(this.#next);
      this.#next = this.#fetch();
    }
  }

  stop(): void {
    if (this.#next !== null) this.#stopped = true;
  }

  #do({ atMs, pump, action }: Step): void {
    if (action === null) return;
    this.#steps += 1;
    const reason = this.#hand(pump, action, atMs);
    if (reason === null) return;
    this.#refused.push({ atMs, pump, action: action.action, reason });
    if (this.#refused.length > KEPT_REFUSALS) this.#refused.shift();
  }

  #fetch(): Step | null {
    const result = this.#iterator.next();
    return result.done === true ? null : result.value;
  }
}
