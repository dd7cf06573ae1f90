import type { PassPerson, PassVerifier } from '@bcmed/site-trust';
import type { EndCause } from '../reactions/site-inbox.js';
import { LiveLine, type LineSources, type LineWriter } from './live-line.js';

/** So long does a change wait at most before it is told, where the line has told nothing just before. */
const TICK_MS = 25;
const SWEEP_MS = 10_000;
/** Windows of one session; the oldest line makes room for one more. */
const MOST_OF_ONE_SESSION = 16;

export interface LiveLinesSettings extends LineSources {
  readonly verifier: PassVerifier;
  readonly causeOf: (sessionId: string) => EndCause | undefined;
  readonly sweep: (nowMs: number) => void;
  readonly nowMs?: () => number;
}

/** All lines to browsers: one tick for all, and the end of those whose session is over. */
export class LiveLines {
  readonly #lines = new Set<LiveLine>();
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #sweptMs = 0;

  constructor(private readonly settings: LiveLinesSettings) {
    this.#nowMs = settings.nowMs ?? Date.now;
  }

  get count(): number {
    return this.#lines.size;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const line of this.#lines) line.end();
    this.#lines.clear();
  }

  /** Opens a line for somebody who has just proved who they are; the returned function is for its end. */
  add(who: PassPerson, writer: LineWriter, after: string | undefined): () => void {
    const line = new LiveLine(who, this.settings, writer);
    this.settings.permissions.refresh();
    line.open(after, this.#nowMs());
    this.#lines.add(line);
    const [oldest, ...others] = [...this.#lines].filter(
      ({ who: { sessionId } }) => sessionId === who.sessionId,
    );
    if (oldest !== undefined && others.length >= MOST_OF_ONE_SESSION) {
      oldest.end();
      this.#lines.delete(oldest);
    }
    return () => void this.#lines.delete(line);
  }

  /** Everybody begins anew, for example when the past was read. */
  snapshots(): void {
    for (const line of this.#lines) line.snapshot(this.#nowMs());
  }

  tick(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#sweptMs >= SWEEP_MS) {
      this.#sweptMs = nowMs;
      this.settings.sweep(nowMs);
    }
    this.settings.permissions.refresh();
    for (const line of this.#lines) {
      const fault = this.settings.verifier.faultOf(line.who);
      if (fault !== undefined) {
        const cause = this.settings.causeOf(line.who.sessionId);
        line.signOut(fault === 'session-ended' ? (cause ?? 'signed-out') : 'revoked', nowMs);
        this.#lines.delete(line);
      } else if (!line.tick(nowMs)) this.#lines.delete(line);
    }
  }
}
