import { AssociationEnded, AssociationMade, isEvent, toToken, type StreamEvent } from '@bcmed/events';
import { Table } from './table.js';

/** What stands at a bed, as somebody recorded it. */
export interface Association {
  readonly id: string;
  readonly pump: string;
  readonly patient: string;
  readonly unit: string;
  readonly bed: string;
  readonly drug: string;
  /** As on the label. */
  readonly concentration: string;
}

/** An association that is over. */
export interface Ended {
  readonly association: Association;
  readonly syringeOnly: boolean;
}

/** Which pump is connected to whom, by pump; the newest record of a pump counts, and an ended one is none. */
export class Associations {
  readonly table = new Table<Association>('association');

  /** Says which association an event ended, if it did. */
  take(event: StreamEvent): Ended | undefined {
    if (isEvent(event, AssociationMade)) {
      const { patient, unit, bed, pumpSerial: pump, syringe } = event.data;
      const { drug, concentration } = syringe;
      const pumpToken = toToken(pump);
      const before = this.table.get(pumpToken);
      this.table.set(pumpToken, { id: event.subject, pump, patient, unit, bed, drug, concentration });
      if (before === undefined || before.patient === patient) return undefined;
      return { association: before, syringeOnly: false };
    }
    if (!isEvent(event, AssociationEnded)) return undefined;
    const found = this.table.entries.find(([, { id }]) => id === event.subject);
    if (found === undefined) return undefined;
    const [pumpToken, association] = found;
    this.table.delete(pumpToken);
    return { association, syringeOnly: event.data.cause === 'syringe-changed' };
  }

  /** Of the pump with exactly this serial; another pump that only looks the same in a subject is none. */
  of(pump: string): Association | undefined {
    const found = this.table.get(toToken(pump));
    return found?.pump === pump ? found : undefined;
  }
}
