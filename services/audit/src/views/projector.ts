import { setTimeout as pause } from 'node:timers/promises';
import type { StreamSlot } from '@bcmed/admission';
import type { EventLog, LogMessage } from '@bcmed/event-log';
import type { HealthCheck } from '@bcmed/service-kit';
import { slotOf } from '@bcmed/verification';
import { projectBatch, readPosition, rebuild, type Projection } from '@bcmed/views';
import type { Database, Tx } from '../adapters/database.js';

const LAG_THAT_IS_WORTH_A_LOOK = 1_000n;
const LOOK_EVERY_MS = 20;

/**
 * Keeps one view at the end of one stream. Batches come from the subscription; what they lack, because another process was
 * faster, the view was dropped, or the stream has a hole, is read from the stream itself.
 */
export class Projector {
  #position: bigint | undefined;
  #failure: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly view: Projection<StreamSlot, Tx>,
    private readonly log: EventLog,
    private readonly onFailure: () => void = () => undefined,
  ) {}

  /** Last position whose rows are committed; reads it from the database, which must be ready. */
  async position(): Promise<bigint> {
    return (this.#position = await readPosition(this.database.client, this.view.name));
  }

  /** Applies a batch; when it resolves, its rows are durable. Throws what stood in the way: the same batch may come again. */
  async project(batch: readonly LogMessage[]): Promise<void> {
    await this.database.ready();
    try {
      for (const run of consecutive(batch.map(slotOf))) {
        const [first] = run;
        if (first)
          this.#position = await projectBatch(
            this.database.client,
            this.view,
            { first: first.position, items: run },
            { readRange: (from, to) => this.#slots(from, to) },
          );
      }
      this.#failure = undefined;
    } catch (error) {
      this.onFailure();
      this.#failure = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** Resolves to whether the view reached a position in time. */
  async reaches(position: bigint, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (performance.now() < deadline) {
      if ((this.#position ?? 0n) >= position || (await this.position()) >= position) return true;
      await pause(LOOK_EVERY_MS);
    }
    return false;
  }

  /** Empties the view; the next batch fills it again from position 1. */
  async rebuild(): Promise<void> {
    await rebuild(this.database.client, this.view);
    this.#position = 0n;
  }

  health(): HealthCheck {
    return {
      name: `view-${this.view.name}`,
      check: async () => {
        const [position, last] = await Promise.all([this.position(), this.log.lastPosition()]);
        const lag = last - position;
        const detail = `at ${position.toString()} of ${last.toString()}`;
        if (this.#failure !== undefined)
          return { status: 'degraded', detail: `${detail}; last attempt failed: ${this.#failure}` };
        return { status: lag > LAG_THAT_IS_WORTH_A_LOOK ? 'degraded' : 'up', detail };
      },
    };
  }

  async *#slots(from: bigint, to: bigint): AsyncGenerator<StreamSlot, void> {
    for await (const entry of this.log.readRange(from, to)) yield slotOf(entry);
  }
}

/** A batch as runs of consecutive positions. */
function consecutive(slots: readonly StreamSlot[]): StreamSlot[][] {
  const runs: StreamSlot[][] = [];
  let previous: bigint | undefined;
  for (const slot of slots) {
    if (previous !== undefined && slot.position === previous + 1n) runs.at(-1)?.push(slot);
    else runs.push([slot]);
    previous = slot.position;
  }
  return runs;
}
