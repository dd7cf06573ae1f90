import type { AlarmDesk } from '../commands/alarm-desk.js';
import type { Door } from '../commands/door.js';
import type { ThresholdBook } from '../commands/threshold-book.js';
import type { AlarmStore } from './alarm-store.js';
import type { Clock } from './clock.js';
import type { Courier } from './courier.js';
import type { StreamWay } from './stream-way.js';

const LONGEST_MS = 5_000;
const AGAIN_MS = 200;
const LEAST_MS = 5;

/** The one timer of the service: sleeps until the next thing is due, and is set anew whenever something changes. */
export class Heart {
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #beatMs = 0;
  /** Why the last beat failed; undefined while all is well. */
  fault: string | undefined;

  constructor(
    private readonly parts: {
      readonly desk: AlarmDesk;
      readonly thresholds: ThresholdBook;
      readonly door: Door;
      readonly store: AlarmStore;
      readonly clock: Clock;
      readonly courier: Courier;
      readonly stream: StreamWay;
    },
  ) {}

  /** Looks again when the next thing is due. */
  set(): void {
    if (this.#stopped || !this.parts.desk.isLive) return;
    const { desk, thresholds, door, store, clock } = this.parts;
    const next = Math.min(desk.dueMs, thresholds.dueMs, door.dueMs, store.parcels.nextMs(clock.nowMs()));
    const due = next - clock.nowMs();
    clearTimeout(this.#timer);
    const least = this.fault === undefined ? LEAST_MS : AGAIN_MS;
    this.#timer = setTimeout(() => this.#beat(), Math.min(LONGEST_MS, Math.max(least, Math.ceil(due))));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #beat(): void {
    const { desk, thresholds, door, courier, stream, clock } = this.parts;
    try {
      desk.tick();
      if (clock.nowMs() >= thresholds.dueMs) thresholds.learn();
      if (clock.nowMs() >= door.dueMs) door.sayCounts();
      courier.wake();
      if (clock.nowMs() - this.#beatMs >= LONGEST_MS) {
        this.#beatMs = clock.nowMs();
        stream.beat();
      }
      this.fault = courier.fault;
    } catch (error) {
      this.fault = error instanceof Error ? error.message : String(error);
    }
    this.set();
  }
}
