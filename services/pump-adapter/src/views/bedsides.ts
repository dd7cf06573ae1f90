import { AssociationEnded, AssociationMade, isEvent, toToken, type StreamEvent } from '@bcmed/events';
import type { Bedside } from '../domain/index.js';

interface Recorded extends Bedside {
  /** Of the association that is in force; absent after its end. */
  readonly id?: string;
  /** As the pump writes it; another pump that only looks the same in a subject is none. */
  readonly serial: string;
}

/**
 * At whom each pump of the site is, as the admitted events of associations say: the newest record of a pump counts, and one that
 * ended is none. Held in memory and read from the stream at every start, so nothing can differ from it.
 */
export class Bedsides {
  readonly #byPump = new Map<string, Recorded>();
  /** An association that is over does not come back, whoever sends its event again. */
  readonly #over = new Set<string>();
  #readThrough = 0n;

  /** `unit` is where pumps stand of which nothing is recorded. */
  constructor(private readonly unit: string) {}

  /** Takes an admitted event, in the order of the stream; one that was read before changes nothing. Gives the pump that it concerns. */
  take(event: StreamEvent, position: bigint): string | undefined {
    if (position <= this.#readThrough) return undefined;
    this.#readThrough = position;
    if (isEvent(event, AssociationMade)) return this.#made(event.subject, event.data, position);
    return isEvent(event, AssociationEnded) ? this.#ended(event.subject, position) : undefined;
  }

  of(serial: string): Bedside {
    const found = this.#byPump.get(toToken(serial));
    return found?.serial === serial ? found : { unit: this.unit, changedAt: found?.changedAt ?? 0n };
  }

  #made(
    id: string,
    data: {
      readonly pumpSerial: string;
      readonly patient: string;
      readonly unit: string;
      readonly validFrom: string;
    },
    changedAt: bigint,
  ): string | undefined {
    const { pumpSerial: serial, patient, unit, validFrom } = data;
    const pump = toToken(serial);
    const before = this.#byPump.get(pump)?.id;
    if (this.#over.has(id) || before === id) return undefined;
    if (before !== undefined) this.#over.add(before);
    this.#byPump.set(pump, { id, serial, patient, unit, validFromMs: Date.parse(validFrom), changedAt });
    return pump;
  }

  #ended(id: string, changedAt: bigint): string | undefined {
    this.#over.add(id);
    for (const [pump, { id: standing, serial }] of this.#byPump) {
      if (standing !== id) continue;
      this.#byPump.set(pump, { serial, unit: this.unit, changedAt });
      return pump;
    }
    return undefined;
  }
}
