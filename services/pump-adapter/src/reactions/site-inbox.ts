import type { Delivery } from '@bcmed/event-log';
import { StoreUnwritableError } from '@bcmed/safety-store';
import type { AdapterLog } from '../adapters/adapter-log.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { SiteTrust } from '@bcmed/site-trust';
import type { CommandDesk } from '../commands/command-desk.js';
import { TOLD } from '../errors.js';

export interface InboxSettings {
  readonly store: SafetyStore;
  readonly trust: SiteTrust;
  readonly desk: CommandDesk;
  readonly log: AdapterLog;
  /** Told after keys or people may have changed. */
  readonly onTrustChanged: () => void;
}

/** Takes what the site says about keys, people and commands, in the order of the stream. */
export class SiteInbox {
  constructor(private readonly settings: InboxSettings) {}

  take(deliveries: readonly Delivery[]): void {
    let trustChanged = false;
    for (const delivery of deliveries) {
      if (delivery.subject.includes('.dosing.')) this.#command(delivery);
      else {
        this.settings.trust.take(delivery);
        trustChanged = true;
      }
    }
    if (trustChanged) this.settings.onTrustChanged();
    this.#pass(deliveries.at(-1)?.position);
  }

  #command(delivery: Delivery): void {
    const { trust, desk, log } = this.settings;
    const verdict = trust.judge(delivery);
    if (verdict.outcome === 'admitted') desk.take(verdict.event, delivery.position);
    else {
      const { reason, detail } = verdict;
      log.error({ msg: `a command is not believed: ${reason}`, detail, code: TOLD.commandNotBelieved });
    }
  }

  /** What could not be written comes again after a restart, and the desk knows what it has answered. */
  #pass(position: bigint | undefined): void {
    if (position === undefined) return;
    try {
      this.settings.store.passSite(position);
    } catch (error) {
      if (!(error instanceof StoreUnwritableError)) throw error;
    }
  }
}
