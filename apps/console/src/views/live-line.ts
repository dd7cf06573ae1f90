import type { Board, Entry, Whose } from '../domain/board.js';
import type { Change, LiveMessage, NotShown, Snapshot } from '../domain/live.js';
import type { ReadPermissions } from './read-permissions.js';

/** What a line writes to; the members of an HTTP response that it needs. */
export interface LineWriter {
  write(text: string): unknown;
  end(): unknown;
  destroy(): unknown;
  readonly writableLength: number;
}

/** What a line tells of. */
export interface LineSources {
  /** Differs in every process: what another one counted says nothing here. */
  readonly boot: string;
  readonly board: Board;
  readonly permissions: ReadPermissions;
  readonly position: () => bigint;
  readonly pictures: (
    nowMs: number,
  ) => readonly { readonly change: Change; readonly whose: Whose | undefined }[];
}

/** A word is said at least so often, so that whoever hears nothing knows that the line is dead. */
const BEAT_MS = 2_000;
/** At most ten deltas in a second; the first after a pause goes out at the next tick. */
const DELTA_EVERY_MS = 100;
/** With so much unsent, a line waits and then tells the newest state instead of every step to it. */
const ENOUGH_UNSENT_BYTES = 256 * 1_024;
/** A line that takes nothing for so long is closed. */
const PATIENCE_MS = 15_000;

/**
 * One browser's line: a snapshot, then what changes of what this person may read. Whoever may suddenly read more or less gets a new
 * snapshot, so nothing that was shown stays.
 */
export class LiveLine {
  #sent = 0;
  #version = 0;
  #saidMs = 0;
  #deltaMs = 0;
  #unsent = 0;
  #tookMs = 0;
  /** Keys of what this browser has. */
  readonly #shown = new Set<string>();

  constructor(
    readonly who: { readonly person: string; readonly sessionId: string; readonly credentialId: string },
    private readonly sources: LineSources,
    private readonly writer: LineWriter,
  ) {}

  /** `after` is the id of the last message that the browser has. */
  open(after: string | undefined, nowMs: number): void {
    this.#tookMs = nowMs;
    this.#version = this.sources.permissions.versionOf(this.who.person);
    const from = this.#resumeAt(after);
    if (from === undefined) this.snapshot(nowMs);
    else this.#resume(from, nowMs);
  }

  /** Says what there is to say now. False when the line is of no use any more. */
  tick(nowMs: number): boolean {
    const { writableLength: unsent } = this.writer;
    if (unsent === 0 || unsent < this.#unsent) this.#tookMs = nowMs;
    this.#unsent = unsent;
    if (nowMs - this.#tookMs > PATIENCE_MS) {
      this.writer.destroy();
      return false;
    }
    if (unsent > ENOUGH_UNSENT_BYTES) return true;
    if (this.#version !== this.sources.permissions.versionOf(this.who.person)) this.snapshot(nowMs);
    else if (this.sources.board.changes > this.#sent && nowMs - this.#deltaMs >= DELTA_EVERY_MS)
      this.#delta(nowMs);
    if (nowMs - this.#saidMs >= BEAT_MS) this.#say('beat', { at: at(nowMs) }, nowMs);
    return true;
  }

  /** Tells everything that this person may read. */
  snapshot(nowMs: number): void {
    const { board, permissions, pictures } = this.sources;
    const { person } = this.who;
    this.#version = permissions.versionOf(person);
    this.#shown.clear();
    const changes: Change[] = [];
    const hidden = new Map<string, NotShown>();
    for (const { change, whose } of pictures(nowMs))
      if (permissions.mayRead(person, whose)) changes.push(change);
    for (const { key, value, whose } of board.entries) {
      if (value === undefined || value.of === 'approval') continue;
      if (permissions.mayRead(person, whose)) {
        this.#shown.add(key);
        changes.push(value);
      } else if (whose !== undefined && !hidden.has(whose.unit))
        hidden.set(whose.unit, { unit: whose.unit, words: permissions.wordsFor(person, whose) });
    }
    this.#sent = board.changes;
    const snapshot: Snapshot = { ...this.#message(changes, nowMs), notShown: [...hidden.values()] };
    this.#say('snapshot', snapshot, nowMs, this.#id());
  }

  /** The session is over. */
  signOut(reason: string, nowMs: number): void {
    this.#say('signed-out', { at: at(nowMs), reason }, nowMs);
    this.writer.end();
  }

  end(): void {
    this.writer.end();
  }

  #delta(nowMs: number): void {
    const { board } = this.sources;
    const changes: Change[] = [];
    for (const entry of board.entries) {
      if (entry.change <= this.#sent) continue;
      const change = this.#toldOf(entry);
      if (change !== undefined) changes.push(change);
    }
    this.#sent = board.changes;
    if (changes.length === 0) return;
    this.#deltaMs = nowMs;
    this.#say('delta', this.#message(changes, nowMs), nowMs, this.#id());
  }

  /** What this browser is to hear of an entry that changed. */
  #toldOf({ key, value, whose, gone }: Entry): Change | undefined {
    const isReadable = value !== undefined && this.sources.permissions.mayRead(this.who.person, whose);
    if (isReadable) {
      this.#shown.add(key);
      return value;
    }
    return this.#shown.delete(key) ? gone : undefined;
  }

  #resume(from: number, nowMs: number): void {
    const { board, permissions } = this.sources;
    const { person } = this.who;
    // It has what it may read, and may have what was somebody else's then.
    for (const { key, whose, moved } of board.entries)
      if (moved > from || permissions.mayRead(person, whose)) this.#shown.add(key);
    this.#sent = from;
    this.#delta(nowMs);
    if (this.#saidMs !== nowMs) this.#say('delta', this.#message([], nowMs), nowMs, this.#id());
  }

  /** The count from which this browser can go on; undefined when it has to begin anew. */
  #resumeAt(after: string | undefined): number | undefined {
    const [boot, change, version, ...person] = (after ?? '').split('.');
    const { board } = this.sources;
    const isOurs =
      boot === this.sources.boot && version === String(this.#version) && person.join('.') === this.who.person;
    const from = /^\d{1,15}$/.test(change ?? '') ? Number(change) : -1;
    return isOurs && board.remembers(from) ? from : undefined;
  }

  #id(): string {
    return [this.sources.boot, this.#sent, this.#version, this.who.person].join('.');
  }

  #message(changes: readonly Change[], nowMs: number): LiveMessage {
    return { at: at(nowMs), position: this.sources.position().toString(), changes };
  }

  #say(event: string, data: unknown, nowMs: number, id?: string): void {
    const named = id === undefined ? '' : `id: ${id}\n`;
    this.writer.write(`${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    this.#saidMs = nowMs;
  }
}

const at = (nowMs: number): string => new Date(nowMs).toISOString();
