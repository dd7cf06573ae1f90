import { Command, InvalidArgumentError } from 'commander';
import { BadOptionError } from './errors.js';
import { SESSION_NAMES } from './sessions/index.js';

/** What the command line asked for, checked. */
export interface IcuOptions {
  readonly pumps: number;
  readonly seed: number;
  readonly speed: number;
  readonly lines:
    { readonly kind: 'pty'; readonly folder: string } | { readonly kind: 'tcp'; readonly port: number };
  readonly controlPort: number;
  readonly controlPortFile: string | null;
  readonly session: string | null;
  readonly responseTime: { readonly minMs: number; readonly maxMs: number };
}

interface Raw {
  readonly pumps: number;
  readonly seed: number;
  readonly speed: number;
  readonly ptyDir?: string;
  readonly tcp?: number;
  readonly controlPort: number;
  readonly controlPortFile?: string;
  readonly session?: string;
  readonly responseMs: { minMs: number; maxMs: number };
}

/**
 * Reads the command line. Prints help or a message that names the option and ends the process, as commander does.
 *
 * @throws BadOptionError when the options do not fit each other.
 */
export function readOptions(argv: readonly string[]): IcuOptions {
  const raw = command().parse(argv).opts<Raw>();
  if ((raw.ptyDir === undefined) === (raw.tcp === undefined)) {
    throw new BadOptionError('give either --pty-dir DIR or --tcp PORT');
  }
  if (raw.session !== undefined && !SESSION_NAMES.includes(raw.session)) {
    throw new BadOptionError(`--session takes one of: ${SESSION_NAMES.join(', ')}`);
  }
  return {
    pumps: raw.pumps,
    seed: raw.seed,
    speed: raw.speed,
    lines:
      raw.ptyDir === undefined ? { kind: 'tcp', port: raw.tcp ?? 0 } : { kind: 'pty', folder: raw.ptyDir },
    controlPort: raw.controlPort,
    controlPortFile: raw.controlPortFile ?? null,
    session: raw.session ?? null,
    responseTime: raw.responseMs,
  };
}

function command(): Command {
  return new Command('icu')
    .description('The mock ICU: emulated Alaris Asena GH pumps on pseudo-terminals or TCP ports')
    .option('--pumps <n>', 'how many pumps', whole(1, 256), 3)
    .option('--seed <n>', 'decides everything that looks like chance', whole(0, 4_294_967_295), 1)
    .option('--speed <x>', 'how much faster than real the pumps live', speed, 1)
    .option('--pty-dir <dir>', 'one pseudo-terminal per pump, linked from this folder')
    .option('--tcp <port>', 'one TCP port per pump, counting up from this one; 0 takes any', whole(0, 65_535))
    .option('--control-port <port>', 'where the control interface listens; 0 takes any', whole(0, 65_535), 0)
    .option('--control-port-file <file>', 'write the control port there when ready')
    .option('--session <name>', `play at once: ${SESSION_NAMES.join(', ')}`)
    .option('--response-ms <min-max>', 'how long a pump takes to answer', range, { minMs: 3, maxMs: 12 });
}

function whole(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`A whole number from ${lowest} to ${highest} is needed.`);
  };
}

function speed(text: string): number {
  const value = Number(text);
  if (value >= 0.1 && value <= 1000) return value;
  throw new InvalidArgumentError('A number from 0.1 to 1000 is needed.');
}

function range(text: string): { minMs: number; maxMs: number } {
  const [, low, high] = /^(\d{1,4})-(\d{1,4})$/.exec(text) ?? [];
  const [minMs, maxMs] = [Number(low), Number(high)];
  if (minMs <= maxMs && maxMs <= 4000) return { minMs, maxMs };
  throw new InvalidArgumentError('Two times such as 3-12 are needed, at most 4000.');
}
