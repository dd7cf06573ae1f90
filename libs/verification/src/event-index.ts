import type { PriorEvents } from '@bcmed/admission';

const WORDS_PER_SLOT = 6;
const FIRST_SLOTS = 1_024;
const LOWER_CASE_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Which event stands where, for logs of any length: 24 bytes for an id at half load, where a Map needs 150 and ends
 * at 16.7 million. Open addressing over the four words of a UUID; an id of another spelling goes into a Map, because
 * the rules compare ids as texts.
 */
export class EventIndex implements PriorEvents {
  #slots = FIRST_SLOTS;
  #words = new Uint32Array(FIRST_SLOTS * WORDS_PER_SLOT);
  #count = 0;
  readonly #others = new Map<string, bigint>();

  positionOf(eventId: string): bigint | undefined {
    const key = wordsOf(eventId);
    if (!key) return this.#others.get(eventId);
    const at = this.#find(key) * WORDS_PER_SLOT;
    const position = this.#positionAt(at);
    return position === 0n ? undefined : position;
  }

  /** Remembers an admitted event. An id that is known keeps its first position, which is what the rules ask for. */
  add(eventId: string, position: bigint): void {
    const key = wordsOf(eventId);
    if (!key) {
      if (!this.#others.has(eventId)) this.#others.set(eventId, position);
      return;
    }
    if (2 * (this.#count + 1) > this.#slots) this.#grow();
    const at = this.#find(key) * WORDS_PER_SLOT;
    if (this.#positionAt(at) !== 0n) return;
    this.#words.set(key, at);
    this.#words[at + 4] = Number(position >> 32n);
    this.#words[at + 5] = Number(position & 0xffff_ffffn);
    this.#count++;
  }

  #positionAt(at: number): bigint {
    return (BigInt(this.#words[at + 4] ?? 0) << 32n) | BigInt(this.#words[at + 5] ?? 0);
  }

  /** The slot of the key, or the empty one where it belongs. Position 0 marks an empty slot: positions begin at 1. */
  #find(key: readonly number[]): number {
    const [a = 0, b = 0, c = 0, d = 0] = key;
    const mask = this.#slots - 1;
    // The last words of a UUIDv7 are random, the first are time: mix all of them.
    let slot = (Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ d) & mask;
    for (;;) {
      const at = slot * WORDS_PER_SLOT;
      const words = this.#words;
      const empty = words[at + 4] === 0 && words[at + 5] === 0;
      if (empty || (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d))
        return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * WORDS_PER_SLOT);
    for (let at = 0; at < old.length; at += WORDS_PER_SLOT) {
      if (old[at + 4] === 0 && old[at + 5] === 0) continue;
      const entry = old.subarray(at, at + WORDS_PER_SLOT);
      this.#words.set(entry, this.#find([...entry.subarray(0, 4)]) * WORDS_PER_SLOT);
    }
  }
}

function wordsOf(eventId: string): number[] | undefined {
  if (!LOWER_CASE_UUID.test(eventId)) return undefined;
  const digits = eventId.replaceAll('-', '');
  return [0, 8, 16, 24].map((from) => Number.parseInt(digits.slice(from, from + 8), 16));
}
