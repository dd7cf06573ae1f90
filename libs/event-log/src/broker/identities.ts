import { STREAM, subjects, type StreamName } from '../streams.js';

/** What one service may do on the broker. Everything that is not here is refused. */
export interface BusIdentity {
  /** Also the prefix of its inboxes, so that nobody reads the answers of another. */
  readonly name: string;
  /** Subjects that it may append to; `{site}` stands for the site. */
  readonly publishes: readonly string[];
  /** Its own durable consumers, by stream. Dead letters of these are its own, too. */
  readonly consumers: readonly { readonly stream: StreamName; readonly durable: string }[];
  /** Streams that it may read by position. */
  readonly reads: readonly StreamName[];
}

const { events, blocks } = STREAM;

const area = (name: string): string => `bcmed.{site}.${name}.>`;
const on = (stream: StreamName, durable: string): { stream: StreamName; durable: string } => ({
  stream,
  durable,
});

/** The identity that makes streams and reads everything: the operator's. There is one, and no service has it. */
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
    consumers: [on(events, 'ledger-on-event-appended')],
    reads: [events, blocks],
  },
  {
    name: 'pump-adapter',
    publishes: [area('pump')],
    consumers: [on(blocks, 'pump-adapter-1-on-block-anchored'), on(events, 'pump-adapter-1-on-site-event')],
    reads: [events, blocks],
  },
  {
    name: 'access',
    publishes: [area('access')],
    consumers: [on(events, 'access-1-on-site-event'), on(events, 'access-1-on-limit-overridden')],
    reads: [events],
  },
  {
    name: 'alarms',
    publishes: [area('alarm')],
    consumers: [on(events, 'alarms-on-event-appended')],
    reads: [events],
  },
  {
    name: 'dosing',
    publishes: [area('dosing')],
    consumers: [on(events, 'dosing-on-site-event')],
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
    consumers: [on(events, 'audit-on-event-appended'), on(blocks, 'audit-on-block-anchored')],
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
        `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
        `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
        `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${durable}`,
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
