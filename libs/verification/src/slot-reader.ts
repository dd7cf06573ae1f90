import type { StreamSlot } from '@bcmed/admission';
import type { LogSource } from './ports.js';

/** Hands out the positions of a log one after the other, up to where the caller wants them, also while the log grows. */
export class SlotReader {
  #next: bigint;
  #last: bigint | undefined;
  #open: AsyncIterator<StreamSlot> | undefined;
  #openedAt = 0n;

  constructor(
    private readonly log: LogSource,
    from: bigint,
  ) {
    this.#next = from;
  }

  /** The position that comes next. */
  get next(): bigint {
    return this.#next;
  }

  /** Last position as it was told last; 0n before anybody asked. */
  get knownLast(): bigint {
    return this.#last ?? 0n;
  }

  /** Last position of the log as far as it is known; asks the log again when `atLeast` lies beyond. */
  async lastPosition(atLeast?: bigint): Promise<bigint> {
    if (this.#last === undefined || (atLeast !== undefined && this.#last < atLeast))
      this.#last = await this.log.lastPosition();
    return this.#last;
  }

  /** The slots up to `to`, or to the end of the log if that comes first. */
  async *upTo(to: bigint): AsyncGenerator<StreamSlot, void> {
    const last = await this.lastPosition(to);
    const end = to < last ? to : last;
    while (this.#next <= end) {
      this.#open ??= this.#openHere(last);
      const step = await this.#open.next();
      if (step.done === true) {
        const resumed = this.#openedAt < this.#next;
        this.#open = undefined;
        if (!resumed) return; // a source that promised more than it has
        continue;
      }
      this.#next = step.value.position + 1n;
      yield step.value;
    }
  }

  #openHere(last: bigint): AsyncIterator<StreamSlot> {
    this.#openedAt = this.#next;
    return this.log.slots(this.#next, last)[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.#open?.return?.();
    this.#open = undefined;
  }
}
