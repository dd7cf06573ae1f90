import type { Pattern } from '../strategy/subscription.js';
import { STREAM, subjects, type StreamName } from '../streams.js';

/** One durable consumer: what the service's `OnBatch` or `OnEvent` declares, said once more where a reviewer of rights reads it. */
export interface BusConsumer {
  readonly stream: StreamName;
  readonly durable: string;
  /** What it may be sent; `{site}` stands for the site. */
  readonly pattern: Pattern;
  /** `ordered` and `event` acknowledge one by one, a `batch` up to a position. */
  readonly mode: 'batch' | 'event' | 'ordered';
  /** Where it begins on a stream that has something already. */
  readonly startAt: 'first' | 'new';
}

/** What one service may do on the broker. Everything that is not here is refused. */
export interface BusIdentity {
  /** Also the prefix of its inboxes, so that nobody reads the answers of another. */
  readonly name: string;
  /** Subjects that it may append to; `{site}` stands for the site. */
  readonly publishes: readonly string[];
  /**
   * Its own durable consumers. The set-up identity makes them; the service may pull them and acknowledge, and neither make nor change
   * one: a consumer of several filters is made by a request that names none of them, so the broker could not hold it to its filters.
   * Dead letters of these are its own, too.
   */
  readonly consumers: readonly BusConsumer[];
  /** Streams that it may read by position. */
  readonly reads: readonly StreamName[];
}

const { events, blocks } = STREAM;

const area = (name: string): string => `bcmed.{site}.${name}.>`;
const everything = 'bcmed.{site}.>';
const allBlocks = 'bcmed-block.{site}.>';
/** Keys, people and what they may: what every service must know to believe anything. */
const trust = ['bcmed.{site}.ledger.{site}.epoch-opened', area('access')] as const;

const on = (
  durable: string,
  pattern: Pattern,
  rest: Partial<Pick<BusConsumer, 'stream' | 'mode' | 'startAt'>> = {},
): BusConsumer => ({ stream: events, durable, pattern, mode: 'batch', startAt: 'first', ...rest });

/** What a pump adapter may be told to do. */
const COMMANDS = [
  'bcmed.{site}.dosing.*.command-authorised',
  'bcmed.{site}.dosing.*.stop-ordered',
  'bcmed.{site}.dosing.*.target-step',
] as const;
/** What dosing hears of pumps: what they do, and nothing of their alarms. */
const PUMP_EVENTS = [
  'status-sampled',
  'rate-changed',
  'infusion-started',
  'infusion-stopped',
  'infusion-completed',
  'command-executed',
  'command-failed',
  'command-outcome-unknown',
  'command-outcome-resolved',
  'target-ended',
  'connected',
  'lost',
] as const;

/** The identity that makes streams and consumers and reads everything: the operator's. There is one, and no service has it. */
export const SET_UP_IDENTITY = 'set-up';

/**
 * The one table of who may publish and read what. The broker's configuration is generated from it, and a test compares
 * it with the subscriptions that the services declare.
 *
 * KNOWN: one instance of each service, the first. Another one needs a row of its own, with its durable names and its key.
 */
export const BUS_IDENTITIES: readonly BusIdentity[] = [
  {
    name: 'ledger',
    publishes: [area('ledger'), 'bcmed-block.{site}.>'],
    consumers: [on('ledger-on-event-appended', everything)],
    reads: [events, blocks],
  },
  {
    name: 'pump-adapter',
    publishes: [area('pump')],
    consumers: [
      on('pump-adapter-1-on-block-anchored', allBlocks, { stream: blocks, startAt: 'new' }),
      on('pump-adapter-1-on-site-event', [...trust, area('association'), ...COMMANDS], { startAt: 'new' }),
    ],
    reads: [events, blocks],
  },
  {
    name: 'access',
    publishes: [area('access')],
    consumers: [
      on('access-1-on-site-event', trust, { startAt: 'new' }),
      on('access-1-on-limit-overridden', 'bcmed.{site}.dosing.*.limit-overridden', { mode: 'ordered' }),
    ],
    reads: [events],
  },
  {
    name: 'alarms',
    publishes: [area('alarm')],
    consumers: [on('alarms-on-event-appended', everything)],
    reads: [events],
  },
  {
    name: 'dosing',
    publishes: [area('dosing')],
    consumers: [
      on('dosing-on-site-event', [
        ...trust,
        area('association'),
        area('vitals'),
        ...PUMP_EVENTS.map((name) => `bcmed.{site}.pump.*.${name}`),
        area('dosing'),
      ]),
    ],
    reads: [events],
  },
  {
    // The monitors' gateway; in the embedded set-up the mock ICU plays it.
    name: 'icu-monitor',
    publishes: [area('vitals'), area('association')],
    consumers: [],
    reads: [events],
  },
  {
    name: 'audit',
    publishes: [area('audit')],
    consumers: [
      on('audit-on-event-appended', everything),
      on('audit-on-block-anchored', allBlocks, { stream: blocks }),
    ],
    reads: [events, blocks],
  },
  {
    // The console's gateway: it follows everything and says nothing.
    name: 'console',
    publishes: [],
    consumers: [
      on('console-1-on-event-appended', everything, { startAt: 'new' }),
      on('console-1-on-block-anchored', allBlocks, { stream: blocks, startAt: 'new' }),
    ],
    reads: [events, blocks],
  },
];

/** What the server is told for one identity. */
export interface BusPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The subjects behind an identity's rights. Demands the name of the site, as it stands in subjects. */
export function permissionsOf(identity: BusIdentity, site: string): BusPermissions {
  const { name, publishes, consumers, reads } = identity;
  return {
    publish: [
      '$JS.API.INFO',
      // Every service looks at the streams before it starts.
      ...Object.values(STREAM).map((stream) => `$JS.API.STREAM.INFO.${stream}`),
      ...reads.flatMap((stream) => [`$JS.API.DIRECT.GET.${stream}`, `$JS.API.STREAM.MSG.GET.${stream}`]),
      ...consumers.flatMap(({ stream, durable }) => [
        `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
        `$JS.ACK.${stream}.${durable}.>`,
        subjects.deadLetter(site, durable),
      ]),
      ...publishes.map((pattern) => subjects.inSite(pattern, site)),
    ],
    subscribe: [`${inboxPrefixOf(name)}.>`],
  };
}

/** Where answers to an identity arrive. */
export function inboxPrefixOf(name: string): string {
  return `_INBOX_${name}`;
}
