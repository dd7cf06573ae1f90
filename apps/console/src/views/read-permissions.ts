import { authorise, type PeopleState } from '@bcmed/policy';
import type { Whose } from '../domain/board.js';

/** Roles and emergency access end by the clock, so everything is asked anew so often. */
const ASK_ANEW_MS = 10_000;
const MOST_PEOPLE = 2_000;

interface Decided {
  readonly whose: Whose;
  readonly isAllowed: boolean;
  /** Why not, for the person. */
  readonly words: string;
}

interface Reader {
  version: number;
  readonly decided: Map<string, Decided>;
}

/**
 * Who may read of which patient, decided by the policies and remembered until people change. A person's `version` changes whenever they
 * may read something that they might not before, or the other way round.
 */
export class ReadPermissions {
  readonly #readers = new Map<string, Reader>();
  #versions = 0;
  #people: PeopleState | undefined;
  #askedMs = 0;

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

  /** To be called often; asks the policies anew when people changed or time has passed. */
  refresh(): void {
    const now = this.nowMs();
    const people = this.people();
    if (people === this.#people && now - this.#askedMs < ASK_ANEW_MS) return;
    this.#people = people;
    this.#askedMs = now;
    for (const [person, reader] of this.#readers)
      for (const [key, before] of reader.decided) {
        const after = this.#decide(person, before.whose);
        reader.decided.set(key, after);
        if (after.isAllowed !== before.isAllowed) reader.version = this.#versions += 1;
      }
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
    const made: Reader = { version: (this.#versions += 1), decided: new Map() };
    this.#readers.set(person, made);
    for (const oldest of this.#readers.keys()) {
      if (this.#readers.size <= MOST_PEOPLE) break;
      this.#readers.delete(oldest);
    }
    return made;
  }
}
