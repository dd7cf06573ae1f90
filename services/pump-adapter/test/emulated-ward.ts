import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

const ICU = join(import.meta.dirname, '..', '..', '..', 'apps', 'icu', 'dist', 'main.js');

/** The truth about an emulated pump, as far as tests look at it. */
export interface PumpTruth {
  readonly running: boolean;
  readonly setRateMlPerHour: number;
  readonly volumeInfusedMl: number;
  readonly deliveredMl: number;
  readonly vtbi: { readonly volumeMl: number; readonly remainingMl: number } | null;
}

/** One emulated pump on a pseudo-terminal, as its own process. */
export class EmulatedWard {
  static readonly serial = '8002-51740';

  private constructor(
    private readonly folder: string,
    private readonly icu: ChildProcess,
  ) {}

  static async open(...options: string[]): Promise<EmulatedWard> {
    const folder = mkdtempSync(join(tmpdir(), 'emulated-ward-'));
    const portFile = join(folder, 'icu-port');
    const args = ['--pumps', '1', '--pty-dir', folder, '--control-port-file', portFile, ...options];
    const icu = fork(ICU, args, { silent: true, execArgv: [] });
    await vi.waitFor(() => readFileSync(portFile), { timeout: 30_000, interval: 25 });
    return new EmulatedWard(folder, icu);
  }

  /** For `PUMP_LINES`. */
  get line(): string {
    return `serial:${join(this.folder, `asena-${EmulatedWard.serial}`)}`;
  }

  async hand(action: string, more: object = {}): Promise<void> {
    const response = await fetch(this.#url('/actions'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action, ...more }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  async truth(): Promise<PumpTruth> {
    const response = await fetch(this.#url(''));
    // The emulator's own form; only what is named above is looked at.
    return ((await response.json()) as { state: PumpTruth }).state;
  }

  /** Frames that acted on the pump, oldest first. */
  async frames(): Promise<string[]> {
    const response = await fetch(this.#url('/frames'));
    return ((await response.json()) as { text: string }[]).map(({ text }) => text);
  }

  async close(): Promise<void> {
    if (this.icu.exitCode === null && this.icu.signalCode === null) {
      const gone = once(this.icu, 'exit');
      this.icu.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true });
  }

  #url(path: string): string {
    const port = readFileSync(join(this.folder, 'icu-port'), 'utf8').trim();
    return `http://127.0.0.1:${port}/pumps/${EmulatedWard.serial}${path}`;
  }
}
