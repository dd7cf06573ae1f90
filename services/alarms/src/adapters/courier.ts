import { LatencyWindow, type Quantiles } from '@bcmed/telemetry';
import type { AlarmDesk } from '../commands/alarm-desk.js';
import type { Parcel } from '../domain/delivery.js';
import type { AlarmStore } from './alarm-store.js';
import type { Clock } from './clock.js';
import type { Way } from './way.js';

export interface CourierSettings {
  readonly store: AlarmStore;
  readonly desk: AlarmDesk;
  readonly clock: Clock;
  readonly ways: readonly Way[];
  /** Parcels of one way that are under way at once: a slow receiver must not hold back the next alarm. */
  readonly atOnce?: number;
}

const AT_ONCE = 8;

/** Carries parcels until there is a receipt. Each way by itself: a mail server that hangs does not delay a webhook. */
export class Courier {
  readonly latency = new LatencyWindow();
  readonly #underWay = new Map<string, Promise<void>>();
  #stopped = false;
  #fault: string | undefined;

  constructor(private readonly settings: CourierSettings) {}

  get fault(): string | undefined {
    return this.#fault;
  }

  get quantiles(): Quantiles | null {
    return this.latency.quantiles();
  }

  /** Takes up whatever is due. */
  wake(): void {
    if (this.#stopped || !this.settings.desk.isLive) return;
    for (const way of this.settings.ways) this.#wake(way);
  }

  /** Begins nothing new, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#underWay.values());
    await Promise.all(this.settings.ways.map((way) => way.close()));
  }

  #wake(way: Way): void {
    const { store, clock, desk, atOnce = AT_ONCE } = this.settings;
    const begun = [...this.#underWay.keys()].filter((name) => name.startsWith(`${way.channel}/`)).length;
    // Those under way are due as well: ask for as many more.
    for (const parcel of store.parcels.due(way.channel, clock.nowMs(), begun + atOnce)) {
      const name = `${way.channel}/${parcel.key}`;
      if (this.#underWay.has(name) || this.#countOf(way) >= atOnce) continue;
      if (!desk.stillWanted(parcel)) continue;
      this.#underWay.set(name, this.#carry(way, parcel, name));
    }
  }

  #countOf({ channel }: Way): number {
    return [...this.#underWay.keys()].filter((name) => name.startsWith(`${channel}/`)).length;
  }

  async #carry(way: Way, parcel: Parcel, name: string): Promise<void> {
    const { clock, desk } = this.settings;
    try {
      const outcome = await way.deliver(parcel);
      if (outcome.ok) this.latency.add(clock.nowMs() - parcel.decidedMs);
      desk.tried(parcel, outcome);
      this.#fault = undefined;
    } catch (error) {
      // The receipt could not be written: the parcel stays and goes out again, with the same key.
      this.#fault = error instanceof Error ? error.message : String(error);
    } finally {
      this.#underWay.delete(name);
    }
    if (this.#fault === undefined) this.wake();
  }
}
