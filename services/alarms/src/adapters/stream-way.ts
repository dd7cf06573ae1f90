import type { Outcome, Parcel } from '../domain/delivery.js';
import type { AlarmStore, FeedItem } from './alarm-store.js';
import { Way } from './way.js';

/** One open answer of server-sent events. */
export interface Listener {
  /** Returns whether the bytes were taken; a listener that is too slow is dropped and may come again. */
  write(text: string): boolean;
  end(): void;
  /** Whether who listens is still somebody who may; asked when people change. */
  mayStay(): boolean;
}

interface Open {
  readonly listener: Listener;
  /** Last line of the feed that it has. */
  number: number;
}

const PAGE = 500;
/** A comment line, so that proxies and listeners see that the line is alive. */
export const HEARTBEAT = ': alive\n\n';

/**
 * Notifications and changes as server-sent events. A listener that comes again with `Last-Event-ID` gets what it missed;
 * one without, or that was away for too long, first gets a snapshot of what is open. Delivered means: written to at least one
 * listener. KNOWN: whether a person looks at it, only an acknowledgement tells.
 */
export class StreamWay extends Way {
  readonly channel = 'stream';
  readonly #open = new Set<Open>();
  /** Called when somebody began to listen. */
  onListener: () => void = () => undefined;

  constructor(
    private readonly store: AlarmStore,
    private readonly snapshot: () => unknown,
  ) {
    super();
  }

  get listeners(): number {
    return this.#open.size;
  }

  /** Begins to feed a listener; the returned function ends it. */
  listen(listener: Listener, lastEventId: string | undefined): () => void {
    const open: Open = { listener, number: this.#resume(lastEventId) ?? -1 };
    if (open.number < 0) {
      open.number = this.store.feedRange().last;
      const json = JSON.stringify(this.snapshot());
      listener.write(this.#frame({ number: open.number, event: 'snapshot', json }));
    }
    this.#open.add(open);
    this.flush();
    this.onListener();
    return () => void this.#open.delete(open);
  }

  /** People have changed: whoever may not stay is let go. */
  onPeople(): void {
    for (const open of this.#open) if (!open.listener.mayStay()) this.#drop(open);
  }

  /** Writes what is new to everybody. */
  flush(): void {
    for (const open of this.#open) this.#catchUp(open);
  }

  beat(): void {
    for (const open of this.#open) if (!open.listener.write(HEARTBEAT)) this.#drop(open);
  }

  deliver({ feed }: Parcel): Promise<Outcome> {
    this.flush();
    const reached = [...this.#open].filter(({ number }) => number >= feed).length;
    return Promise.resolve(
      reached > 0
        ? { ok: true, receipt: `written to ${reached} ${reached === 1 ? 'listener' : 'listeners'}` }
        : { ok: false, retry: true, detail: 'nobody listens' },
    );
  }

  override close(): Promise<void> {
    for (const { listener } of this.#open) listener.end();
    this.#open.clear();
    return Promise.resolve();
  }

  #catchUp(open: Open): void {
    for (;;) {
      const lines = this.store.feedAfter(open.number, PAGE);
      for (const line of lines) {
        if (!open.listener.write(this.#frame(line))) {
          this.#drop(open);
          return;
        }
        open.number = line.number;
      }
      if (lines.length < PAGE) return;
    }
  }

  #drop(open: Open): void {
    this.#open.delete(open);
    open.listener.end();
  }

  /** The number to go on after; undefined when it cannot be served from the feed. */
  #resume(lastEventId: string | undefined): number | undefined {
    const [, generation, digits] = /^([0-9a-f]{8})-([0-9]{1,15})$/.exec(lastEventId ?? '') ?? [];
    if (digits === undefined || generation !== this.store.generation) return undefined;
    const number = Number(digits);
    const { first, last } = this.store.feedRange();
    return number >= first - 1 && number <= last ? number : undefined;
  }

  /** JSON has no line breaks of its own, so one data line is enough. */
  #frame({ number, event, json }: FeedItem): string {
    return `id: ${this.store.generation}-${number}\nevent: ${event}\ndata: ${json}\n\n`;
  }
}
