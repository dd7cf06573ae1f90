import { AssociationEnded, AssociationMade, isEvent, toToken, type StreamEvent } from '@bcmed/events';
import type { BedView } from '../domain/live.js';

/** What somebody recorded of a pump: where it stands, at whom, and what is in it. */
export interface Place {
  readonly associationId: string;
  /** As the pump writes it. */
  readonly pump: string;
  readonly patient: string;
  readonly unit: string;
  readonly bed: string;
  readonly drug: string;
  readonly concentration: string;
  readonly sinceMs: number;
}

/** What an event of the record changed. */
export interface Moved {
  /** Tokens of pumps that stand elsewhere now, or nowhere. */
  readonly pumps: readonly string[];
  readonly beds: readonly string[];
  /** Patients who lie in another unit than before. */
  readonly patients: readonly string[];
}

const NOTHING: Moved = { pumps: [], beds: [], patients: [] };

/** Which pump is at whom and who lies where, as the record says; the newest record of a pump counts. */
export class Places {
  readonly #places = new Map<string, Place>();
  readonly #beds = new Map<string, BedView>();
  readonly #units = new Map<string, string>();

  take(event: StreamEvent): Moved {
    if (isEvent(event, AssociationMade)) {
      const { patient, unit, bed, pumpSerial: pump, syringe, validFrom } = event.data;
      const { drug, concentration } = syringe;
      const sinceMs = Date.parse(validFrom);
      return this.#made({
        associationId: event.subject,
        pump,
        patient,
        unit,
        bed,
        drug,
        concentration,
        sinceMs,
      });
    }
    if (!isEvent(event, AssociationEnded)) return NOTHING;
    return this.#ended(event.subject, event.data.cause === 'syringe-changed');
  }

  /** Of a pump by the name that it has in subjects. */
  of(pump: string): Place | undefined {
    return this.#places.get(pump);
  }

  bed(name: string): BedView | undefined {
    return this.#beds.get(name);
  }

  /** Where a patient lies, or lay last. */
  unitOf(patient: string): string | undefined {
    return this.#units.get(patient);
  }

  /** Whether the record says of anything that it is at this patient. */
  knows(patient: string): boolean {
    return [...this.#beds.values()].some((bed) => bed.patient === patient);
  }

  #made(place: Place): Moved {
    const { patient, unit, bed } = place;
    const pump = toToken(place.pump);
    const before = this.#places.get(pump);
    this.#places.set(pump, place);
    this.#beds.set(bed, { bed, unit, patient });
    const isElsewhere = this.#units.get(patient) !== unit;
    this.#units.set(patient, unit);
    const left = before === undefined || before.bed === bed ? [] : this.#left(before);
    return { pumps: [pump], beds: [bed, ...left], patients: isElsewhere ? [patient] : [] };
  }

  /** A patient whose syringe is being changed still lies there. */
  #ended(associationId: string, isSyringe: boolean): Moved {
    const found = [...this.#places].find(([, place]) => place.associationId === associationId);
    if (found === undefined) return NOTHING;
    const [pump, place] = found;
    this.#places.delete(pump);
    return { pumps: [pump], beds: isSyringe ? [] : this.#left(place), patients: [] };
  }

  /** A bed at which nothing is recorded any more is empty. */
  #left({ bed, patient }: Place): readonly string[] {
    const stays = [...this.#places.values()].some((other) => other.bed === bed && other.patient === patient);
    if (stays || this.#beds.get(bed)?.patient !== patient) return [];
    this.#beds.delete(bed);
    return [bed];
  }
}
