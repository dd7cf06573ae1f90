import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { derivedId } from '@bcmed/events';
import { StateFileError } from '../errors.js';
import type { Bed } from '../domain/bedside/floor.js';

const kept = z.strictObject({
  id: z.uuid(),
  patient: z.string(),
  bed: z.string(),
  unit: z.string(),
  pumpSerial: z.string(),
  syringe: z.strictObject({
    drug: z.string(),
    concentration: z.string(),
    lot: z.string().optional(),
    expiry: z.string().optional(),
  }),
  validFrom: z.string(),
  ended: z
    .strictObject({ cause: z.enum(['disconnected', 'patient-moved']), validUntil: z.string() })
    .optional(),
});

/** A pump at a patient in a bed, as it was recorded; with an end, it is over and only that has to be said. */
export type Association = Readonly<z.infer<typeof kept>>;
export type EndCause = NonNullable<Association['ended']>['cause'];

/**
 * Which associations we have recorded, in a file, so that a restart goes on with them and neither records twice nor forgets to
 * end one. An association is on disk before it is told to anybody; it leaves the book when its end is stored.
 */
export class AssociationBook {
  readonly #path: string;
  #open: readonly Association[];
  /** What the log is known to have, since this start: `<id> made`, `<id> ended`. */
  readonly #told = new Set<string>();

  /** @throws StateFileError for a file that is not ours. */
  constructor(path: string) {
    this.#path = path;
    this.#open = read(path);
  }

  /** Those that hold now. */
  get standing(): readonly Association[] {
    return this.#open.filter(({ ended }) => ended === undefined);
  }

  /** How much the log has not been told yet since this start. */
  get untold(): number {
    const isUntold = ({ id, ended }: Association): number =>
      (this.#told.has(`${id} made`) ? 0 : 1) + (ended === undefined ? 0 : 1);
    return this.#open.reduce((count, one) => count + isUntold(one), 0);
  }

  /** What the log has to be told next, in order: that one was made, or that it ended. Null when it knows everything. */
  get next(): { readonly association: Association; readonly what: 'made' | 'ended' } | null {
    for (const association of this.#open) {
      if (!this.#told.has(`${association.id} made`)) return { association, what: 'made' };
      if (association.ended !== undefined) return { association, what: 'ended' };
    }
    return null;
  }

  /**
   * Records how things stand at `at`: what no longer holds has ended for this cause, what is new was made, all else goes on.
   *
   * @throws StateFileError
   */
  record(unit: string, beds: readonly Bed[], at: string, cause: EndCause): void {
    const wanted = beds.flatMap((bed) => atBed(unit, bed));
    const standing = this.standing;
    const isSame = (one: Omit<Association, 'id' | 'validFrom'>, other: Association): boolean =>
      keyOf(one) === keyOf(other);
    const ended = this.#open.map((one): Association => {
      if (one.ended !== undefined || wanted.some((other) => isSame(other, one))) return one;
      return { ...one, ended: { cause, validUntil: at } };
    });
    const made = wanted
      .filter((one) => !standing.some((other) => isSame(one, other)))
      .map((one): Association => {
        const id = derivedId('association', one.unit, one.bed, one.patient, one.pumpSerial, at);
        return { id, ...one, validFrom: at };
      });
    this.#keep([...ended, ...made]);
  }

  /** The log has it. @throws StateFileError */
  told({ id }: Association, what: 'made' | 'ended'): void {
    this.#told.add(`${id} ${what}`);
    if (what === 'ended') this.#keep(this.#open.filter((one) => one.id !== id));
  }

  #keep(open: readonly Association[]): void {
    write(this.#path, `${JSON.stringify(open, null, 2)}\n`);
    this.#open = open;
  }
}

function atBed(unit: string, { name, stay }: Bed): readonly Omit<Association, 'id' | 'validFrom'>[] {
  if (stay === null) return [];
  const { pseudonym: patient, channels } = stay.plan;
  return channels.map(({ serial, syringe }) => ({
    patient,
    bed: name,
    unit,
    pumpSerial: serial,
    syringe: { ...syringe },
  }));
}

function keyOf({ patient, bed, unit, pumpSerial, syringe }: Omit<Association, 'id' | 'validFrom'>): string {
  const { drug, concentration, lot, expiry } = syringe;
  return JSON.stringify([patient, bed, unit, pumpSerial, drug, concentration, lot, expiry]);
}

function read(path: string): readonly Association[] {
  try {
    return z.array(kept).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new StateFileError(`${path} cannot be read as associations`, { cause });
  }
}

/** Whole or not at all, and on disk when this returns. */
function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(`${path}.tmp`, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.tmp`, path);
  } catch (cause) {
    throw new StateFileError(`${path} cannot be written`, { cause });
  }
}
