import { closeSync, writeSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { LineUnavailableError } from '../errors.js';
import { PumpLine, type LineAddress } from './pump-line.js';

/** The part of the package's native module that we use: `openpty(3)`, which its typed face does not show. */
interface NativePty {
  open(
    columns: number,
    rows: number,
  ): { readonly master: number; readonly slave: number; readonly pty: string };
}

/** Both ends of one pseudo-terminal. */
interface Terminal {
  readonly path: string;
  readonly master: ReadStream;
  readonly masterDescriptor: number;
  readonly keeper: ReadStream;
  readonly slaveDescriptor: number;
}

/**
 * A pump on a pseudo-terminal, behind a symbolic link that keeps its name.
 *
 * We hold the far end open ourselves, in raw mode and without reading from it: otherwise the near end would break as
 * soon as the first driver leaves. The package's own `open()` reads from the far end and so would eat our answers, which
 * is why its native call is used. Its `destroy()` must never be called: it signals every process.
 *
 * KNOWN: a driver that leaves without reading its answer leaves it for the next one, as the kernel keeps it.
 */
export class PtyLine extends PumpLine {
  readonly address: LineAddress;
  readonly #folder: string;
  readonly #link: string;
  #terminal: Terminal | null = null;

  constructor(folder: string, name: string) {
    super();
    this.#folder = folder;
    this.#link = join(folder, name);
    this.address = { kind: 'pty', path: this.#link };
  }

  get plugged(): boolean {
    return this.#terminal !== null;
  }

  async open(): Promise<void> {
    await this.replug();
  }

  async replug(): Promise<void> {
    if (this.#terminal !== null) return;
    const terminal = openTerminal();
    try {
      await mkdir(this.#folder, { recursive: true });
      const fresh = `${this.#link}.new`;
      await rm(fresh, { force: true });
      await symlink(terminal.path, fresh);
      await rename(fresh, this.#link);
    } catch (error) {
      closeTerminal(terminal);
      throw new LineUnavailableError(`cannot make the link ${this.#link}`, { cause: error });
    }
    terminal.master.on('data', (bytes: Buffer) => this.onBytes(bytes));
    terminal.master.on('error', () => undefined); // the end of the terminal is reported by whoever ended it
    this.#terminal = terminal;
  }

  /**
   * Written by hand: Node would wait, and with it the whole ward, until a driver makes room in the kernel's 4 KiB. The
   * package opens the descriptor non-blocking, so a full terminal says EAGAIN, and what did not fit is lost.
   */
  write(bytes: Uint8Array): void {
    if (this.#terminal === null) return;
    try {
      writeSync(this.#terminal.masterDescriptor, bytes);
    } catch {
      // lost, as on a real line that nobody listens to
    }
  }

  async unplug(): Promise<void> {
    const terminal = this.#terminal;
    this.#terminal = null;
    if (terminal === null) return;
    closeTerminal(terminal);
    await rm(this.#link, { force: true });
  }

  async close(): Promise<void> {
    await this.unplug();
  }
}

function openTerminal(): Terminal {
  try {
    const pair = nativePty().open(80, 24);
    const master = new ReadStream(pair.master);
    const keeper = new ReadStream(pair.slave);
    keeper.setRawMode(true);
    return {
      path: pair.pty,
      master,
      masterDescriptor: pair.master,
      keeper,
      slaveDescriptor: pair.slave,
    };
  } catch (error) {
    throw new LineUnavailableError('no pseudo-terminal can be had', { cause: error });
  }
}

function closeTerminal({ master, keeper, slaveDescriptor }: Terminal): void {
  master.destroy();
  keeper.destroy();
  closeSync(slaveDescriptor); // Node opened the terminal a second time for the keeper and leaves the first to us
}

function nativePty(): NativePty {
  const require = createRequire(import.meta.url);
  // A boundary: the package ships no types for its loader.
  const loader = require('@lydell/node-pty/requireBinary.js') as { requireBinary(file: string): NativePty };
  return loader.requireBinary('pty.node');
}
