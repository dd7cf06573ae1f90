import { isEvent, SessionEnded, type StreamEvent } from '@bcmed/events';
import type { EventLog, LogMessage } from '@bcmed/event-log';
import { SiteTrust, type ReadBeside, type SiteTrustSettings } from '@bcmed/site-trust';
import { Logger } from '@nestjs/common';
import { TOLD } from '../errors.js';
import type { Ward } from '../views/ward.js';
import { positionAt } from './position-at.js';

/** Trends and alarms of a pump go back so far. */
const TREND_MS = 7_200_000;
const ALARMS_MS = 86_400_000;
/** Vitals that were measured longer ago tell nothing of now. */
const VITALS_MS = 900_000;
/** A long read lets others in so often. */
const IN_ONE_GO = 64;
const MOST_CAUSES = 1_000;
/** What was ordered longer ago is over; who lies where is read from the beginning. */
const ORDERS_MS = 7 * 86_400_000;

/** What dosing says of orders and commands. Its steps to a target come every ten seconds, so of those the newest will do. */
const ORDERS = [
  'order-placed',
  'order-refused',
  'limit-overridden',
  'infusion-authorised',
  'authorisation-withdrawn',
  'response-assessed',
  'infusion-closed',
  'command-authorised',
  'stop-ordered',
];

const ANSWERS = ['command-executed', 'command-failed', 'command-outcome-unknown', 'command-outcome-resolved'];
/** Events of which the newest of each pump says how things stand. */
const STANDING = [
  'connected',
  'lost',
  'status-sampled',
  'infusion-started',
  'infusion-stopped',
  'infusion-completed',
  'rate-changed',
  'vtbi-changed',
  'volume-cleared',
  'syringe-changed',
  'target-held',
  'target-resumed',
  'target-ended',
];
const ALARMS = ['alarm-raised', 'alarm-cleared'];
/** Areas of which nothing is shown. */
const PASSED_OVER = new Set(['alarm', 'audit', 'ledger']);

/** What the rules of admission say of a message. */
type Admission = Parameters<ReadBeside['take']>[1];

/** Why a session ended, as the event says. */
export type EndCause = 'signed-out' | 'expired' | 'revoked';

/**
 * From the stream to the ward: what is admitted by the ledger's rules, and nothing else. First how things stand, then everything in order
 * as it comes. Keeps nothing on disk; whoever starts anew reads anew.
 */
export class SiteInbox {
  readonly trust: SiteTrust;
  readonly #log = new Logger('stream');
  readonly #causes = new Map<string, EndCause>();
  #position = 0n;
  #refused = 0;

  constructor(
    private readonly ward: Ward,
    private readonly settings: Omit<SiteTrustSettings, 'own' | 'onTaken'>,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.trust = new SiteTrust({
      ...settings,
      onTaken: (_, verdict) => {
        if (verdict.outcome === 'admitted') this.#admitted(verdict.event);
      },
    });
  }

  /** Up to where the stream was taken. */
  get position(): bigint {
    return this.#position;
  }

  /** Events since the start that the rules of admission refuse. */
  get refused(): number {
    return this.#refused;
  }

  /** How a session came to its end, as far as it is remembered. */
  causeOf(sessionId: string): EndCause | undefined {
    return this.#causes.get(sessionId);
  }

