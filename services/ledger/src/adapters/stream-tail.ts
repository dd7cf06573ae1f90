import { sealOf, watchConnection, type EventLog, type LogMessage } from '@bcmed/event-log';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { entryBytes } from '@bcmed/seal';
import type { PendingLeaf } from '../domain/block.js';
import { StreamShorterThanTreeError } from '../errors.js';
import type { LedgerStore } from './ledger-store.js';

const REMEDY =
  "stop every sender, restore the tail of the stream from the broker's backup, and start the ledger again";

/**
 * Whether the stream still holds what the tree was grown from. A broker that comes back with less gives the positions of lost events
 * to the next ones: nothing of it may become a leaf, and nothing may be appended to it.
 *
 * The last leaf tells: the stream must reach its position and have the same bytes there, however much was appended since. It is
 * compared when somebody first asks, and again after every loss of the line, since only a broker that was away can lose anything.
 * Once lost is lost until the process ends: a tail that is restored meanwhile may have been written to.
 *
 * KNOWN: an append that was waiting for the line goes out before the comparison, so one announcement may stand in a lost position.
 */
export class StreamTail {
  #line = 0;
  #comparedOn = -1;
  #lost: StreamShorterThanTreeError | undefined;
  /** Called once, as soon as it is known. */
  onLost: (error: StreamShorterThanTreeError) => void = () => undefined;

  constructor(
    private readonly events: EventLog,
    private readonly store: LedgerStore,
  ) {
    watchConnection(events.connection).onChange((event) => {
      this.#line++;
      // Whoever needs the answer asks again; this is only so that the health page need not wait for an event.
      if (event === 'reconnect') void this.require().catch(() => undefined);
    });
  }

  /** Set when the stream has lost what the tree holds. */
  get lost(): StreamShorterThanTreeError | undefined {
    return this.#lost;
  }

  /**
   * Resolves when the stream holds what the tree was grown from. Throws StreamShorterThanTreeError when it does not, and EventLogError
   * when the broker cannot be asked. Costs nothing while the line stands.
   */
  async require(): Promise<void> {
    if (this.#lost) throw this.#lost;
    const line = this.#line;
    if (this.#comparedOn === line) return;
    const difference = await this.#difference();
    if (difference !== undefined) throw this.#lose(difference);
    this.#comparedOn = line;
  }

  /** Where the subscription goes on. Never resolves when the tail is lost: the process stays, and does not listen. */
  resumeAfter(): Promise<bigint> {
    if (this.#lost) return new Promise(() => undefined);
    return Promise.resolve(this.store.lastPosition);
  }

  #lose(difference: string): StreamShorterThanTreeError {
    if (this.#lost) return this.#lost;
    this.#lost = new StreamShorterThanTreeError(`${difference}: ${REMEDY}`);
    this.onLost(this.#lost);
    return this.#lost;
  }

  async #difference(): Promise<string | undefined> {
    const size = this.store.lastPosition;
    const [leaf] = this.store.leavesFrom(size, 1);
    if (!leaf) return undefined;
    const last = await this.events.lastPosition();
    const text = size.toString();
    if (last < size) return `the stream ends at position ${last.toString()}, the tree has ${text} leaves`;
    const message = await this.events.readAt(size);
    // A hole below the end is damage of another kind, which every verification names.
    if (!message || isGrownFrom(leaf, message)) return undefined;
    return `the stream has another event at position ${text} than the tree, so it had lost its tail when it was written to`;
  }
}

function isGrownFrom({ hash, exception }: PendingLeaf, message: LogMessage): boolean {
  const entryHash = exception ? exception.entryHash : hashToBase64Url(hash);
  return entryHash === hashToBase64Url(leafHash(entryBytes(sealOf(message), message.body)));
}
