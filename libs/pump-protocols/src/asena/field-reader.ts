import type { TimeRemaining } from '../reading.js';

/** Internal to the decoders: carries the offending field out to `decodeReply`, which turns it into an outcome. */
export class Malformed extends Error {
  constructor(
    readonly field: string,
    readonly text: string,
    readonly expected: string,
  ) {
    super(`${field}: expected ${expected}, got ${JSON.stringify(text)}`);
  }
}

const DECIMAL = /^-?\d{1,9}(\.\d{1,9})?$/;
const COUNT = /^\d{1,15}$/;
const TIME = /^(\d{2}):([0-5]\d):([0-5]\d)$/;

/** Takes the fields of one frame from left to right; a missing field reads as the text `undefined` would: malformed. */
export class FieldReader {
  readonly #fields: readonly string[];
  #next = 0;

  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  get left(): number {
    return this.#fields.length - this.#next;
  }

  rest(): readonly string[] {
    return this.#fields.slice(this.#next);
  }

  text(field: string): string {
    const text = this.#fields[this.#next];
    if (text === undefined) throw new Malformed(field, '', 'a field');
    this.#next += 1;
    return text;
  }

  /** A field that may be missing or empty. */
  optionalText(): string | null {
    if (this.left === 0) return null;
    const text = this.text('');
    return text === '' ? null : text;
  }

  /** Passes over at most `most` fields, as long as they are empty: the placeholders of a value that is not there. */
  skipEmpty(most: number): void {
    for (let skipped = 0; skipped < most && this.#fields[this.#next] === ''; skipped += 1) this.#next += 1;
  }

  filledText(field: string): string {
    const text = this.text(field);
    if (text.trim() === '') throw new Malformed(field, text, 'a text that is not empty');
    return text;
  }

  /** Exactly this word, or the frame is of another build than we know. */
  word(field: string, word: string): void {
    const text = this.text(field);
    if (text !== word) throw new Malformed(field, text, word);
  }

  /** True for the first word, false for the second; anything else is malformed. */
  either(field: string, yes: string, no: string): boolean {
    const text = this.text(field);
    if (text !== yes && text !== no) throw new Malformed(field, text, `${yes} or ${no}`);
    return text === yes;
  }

  /** Blanks around the digits are accepted, since the pump right-aligns (` 50`). */
  number(field: string): number {
    const text = this.text(field);
    if (!DECIMAL.test(text.trim())) throw new Malformed(field, text, 'a decimal number');
    return Number(text);
  }

  quantity(field: string, unit: string): number {
    const value = this.number(field);
    this.word(`${field} unit`, unit);
    return value;
  }

  optionalQuantity(field: string, unit: string): number | null {
    if (this.#fields[this.#next]?.trim() !== '') return this.quantity(field, unit);
    this.#next += 1;
    const unitText = this.text(`${field} unit`);
    if (unitText !== '' && unitText !== unit) throw new Malformed(`${field} unit`, unitText, unit);
    return null;
  }

  count(field: string): number {
    const text = this.text(field);
    if (!COUNT.test(text)) throw new Malformed(field, text, 'a whole number');
    return Number(text);
  }

  timeRemaining(field: string): TimeRemaining | null {
    const text = this.text(field);
    if (text.trim() === '') return null;
    if (text === '24+') return 'more-than-24-hours';
    const [whole, hours, minutes, seconds] = TIME.exec(text) ?? [];
    if (whole === undefined) throw new Malformed(field, text, 'HH:MM:SS or 24+');
    return { seconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) };
  }
}
