import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { ServerUnfitError, StreamDriftError, StreamMissingError } from './errors.js';

/** The three streams of a site. One site has one NATS account, so the names carry no site. */
export const STREAM = { events: 'EVENTS', blocks: 'BLOCKS', deadLetters: 'DEAD-LETTERS' } as const;
export type StreamName = (typeof STREAM)[keyof typeof STREAM];

/** Subjects of a site. Streams may not overlap, so confirmations and dead letters stand outside `bcmed.<site>.>`. */
export const subjects = {
  events: (site: string) => `bcmed.${site}.>`,
  blocks: (site: string) => `bcmed-block.${site}.>`,
  block: (site: string, number: bigint) => `bcmed-block.${site}.${number}.anchored`,
  deadLetters: (site: string) => `bcmed-dead-letter.${site}.>`,
  deadLetter: (site: string, durable: string) => `bcmed-dead-letter.${site}.${durable}`,
  /** All events of one entity: the one filter for its expected sequence. */
  entity: (site: string, area: string, entity: string) => `bcmed.${site}.${area}.${entity}.>`,
  /** Replaces `{site}` in a handler's pattern. */
  inSite: (pattern: string, site: string) => pattern.replaceAll('{site}', site),
} as const;

export interface StreamSettings {
  /** Copies of each stream: 1 on one machine, 3 on a cluster. */
  readonly replicas?: number;
  /** How long an id is remembered by the server. */
  readonly duplicateWindowMs?: number;
  /** A limit in bytes for each stream; new events are refused when it is reached. None by default. */
  readonly maxBytes?: number;
}

export const STREAM_DEFAULTS = { replicas: 1, duplicateWindowMs: 120_000, maxBytes: -1 } as const;

/** One setting of a stream that is not as it should be. */
export interface StreamDifference {
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
}

export interface StreamReport {
  readonly stream: StreamName;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'missing' | 'different';
  readonly differences: readonly StreamDifference[];
}

type Wanted = Pick<
  StreamConfig,
  | 'name'
  | 'subjects'
  | 'storage'
  | 'retention'
  | 'discard'
  | 'deny_delete'
  | 'deny_purge'
  | 'allow_direct'
  | 'allow_rollup_hdrs'
  | 'num_replicas'
  | 'duplicate_window'
  | 'max_bytes'
  | 'max_msgs'
  | 'max_age'
  | 'max_msgs_per_subject'
> & { readonly name: StreamName; readonly allow_atomic: boolean };

/** The one place that says what the streams are. Dead letters may be deleted: a person removes what is dealt with. */
function wantedStreams(site: string, settings: StreamSettings): readonly Wanted[] {
  const { replicas, duplicateWindowMs, maxBytes } = { ...STREAM_DEFAULTS, ...settings };
  const common = {
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    allow_direct: true,
    allow_rollup_hdrs: false,
    num_replicas: replicas,
    duplicate_window: nanos(duplicateWindowMs),
    max_bytes: maxBytes,
    max_msgs: -1,
    max_age: 0,
    max_msgs_per_subject: -1,
  };
  const kept = { ...common, deny_delete: true, deny_purge: true, allow_atomic: true };
  return [
    { ...kept, name: STREAM.events, subjects: [subjects.events(site)] },
    { ...kept, name: STREAM.blocks, subjects: [subjects.blocks(site)] },
    {
      ...common,
      name: STREAM.deadLetters,
      subjects: [subjects.deadLetters(site)],
      deny_delete: false,
      deny_purge: false,
      allow_atomic: false,
    },
  ];
}

/**
 * A server never changes storage and retention, and switches denial of deletion on but never off again. Other subjects
 * mean another site's stream, which is not ours to change.
 */
function isFixed({ setting, found }: StreamDifference): boolean {
  const denial = setting === 'deny_delete' || setting === 'deny_purge';
  return ['storage', 'retention', 'subjects'].includes(setting) || (denial && found === 'true');
}

