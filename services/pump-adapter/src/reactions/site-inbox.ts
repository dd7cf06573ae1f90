import type { Admission } from '@bcmed/admission';
import type { Delivery, EventLog, LogMessage } from '@bcmed/event-log';
import { StoreUnwritableError } from '@bcmed/safety-store';
import type { SiteTrust } from '@bcmed/site-trust';
import type { AdapterLog } from '../adapters/adapter-log.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { CommandDesk } from '../commands/command-desk.js';
import { TOLD } from '../errors.js';
import type { Bedsides } from '../views/bedsides.js';

/** What is ordered of pumps, as patterns of a subscription. */
export const COMMAND_SUBJECTS = [
  'bcmed.{site}.dosing.*.command-authorised',
  'bcmed.{site}.dosing.*.stop-ordered',
  'bcmed.{site}.dosing.*.target-step',
] as const;

/** At whom each pump is. */
export const BEDSIDE_SUBJECTS = ['bcmed.{site}.association.>'] as const;

export interface InboxSettings {
  readonly site: string;
  readonly store: SafetyStore;
  readonly trust: SiteTrust;
  readonly bedsides: Bedsides;
  readonly desk: CommandDesk;
  readonly log: AdapterLog;
  /** Told after keys or people may have changed. */
  readonly onTrustChanged: () => void;
}

/** Takes what the site says about keys, people, beds and commands, in the order of the stream. */
export class SiteInbox {
  constructor(private readonly settings: InboxSettings) {}

  /**
   * Reads everything that was said while the adapter was away, before anything is begun that it had accepted: a stop that came
   * meanwhile ends it. May be called again after it threw.
   */
  async catchUp(events: EventLog): Promise<void> {
    const { site, store, trust, desk, onTrustChanged } = this.settings;
    const inSite = (pattern: string): string => pattern.replaceAll('{site}', site);
    await trust.load(events, {
      subjects: BEDSIDE_SUBJECTS.map(inSite),
      take: (message, verdict) => void this.#bedside(message, verdict),
    });
    onTrustChanged();
    // Not beyond what was read of keys and people: what follows comes through the subscription, in its order.
    const to = trust.position;
    const from = (store.siteProgress() ?? to) + 1n;
    const filters = COMMAND_SUBJECTS.map(inSite);
    for await (const message of events.readSubjects(filters, { from, to })) this.#command(message);
    this.#pass(to);
    desk.open();
  }

  take(deliveries: readonly Delivery[]): void {
    const { trust, desk, onTrustChanged } = this.settings;
    let trustChanged = false;
    let bedsChanged = false;
    for (const delivery of deliveries) {
      const [, , area] = delivery.subject.split('.');
      if (area === 'dosing') this.#command(delivery);
      else if (area === 'association')
        bedsChanged = this.#bedside(delivery, trust.judge(delivery)) || bedsChanged;
      else {
        trust.take(delivery);
        trustChanged = true;
      }
    }
    if (trustChanged) onTrustChanged();
    if (trustChanged || bedsChanged) desk.reconsider();
    this.#pass(deliveries.at(-1)?.position);
  }

  /** True when a pump is at somebody else, or at nobody, from here on. */
  #bedside({ position }: LogMessage, verdict: Admission): boolean {
    const { bedsides, log } = this.settings;
    if (verdict.outcome === 'admitted') return bedsides.take(verdict.event, position) !== undefined;
    const { reason, detail } = verdict;
    log.error({
      msg: `an association is not believed: ${reason}`,
      detail,
      code: TOLD.associationNotBelieved,
    });
    return false;
  }

  #command(message: LogMessage): void {
    const { trust, desk, log } = this.settings;
    const verdict = trust.judge(message);
    if (verdict.outcome === 'admitted') {
      try {
        desk.take(verdict.event, message.position, verdict.keyId);
      } catch (error) {
        // One command that breaks us must not keep the next from its pump, above all when that is a stop.
        log.error({ msg: 'a command could not be dealt with', code: TOLD.commandUnusable, err: error });
      }
    } else {
      const { reason, detail } = verdict;
      log.error({ msg: `a command is not believed: ${reason}`, detail, code: TOLD.commandNotBelieved });
    }
  }

  /** What could not be written comes again after a restart, and the desk knows what it has answered. */
  #pass(position: bigint | undefined): void {
    const { store } = this.settings;
    if (position === undefined || position <= (store.siteProgress() ?? 0n)) return;
    try {
      store.passSite(position);
    } catch (error) {
      if (!(error instanceof StoreUnwritableError)) throw error;
    }
  }
}
