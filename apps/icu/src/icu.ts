import { rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { PumpLine } from './adapters/pump-line.js';
import { PtyLine } from './adapters/pty-line.js';
import { TcpLine } from './adapters/tcp-line.js';
import type { IcuOptions } from './cli.js';
import { serveControl } from './control/server.js';
import { Floor } from './domain/bedside/floor.js';
import { Stay } from './domain/bedside/stay.js';
import { backgroundFaults } from './domain/faults/background.js';
import { merged, type FaultStep } from './domain/faults/fault.js';
import type { MonitorGateway } from './gateway/monitor-gateway.js';
import { readFaultScript } from './plan/fault-script.js';
import { planBeds, planFromFile, type FloorPlan, type PlannedPump } from './plan/floor-plan.js';
import { SESSIONS } from './sessions/index.js';
import { Ward } from './ward.js';
import { planWard } from './ward-plan.js';

/** One line on the standard output. */
export type Say = (fact: { readonly fact: string } & Readonly<Record<string, unknown>>) => void;

const DEFAULT_SESSION_SECONDS = 60;
const LOOPBACK = '127.0.0.1';

interface Parts {
  readonly ward: Ward;
  readonly floor: Floor | undefined;
  readonly gateway: MonitorGateway | undefined;
  readonly control: { readonly server: Server; readonly url: string };
}

/**
 * A running mock ICU. `close` ends sessions and lines, removes what was put into the file system, and leaves nothing.
 */
export class Icu {
  readonly ward: Ward;
  /** Absent on a ward of pumps alone. */
  readonly floor: Floor | undefined;
  readonly controlUrl: string;
  readonly #control: Server;
  readonly #gateway: MonitorGateway | undefined;
  readonly #options: IcuOptions;

  private constructor({ ward, floor, gateway, control }: Parts, options: IcuOptions) {
    this.ward = ward;
    this.floor = floor;
    this.#gateway = gateway;
    this.#control = control.server;
    this.controlUrl = control.url;
    this.#options = options;
  }

  /** Opens everything and says so, fact by fact. @throws IcuError, with nothing left open. */
  static async open(options: IcuOptions, say: Say): Promise<Icu> {
    const plan = floorPlan(options);
    const floor = plan && floorOf(plan);
    const cabled = pumpsOf(plan, options).map(({ setup, running }, index) => ({
      setup,
      running,
      line: line(options, setup.serial, index),
    }));
    const ward = new Ward(cabled, {
      ...options,
      floor,
      onSessionEnd: (report) => say({ fact: 'session-finished', ...report }),
      onLineLost: (serial, error) => say({ fact: 'line-lost', serial, error: String(error) }),
    });
    const steps = faultSteps(options, ward, floor);
    if (steps.length > 0) ward.suffer(merged(steps));
    let gateway: MonitorGateway | undefined;
    try {
      await ward.open();
      gateway = await openGateway(options, floor, say);
      const control = await serveControl(ward, options.controlPort, {
        floor,
        gateway: gateway && (() => gateway?.health() ?? {}),
      });
      const icu = new Icu({ ward, floor, gateway, control }, options);
      await icu.#announce(say);
      return icu;
    } catch (error) {
      await gateway?.close();
      await ward.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#control.closeAllConnections();
    this.#control.close();
    if (this.#options.controlPortFile !== null) await rm(this.#options.controlPortFile, { force: true });
    await this.ward.close();
    await this.#gateway?.close();
  }

  async #announce(say: Say): Promise<void> {
    for (const serial of this.ward.serials) {
      const truth = this.ward.truth(serial);
      say({ fact: 'pump-ready', serial, drugName: truth?.state.drugName, line: truth?.line });
    }
    for (const { name, stay } of this.floor?.beds ?? []) {
      const pumps = stay?.plan.channels.map(({ serial }) => serial) ?? [];
      say({ fact: 'bed-ready', bed: name, patient: stay?.plan.pseudonym ?? null, pumps });
    }
    const { controlPortFile, session: name, seed, speed } = this.#options;
    if (controlPortFile !== null) await writeWhole(controlPortFile, new URL(this.controlUrl).port);
    const session = SESSIONS.get(name ?? '');
    if (session !== undefined) this.ward.play(session, DEFAULT_SESSION_SECONDS);
    const beds = this.floor && { unit: this.floor.unit, beds: this.floor.beds.length };
    const pumps = this.ward.serials.length;
    say({ fact: 'ready', control: this.controlUrl, pumps, ...beds, seed, speed, session: name });
  }
}

function floorPlan({ beds, seed }: IcuOptions): FloorPlan | undefined {
  if (beds === null) return undefined;
  return beds.kind === 'file' ? planFromFile(beds.path, seed) : planBeds(beds.count, seed);
}

function floorOf({ unit, beds }: FloorPlan): Floor {
  return new Floor(
    unit,
    beds.map(({ name, stay }) => ({ name, stay: stay && new Stay(stay) })),
  );
}

function pumpsOf(plan: FloorPlan | undefined, { pumps, seed }: IcuOptions): readonly PlannedPump[] {
  if (plan !== undefined) return plan.beds.flatMap((bed) => bed.pumps);
  return planWard(pumps, seed).map((setup) => ({ setup, running: false }));
}

function faultSteps(
  { faultScript, backgroundFaults: factor, seed }: IcuOptions,
  ward: Ward,
  floor: Floor | undefined,
): Iterator<FaultStep, void>[] {
  const { serials } = ward;
  const steps: Iterator<FaultStep, void>[] = [];
  if (faultScript !== null) {
    const beds = floor?.beds.map(({ name }) => name) ?? [];
    steps.push(readFaultScript(faultScript, { serials, beds }).values());
  }
  if (factor !== null) {
    const state = (serial: string) => ward.state(serial);
    steps.push(backgroundFaults({ serials, seed, factor, state }));
  }
  return steps;
}

/** The gateway and all that it needs are loaded only when there is one. */
async function openGateway(
  { gateway: options }: IcuOptions,
  floor: Floor | undefined,
  say: Say,
): Promise<MonitorGateway | undefined> {
  if (options === null || floor === undefined) return undefined;
  const { MonitorGateway } = await import('./gateway/monitor-gateway.js');
  return MonitorGateway.open(options, floor, say);
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
