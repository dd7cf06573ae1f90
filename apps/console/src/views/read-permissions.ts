import { authorise, emergencyPatients, entryOf, identityOf, type PeopleState } from '@bcmed/policy';
import type { Whose } from '../domain/board.js';

/** Roles and emergency access end by the clock, so it is looked so often whether one did. */
const LOOK_ANEW_MS = 1_000;
const MOST_PEOPLE = 2_000;

interface Decided {
  readonly whose: Whose;
  readonly isAllowed: boolean;
  /** Why not, for the person. */
  readonly words: string;
}

interface Reader {
  version: number;
  /** Everything of a person on which a policy can rest, at the time of the last decision. */
  basis: string;
  readonly decided: Map<string, Decided>;
}

/**
 * Who may read of which patient, decided by the policies and remembered until something of the person changes: a decision takes half a
 * millisecond, and there are as many as people times patients. A person's `version` changes whenever they may read something that they
 * might not before, or the other way round.
 */
export class ReadPermissions {
  readonly #readers = new Map<string, Reader>();
  #versions = 0;
  #people: PeopleState | undefined;
  #lookedMs = 0;

  constructor(
    private readonly people: () => PeopleState,
    private readonly nowMs: () => number = Date.now,
  ) {}

  versionOf(person: string): number {
    return this.#reader(person).version;
  }

  /** What tells of no patient may be read by everybody who is signed in. */
  mayRead(person: string, whose: Whose | undefined): boolean {
    return whose === undefined || this.#decided(person, whose).isAllowed;
  }

  /** Why a person may not read of this patient. */
  wordsFor(person: string, whose: Whose): string {
    return this.#decided(person, whose).words;
  }

  /** To be called often; asks the policies anew for whom something has changed. */
  refresh(): void {
    const now = this.nowMs();
    const people = this.people();
    if (people === this.#people && now - this.#lookedMs < LOOK_ANEW_MS) return;
    this.#people = people;
    this.#lookedMs = now;
    for (const [person, reader] of this.#readers) {
      const basis = this.#basisOf(person);
      if (basis !== reader.basis) this.#askAnew(person, reader);
      reader.basis = basis;
    }
  }

  #askAnew(person: string, reader: Reader): void {
    for (const [key, before] of reader.decided) {
      const after = this.#decide(person, before.whose);
      reader.decided.set(key, after);
      if (after.isAllowed !== before.isAllowed) reader.version = this.#versions += 1;
    }
  }

  /** What `authorise` takes of a person: who they are, the roles that are in force, and open emergency access. */
  #basisOf(person: string): string {
    const people = this.people();
    const now = this.nowMs();
    const roles = (entryOf(people.people, person)?.roles ?? []).filter(
      ({ until }) => until === undefined || now < Date.parse(until),
    );
    const emergencies = emergencyPatients(people, person, new Date(now).toISOString());
    return JSON.stringify([identityOf(people, person), roles, emergencies]);
  }

  #decided(person: string, whose: Whose): Decided {
    const { decided } = this.#reader(person);
    const key = `${whose.unit} ${whose.patient}`;
    const known = decided.get(key);
    if (known !== undefined) return known;
    const made = this.#decide(person, whose);
    decided.set(key, made);
    return made;
  }

  #decide(person: string, whose: Whose): Decided {
    const resource = { kind: 'patient', id: whose.patient, unit: whose.unit } as const;
    const at = new Date(this.nowMs()).toISOString();
    const decision = authorise({ person, action: 'read-patient', resource }, this.people(), { at });
    const words = decision.outcome === 'denied' ? decision.words : '';
    return { whose, isAllowed: decision.outcome === 'allowed', words };
  }

  #reader(person: string): Reader {
    const known = this.#readers.get(person);
    if (known !== undefined) return known;
    const made: Reader = {
      version: (this.#versions += 1),
      basis: this.#basisOf(person),
      decided: new Map(),
    };
    this.#readers.set(person, made);
    for (const oldest of this.#readers.keys()) {
      if (this.#readers.size <= MOST_PEOPLE) break;
      this.#readers.delete(oldest);
    }
    return made;
  }
}
