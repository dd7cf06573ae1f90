import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A disk of its own that can be filled. Takes root on Linux, since it is mounted. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Mounts one at a folder that does not exist yet; or says why there can be none. */
  static mount(folder: string, size: string): SmallDisk | string {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      return 'mounting a small disk takes root on Linux';
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', folder], {
        stdio: 'pipe',
      });
    } catch (error) {
      return `no small disk can be mounted here: ${error instanceof Error ? error.message.trim() : String(error)}`;
    }
    return new SmallDisk(folder);
  }

  /** Takes all the room that is left; again when something gave some back. */
  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (const size of [1 << 20, 1 << 12, 1]) fillWith(file, Buffer.alloc(size, 0x5a));
    } finally {
      closeSync(file);
    }
  }

  /** Gives the room back. */
  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  /** Also while files on it are open. */
  unmount(): void {
    execFileSync('umount', ['-l', this.folder]);
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }
}

function fillWith(file: number, piece: Buffer): void {
  try {
    for (;;) writeSync(file, piece);
  } catch {
    // No room for a piece of this size any more.
  }
}
