import {
  admit,
  applyAdmission,
  recordsOf,
  restoreAdmission,
  type Admission,
  type AdmissionState,
  type StreamSlot,
} from '@bcmed/admission';
import { parseEvent } from '@bcmed/events';
import type { KeyId } from '@bcmed/seal';
import type { Projection } from '@bcmed/views';
import type { Tx } from '../adapters/database.js';
import { eventRow } from '../domain/event-row.js';

export const EVENTS_PROJECTION = 'events';

/** The rules' state after a position whose rows are committed. */
interface Known {
  readonly after: bigint;
  readonly state: AdmissionState;
}

/**
 * Projects EVENTS into the table `event`, applying the rules of admission itself: nobody is asked what was admitted. The rules'
 * state is rows of the same transaction; a copy in memory is used while it belongs to the position that the database says.
 */
export class EventsView implements Projection<StreamSlot, Tx> {
  readonly name = EVENTS_PROJECTION;
  #known: Known | undefined;

  constructor(
    private readonly site: string,
    private readonly rootKeyId: KeyId,
  ) {}

  /** The rules' state after the last batch of this process; undefined until one was applied or after one failed. */
  get state(): AdmissionState | undefined {
    return this.#known?.state;
  }

  async apply(tx: Tx, slots: readonly StreamSlot[]): Promise<void> {
    const [first] = slots;
    if (!first) return;
    const before = first.position - 1n;
    const state = this.#known?.after === before ? this.#known.state : await this.load(tx);
    // Until the transaction is committed nobody knows whether this state is the right one.
    this.#known = undefined;
    const admissions = await this.#decide(tx, state, slots);
    const rows = admissions.map((admission, index) =>
      eventRow({ slot: slots[index] ?? first, ...admission }),
    );
    await tx.event.createMany({
      data: rows.map((row) => ({
        ...row,
        body: Uint8Array.from(row.body),
        leafHash: Uint8Array.from(row.leafHash),
      })),
    });
    await saveRecords(tx, admissions);
    this.#known = { after: before + BigInt(slots.length), state };
  }

  async clear(tx: Tx): Promise<void> {
    this.#known = undefined;
    await tx.event.deleteMany();
    await tx.admissionRecord.deleteMany();
  }

  /** Call it when a transaction failed: its state must not be built on. */
  forget(): void {
    this.#known = undefined;
  }

  /** The rules' state as the database has it. */
  async load(tx: Pick<Tx, 'admissionRecord'>): Promise<AdmissionState> {
    return restoreAdmission(this.site, this.rootKeyId, await tx.admissionRecord.findMany());
  }

  async #decide(tx: Tx, state: AdmissionState, slots: readonly StreamSlot[]): Promise<Admission[]> {
    const positions = await positionsOf(tx, slots);
    return slots.map((slot) => {
      const admission = admit(state, slot, { positionOf: (id) => positions.get(id) });
      applyAdmission(state, admission);
      if (admission.outcome === 'admitted') positions.set(admission.event.id, slot.position);
      return admission;
    });
  }
}

/** Where the events of these slots were admitted before, by id. */
async function positionsOf(tx: Tx, slots: readonly StreamSlot[]): Promise<Map<string, bigint>> {
  const ids = slots.flatMap((slot) => {
    const parsed = 'missing' in slot ? undefined : parseEvent(slot.body);
    return parsed?.ok === true ? [parsed.event.id] : [];
  });
  const rows = await tx.event.findMany({
    where: { outcome: 'admitted', id: { in: ids } },
    select: { id: true, position: true },
  });
  return new Map(rows.flatMap(({ id, position }) => (id === null ? [] : [[id, position]])));
}

async function saveRecords(tx: Tx, admissions: readonly Admission[]): Promise<void> {
  const last = new Map(admissions.flatMap(recordsOf).map(({ key, json }) => [key, json]));
  if (last.size === 0) return;
  await tx.$executeRaw`
    INSERT INTO "admission_record" ("key", "json")
    SELECT * FROM unnest(${[...last.keys()]}::text[], ${[...last.values()]}::text[])
    ON CONFLICT ("key") DO UPDATE SET "json" = EXCLUDED."json"`;
}
