import { rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { PumpLine } from './adapters/pump-line.js';
import { PtyLine } from './adapters/pty-line.js';
import { TcpLine } from './adapters/tcp-line.js';
import type { IcuOptions } from './cli.js';
import { serveControl } from './control/server.js';
import { SESSIONS } from './sessions/index.js';
import { Ward } from './ward.js';
import { planWard } from './ward-plan.js';

/** One line on the standard output. */
export type Say = (fact: { readonly fact: string } & Readonly<Record<string, unknown>>) => void;

const DEFAULT_SESSION_SECONDS = 60;
const LOOPBACK = '127.0.0.1';

/**
 * A running mock ICU. `close` ends sessions and lines, removes what was put into the file system, and leaves nothing.
 */
export class Icu {
  readonly ward: Ward;
  readonly controlUrl: string;
  readonly #control: Server;
  readonly #options: IcuOptions;

  private constructor(ward: Ward, control: { server: Server; url: string }, options: IcuOptions) {
    this.ward = ward;
    this.#control = control.server;
    this.controlUrl = control.url;
    this.#options = options;
  }

  /** Opens everything and says so, fact by fact. @throws LineUnavailableError, with nothing left open. */
  static async open(options: IcuOptions, say: Say): Promise<Icu> {
    const beds = planWard(options.pumps, options.seed).map((setup, index) => ({
      setup,
      line: line(options, setup.serial, index),
    }));
    const onSessionEnd = (report: object): void => say({ fact: 'session-finished', ...report });
    const ward = new Ward(beds, { ...options, onSessionEnd });
    try {
      await ward.open();
      const icu = new Icu(ward, await serveControl(ward, options.controlPort), options);
      await icu.#announce(say);
      return icu;
    } catch (error) {
      await ward.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#control.closeAllConnections();
    this.#control.close();
    if (this.#options.controlPortFile !== null) await rm(this.#options.controlPortFile, { force: true });
    await this.ward.close();
  }

  async #announce(say: Say): Promise<void> {
    for (const serial of this.ward.serials) {
      const truth = this.ward.truth(serial);
      say({ fact: 'pump-ready', serial, drugName: truth?.state.drugName, line: truth?.line });
    }
    const { controlPortFile, session: name, pumps, seed, speed } = this.#options;
    if (controlPortFile !== null) await writeWhole(controlPortFile, new URL(this.controlUrl).port);
    const session = SESSIONS.get(name ?? '');
    if (session !== undefined) this.ward.play(session, DEFAULT_SESSION_SECONDS);
    say({ fact: 'ready', control: this.controlUrl, pumps, seed, speed, session: name });
  }
}

function line({ lines }: IcuOptions, serial: string, index: number): PumpLine {
  if (lines.kind === 'pty') return new PtyLine(lines.folder, `asena-${serial}`);
  return new TcpLine(LOOPBACK, lines.port === 0 ? 0 : lines.port + index);
}

/** A reader never sees half of the file. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, `${text}\n`);
  await rename(`${path}.new`, path);
}