  /** Reads how things stand. Throws what reading the log throws; safe to repeat. */
  async load(log: EventLog): Promise<void> {
    const { site } = this.settings;
    const pump = (name: string): string => `bcmed.${site}.pump.*.${name}`;
    await this.trust.load(log, {
      // Who lies where, what was ordered and what became of it, in its order.
      subjects: [
        `bcmed.${site}.association.>`,
        ...ORDERS.map((name) => `bcmed.${site}.dosing.*.${name}`),
        ...ANSWERS.map(pump),
      ],
      wants: ({ subject, timestampMs }) =>
        subject.startsWith(`bcmed.${site}.association.`) || timestampMs >= this.nowMs() - ORDERS_MS,
      take: (message, verdict) => this.#use(message, verdict, (event) => this.ward.take(event, this.nowMs())),
    });
    const upTo = this.trust.position;
    const found = new Map<bigint, LogMessage>();
    const keep = async (messages: AsyncIterable<LogMessage> | Iterable<LogMessage>): Promise<void> => {
      for await (const message of messages) found.set(message.position, message);
    };
    for (const name of STANDING) await keep(await log.readNewest(pump(name), upTo));
    await keep(await log.readNewest(`bcmed.${site}.dosing.*.target-step`, upTo));
    const since = async (ms: number) => ({ from: await positionAt(log, this.nowMs() - ms, upTo), to: upTo });
    await keep(log.readSubjects(ALARMS.map(pump), await since(ALARMS_MS)));
    // Every stay of a patient has a subject of its own, for ever: the newest of each would be those of years.
    const samples = new Map<string, LogMessage>();
    for await (const sample of log.readSubject(`bcmed.${site}.vitals.*.sampled`, await since(VITALS_MS)))
      samples.set(sample.subject, sample);
    await keep(samples.values());
    const inOrder = [...found.values()].sort((a, b) => (a.position < b.position ? -1 : 1));
    await this.#inGoes(inOrder, (event) => this.ward.take(event, this.nowMs()));
    this.#position = upTo;
  }

  /** Reads the last two hours of curves. Judged by the keys of today: a sample under a key that is revoked by now is left out. */
  async loadTrends(log: EventLog, upTo: bigint, signal: AbortSignal): Promise<void> {
    const { site } = this.settings;
    const from = await positionAt(log, this.nowMs() - TREND_MS, upTo);
    const filters = [`bcmed.${site}.pump.*.status-sampled`, `bcmed.${site}.vitals.*.sampled`];
    await this.#inGoes(
      log.readSubjects(filters, { from, to: upTo }),
      (event) => this.ward.trends.take(event),
      signal,
    );
  }

  /** Takes messages in the order of the stream; one that was taken before changes nothing. */
  take(messages: readonly LogMessage[]): void {
    for (const message of messages) {
      if (message.position <= this.#position) continue;
      this.#position = message.position;
      const [, , area = '', entity = '', event = ''] = message.subject.split('.');
      const isTrust = area === 'access' || (area === 'ledger' && event === 'epoch-opened' && entity !== '');
      if (isTrust) this.trust.take(message);
      else if (!PASSED_OVER.has(area))
        this.#judge(message, (admitted) => this.ward.take(admitted, this.nowMs()));
    }
  }

  #admitted(event: StreamEvent): void {
    this.ward.take(event, this.nowMs());
    if (!isEvent(event, SessionEnded)) return;
    this.#causes.set(event.subject, event.data.cause);
    for (const oldest of this.#causes.keys()) {
      if (this.#causes.size <= MOST_CAUSES) return;
      this.#causes.delete(oldest);
    }
  }

  #judge(message: LogMessage, use: (event: StreamEvent) => void): void {
    this.#use(message, this.trust.judge(message), use);
  }

  #use(message: LogMessage, verdict: Admission, use: (event: StreamEvent) => void): void {
    if (verdict.outcome === 'admitted') {
      use(verdict.event);
      return;
    }
    this.#refused += 1;
    const { position, subject } = message;
    const { reason } = verdict;
    this.#log.warn({ msg: TOLD.eventNotBelieved, position: position.toString(), subject, reason });
  }

  async #inGoes(
    messages: Iterable<LogMessage> | AsyncIterable<LogMessage>,
    use: (event: StreamEvent) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    let count = 0;
    for await (const message of messages) {
      if (signal?.aborted === true) return;
      this.#judge(message, use);
      count += 1;
      if (count % IN_ONE_GO === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