function differencesOf(found: Partial<StreamConfig>, wanted: Wanted): StreamDifference[] {
  return Object.entries(wanted).flatMap(([setting, value]) => {
    const has: unknown = Reflect.get(found, setting);
    const [is, should] = [JSON.stringify(has ?? defaultOf(value)), JSON.stringify(value)];
    return is === should ? [] : [{ setting, found: is, wanted: should }];
  });
}

/** The server leaves out what is false or zero. */
function defaultOf(wanted: unknown): unknown {
  return typeof wanted === 'boolean' ? false : typeof wanted === 'number' ? 0 : null;
}

async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  const [major = 0, minor = 0] = (connection.info?.version ?? '0.0').split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 12)) {
    const version = connection.info?.version ?? 'unknown';
    throw new ServerUnfitError(`The NATS server has version ${version}; 2.12 or newer is needed.`);
  }
  try {
    return await jetstreamManager(connection);
  } catch (cause) {
    throw new ServerUnfitError('The NATS server does not offer JetStream to this account.', { cause });
  }
}

async function configOf(manager: JetStreamManager, stream: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(stream)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined;
    throw error;
  }
}

/**
 * Creates the streams of a site, or brings existing ones to the wanted settings; doing it again changes nothing. Only the
 * set-up identity of a site calls this; services bind and never change a shared stream.
 *
 * Throws StreamDriftError, before anything is changed, when a stream exists with a setting that cannot be changed in
 * place. Whether the server really syncs every write is not visible here (`bcmed doctor` looks at it).
 */
export async function setUpStreams(
  connection: NatsConnection,
  site: string,
  settings: StreamSettings = {},
): Promise<readonly StreamReport[]> {
  const manager = await managerOf(connection);
  const before = await examine(manager, site, settings);
  for (const { stream, differences } of before.map(({ report }) => report)) {
    const stuck = differences.filter(isFixed);
    if (stuck.length === 0) continue;
    const list = stuck
      .map(({ setting, found, wanted }) => `${setting} is ${found}, not ${wanted}`)
      .join('; ');
    throw new StreamDriftError(`Stream ${stream} cannot be brought to its settings: ${list}.`);
  }
  const reports: StreamReport[] = [];
  for (const { report, wanted } of before) {
    if (report.outcome === 'missing') await manager.streams.add({ ...wanted });
    if (report.outcome === 'different') await manager.streams.update(report.stream, { ...wanted });
    const outcome = { missing: 'created', different: 'updated', unchanged: 'unchanged' } as const;
    reports.push({ ...report, outcome: outcome[report.outcome] });
  }
  return reports;
}

/** Looks, and changes nothing: for health pages and `bcmed doctor`. */
export async function checkStreams(
  connection: NatsConnection,
  site: string,
  settings: StreamSettings = {},
): Promise<readonly StreamReport[]> {
  const manager = await managerOf(connection);
  return (await examine(manager, site, settings)).map(({ report }) => report);
}

/** Throws StreamMissingError unless all streams of this site exist: the first thing that a service does with its log. */
export async function requireStreams(connection: NatsConnection, site: string): Promise<void> {
  const absent = (await checkStreams(connection, site)).filter(
    ({ outcome, differences }) =>
      outcome === 'missing' || differences.some(({ setting }) => setting === 'subjects'),
  );
  if (absent.length === 0) return;
  const names = absent.map(({ stream }) => stream).join(', ');
  throw new StreamMissingError(
    `${connection.getServer()} is not set up for the site ${site}: it lacks ${names}.`,
  );
}

interface Examined {
  readonly wanted: Wanted;
  readonly report: StreamReport & { readonly outcome: 'missing' | 'different' | 'unchanged' };
}

async function examine(
  manager: JetStreamManager,
  site: string,
  settings: StreamSettings,
): Promise<Examined[]> {
  return Promise.all(
    wantedStreams(site, settings).map(async (wanted): Promise<Examined> => {
      const found = await configOf(manager, wanted.name);
      if (found === undefined)
        return { wanted, report: { stream: wanted.name, outcome: 'missing', differences: [] } };
      const differences = differencesOf(found, wanted);
      const outcome = differences.length > 0 ? 'different' : 'unchanged';
      return { wanted, report: { stream: wanted.name, outcome, differences } };
    }),
  );
}
