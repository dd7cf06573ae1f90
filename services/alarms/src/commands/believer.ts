import {
  admit,
  applyAdmission,
  recordsOf,
  restoreAdmission,
  type AdmissionRecord,
  type AdmissionState,
} from '@bcmed/admission';
import { sealOf, type LogEntry } from '@bcmed/event-log';
import type { StreamEvent } from '@bcmed/events';
import type { KeyId } from '@bcmed/seal';
import { enrolmentOf, trustedKeyOf, type Enrolment, type TrustedKey } from '@bcmed/site-trust';
import type { AlarmStore, Changes } from '../adapters/alarm-store.js';
import type { PeopleChanges } from '../adapters/people-table.js';
import type { SitePeople } from './site-people.js';

/** Areas whose events matter here: keys and people, pumps and where they are, vital signs, and our own. */
const AREAS = new Set(['access', 'pump', 'association', 'vitals', 'alarm']);

/**
 * Decides which events count, by the ledger's own rules over the subjects that matter: the opening of the epoch, and
 * {@link AREAS}. What stands elsewhere changes none of these verdicts but one: KNOWN, an id that an event of another area used
 * before is not known here, so an event that repeats it counts although the ledger refuses it; only the holder of an enrolled
 * key could make one.
 */
export class Believer {
  #state: AdmissionState;
  #records = new Map<string, AdmissionRecord>();
  #admitted = new Map<string, bigint>();

  constructor(
    private readonly store: AlarmStore,
    private readonly settings: {
      readonly site: string;
      readonly rootKeyId: KeyId;
      readonly keyId: KeyId;
      readonly source: string;
      readonly people: SitePeople;
    },
  ) {
    this.#state = this.#restored();
  }

  /** What the site says of our own key. */
  get enrolment(): Enrolment['state'] {
    const { keyId, source } = this.settings;
    return enrolmentOf({ keyId, source, area: 'alarm' }, this.#state).state;
  }

  /** A key that the site enrolled and did not revoke. */
  trustedKey(keyId: KeyId): TrustedKey | undefined {
    return trustedKeyOf(this.#state, keyId);
  }

  /** Goes back to what the store has. */
  restore(): void {
    this.#state = this.#restored();
    this.settings.people.restore();
    this.begin();
  }

  /** A new transaction. */
  begin(): void {
    this.#records = new Map();
    this.#admitted = new Map();
    this.settings.people.begin();
  }

  /** What the judged entries changed since {@link begin}: to be written with the position. */
  found(): Pick<Changes, 'records' | 'admitted' | keyof PeopleChanges> {
    const { people } = this.settings;
    return { records: [...this.#records.values()], admitted: this.#admitted, ...people.found() };
  }

  /** The event when it counts; undefined when it was refused or does not matter here. */
  judge(entry: LogEntry): StreamEvent | undefined {
    if (entry.missing || !this.#matters(entry.subject)) return undefined;
    const { position, subject, body } = entry;
    const positionOf = (id: string): bigint | undefined =>
      this.#admitted.get(id) ?? this.store.positionOf(id);
    const verdict = admit(this.#state, { position, subject, seal: sealOf(entry), body }, { positionOf });
    if (verdict.outcome === 'rejected') return undefined;
    applyAdmission(this.#state, verdict);
    for (const record of recordsOf(verdict)) this.#records.set(record.key, record);
    this.#admitted.set(verdict.event.id, position);
    this.settings.people.take(verdict.event);
    return verdict.event;
  }

  #matters(subject: string): boolean {
    const [, , area = '', , name = ''] = subject.split('.');
    return AREAS.has(area) || (area === 'ledger' && name === 'epoch-opened');
  }

  #restored(): AdmissionState {
    return restoreAdmission(this.settings.site, this.settings.rootKeyId, this.store.admissionRecords());
  }
}
