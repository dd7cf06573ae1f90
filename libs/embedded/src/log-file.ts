import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';

const DEFAULT_LIMIT_BYTES = 16 * 1024 * 1024;
const CHECK_EVERY_MS = 5_000;

/**
 * Where a child's output goes, without passing through us: the child writes to the file itself, so nothing is lost
 * when we are killed, and a chatty child costs us nothing.
 *
 * Bounded: past the limit the file is copied to `<path>.1` and emptied, so that at most twice the limit (plus what is
 * written in five seconds) lies on the disk. Lines written between the copy and the emptying are lost, and what cannot
 * be copied is too; these are logs, not records. Mode 0600, because a log may name what a stranger should not read.
 */
export class LogFile {
  readonly #descriptor: number;
  readonly #startOffset: number;
  readonly #timer: NodeJS.Timeout;

  constructor(
    readonly path: string,
    private readonly limitBytes: number = DEFAULT_LIMIT_BYTES,
  ) {
    mkdirSync(dirname(path), { recursive: true });
    this.#descriptor = openSync(path, 'a+', 0o600);
    this.#startOffset = fstatSync(this.#descriptor).size;
    this.#timer = setInterval(() => this.rotateIfNeeded(), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  /** For `spawn`'s stdio. Opened for appending, which is what makes emptying the file under a writer safe. */
  get descriptor(): number {
    return this.#descriptor;
  }

  /** Moves the content aside when it outgrew the limit. Called by a timer; a test may call it itself. */
  rotateIfNeeded(): void {
    if (fstatSync(this.#descriptor).size <= this.limitBytes) return;
    try {
      copyFileSync(this.path, `${this.path}.1`);
    } catch {
      // A full disk: the old lines go, so that there is room for the new ones.
      rmSync(`${this.path}.1`, { force: true });
    }
    ftruncateSync(this.#descriptor, 0);
  }

  /** The last lines since this object was made: what an error message quotes. */
  tail(maxBytes = 4_096): string {
    const { size } = fstatSync(this.#descriptor);
    const from = Math.max(size < this.#startOffset ? 0 : this.#startOffset, size - maxBytes);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    const length = readSync(this.#descriptor, buffer, 0, buffer.length, from);
    return buffer.toString('utf8', 0, length).trim();
  }

  /** Ends our own use; the child keeps its descriptor. */
  close(): void {
    clearInterval(this.#timer);
    closeSync(this.#descriptor);
  }
}
