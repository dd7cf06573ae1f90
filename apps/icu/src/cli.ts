import { Command, InvalidArgumentError } from 'commander';
import { BadOptionError } from './errors.js';
import { SESSION_NAMES } from './sessions/index.js';

/** Where the monitor gateway sends, and who it is. */
export interface GatewayOptions {
  readonly servers: string;
  readonly site: string;
  /** Name of the site's root key: the one thing that is believed without the stream. */
  readonly rootKeyId: string;
  readonly stateDir: string;
  readonly seedFile: string | null;
  readonly everySeconds: number;
}

/** What the command line asked for, checked. */
export interface IcuOptions {
  readonly pumps: number;
  /** A ward with beds and patients in place of pumps alone. */
  readonly beds:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'count'; readonly count: number }
    | null;
  readonly seed: number;
  readonly speed: number;
  readonly lines:
    { readonly kind: 'pty'; readonly folder: string } | { readonly kind: 'tcp'; readonly port: number };
  readonly controlPort: number;
  readonly controlPortFile: string | null;
  readonly session: string | null;
  readonly responseTime: { readonly minMs: number; readonly maxMs: number };
  readonly faultScript: string | null;
  /** How many times as often as on a real ward things go wrong by themselves; null for never. */
  readonly backgroundFaults: number | null;
  readonly gateway: GatewayOptions | null;
}

interface Raw {
  readonly pumps: number;
  readonly ward?: string;
  readonly beds?: number;
  readonly seed: number;
  readonly speed: number;
  readonly ptyDir?: string;
  readonly tcp?: number;
  readonly controlPort: number;
  readonly controlPortFile?: string;
  readonly session?: string;
  readonly responseMs: { minMs: number; maxMs: number };
  readonly faults?: string;
  readonly backgroundFaults?: number | true;
  readonly nats?: string;
  readonly site?: string;
  readonly rootKid?: string;
  readonly stateDir?: string;
  readonly natsSeed?: string;
  readonly vitalsEvery: number;
}

/**
 * Reads the command line. Prints help or a message that names the option and ends the process, as commander does.
 *
 * @throws BadOptionError when the options do not fit each other.
 */
export function readOptions(argv: readonly string[]): IcuOptions {
  const program = command().parse(argv);
  const raw = program.opts<Raw>();
  if ((raw.ptyDir === undefined) === (raw.tcp === undefined)) {
    throw new BadOptionError('give either --pty-dir DIR or --tcp PORT');
  }
  if (raw.session !== undefined && !SESSION_NAMES.includes(raw.session)) {
    throw new BadOptionError(`--session takes one of: ${SESSION_NAMES.join(', ')}`);
  }
  const isGiven = (option: string): boolean => program.getOptionValueSource(option) === 'cli';
  if (['pumps', 'ward', 'beds'].filter(isGiven).length > 1) {
    throw new BadOptionError('give one of --pumps N, --beds N and --ward FILE');
  }
  return {
    pumps: raw.pumps,
    beds: bedsOf(raw),
    seed: raw.seed,
    speed: raw.speed,
    lines:
      raw.ptyDir === undefined ? { kind: 'tcp', port: raw.tcp ?? 0 } : { kind: 'pty', folder: raw.ptyDir },
    controlPort: raw.controlPort,
    controlPortFile: raw.controlPortFile ?? null,
    session: raw.session ?? null,
    responseTime: raw.responseMs,
    faultScript: raw.faults ?? null,
    backgroundFaults: raw.backgroundFaults === true ? 1 : (raw.backgroundFaults ?? null),
    gateway: gatewayOf(raw),
  };
}

function bedsOf({ ward, beds }: Raw): IcuOptions['beds'] {
  if (ward !== undefined) return { kind: 'file', path: ward };
  return beds === undefined ? null : { kind: 'count', count: beds };
}

function gatewayOf(raw: Raw): GatewayOptions | null {
  const { nats, site, rootKid, stateDir, natsSeed } = raw;
  if (nats === undefined) {
    const alone = Object.entries({ site, rootKid, stateDir, natsSeed }).find(
      ([, value]) => value !== undefined,
    );
    if (alone === undefined) return null;
    throw new BadOptionError('--site, --root-kid, --state-dir and --nats-seed go with --nats URL');
  }
  if (bedsOf(raw) === null)
    throw new BadOptionError('--nats needs patients: give --beds N or --ward FILE too');
  if (site === undefined || rootKid === undefined || stateDir === undefined) {
    throw new BadOptionError('--nats needs --site NAME, --root-kid KEY and --state-dir DIR too');
  }
  const everySeconds = raw.vitalsEvery;
  return { servers: nats, site, rootKeyId: rootKid, stateDir, seedFile: natsSeed ?? null, everySeconds };
}

function command(): Command {
  return new Command('icu')
    .description(
      'The mock ICU: emulated Alaris Asena GH pumps on pseudo-terminals or TCP ports, and patients',
    )
    .option('--pumps <n>', 'how many pumps, without patients', whole(1, 256), 3)
    .option('--beds <n>', 'instead: how many beds after the default ward, with patients', whole(1, 64))
    .option('--ward <file>', 'instead: beds, patients and pumps from this file (YAML)')
    .option('--seed <n>', 'decides everything that looks like chance', whole(0, 4_294_967_295), 1)
    .option('--speed <x>', 'how much faster than real the pumps and patients live', decimal(0.1, 1000), 1)
    .option('--pty-dir <dir>', 'one pseudo-terminal per pump, linked from this folder')
    .option('--tcp <port>', 'one TCP port per pump, counting up from this one; 0 takes any', whole(0, 65_535))
    .option('--control-port <port>', 'where the control interface listens; 0 takes any', whole(0, 65_535), 0)
    .option('--control-port-file <file>', 'write the control port there when ready')
    .option('--session <name>', `play at once: ${SESSION_NAMES.join(', ')}`)
    .option('--response-ms <min-max>', 'how long a pump takes to answer', range, { minMs: 3, maxMs: 12 })
    .option('--faults <file>', 'a script of faults at virtual times (YAML)')
    .option(
      '--background-faults [factor]',
      'things go wrong by themselves, so many times as often as on a real ward (1)',
      decimal(0.01, 10_000),
    )
    .option('--nats <url>', 'send vitals and associations there; needs the next three')
    .option('--site <name>', 'the site whose stream it is', matching(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a site'))
    .option('--root-kid <key>', "name of the site's root key", matching(/^[A-Za-z0-9_-]{43}$/, 'a key name'))
    .option('--state-dir <dir>', "folder of the gateway's key and of what it remembers")
    .option('--nats-seed <file>', 'seed of our identity on the broker; without it, nobody asks who we are')
    .option(
      '--vitals-every <seconds>',
      'how often each patient is sampled, in real time',
      decimal(0.05, 600),
      5,
    );
}

function whole(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`A whole number from ${lowest} to ${highest} is needed.`);
  };
}

function decimal(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`A number from ${lowest} to ${highest} is needed.`);
  };
}

function matching(pattern: RegExp, what: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`This is not ${what}.`);
  };
}

function range(text: string): { minMs: number; maxMs: number } {
  const [, low, high] = /^(\d{1,4})-(\d{1,4})$/.exec(text) ?? [];
  const [minMs, maxMs] = [Number(low), Number(high)];
  if (minMs <= maxMs && maxMs <= 4000) return { minMs, maxMs };
  throw new InvalidArgumentError('Two times such as 3-12 are needed, at most 4000.');
}
