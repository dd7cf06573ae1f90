import { asena } from '@bcmed/pump-protocols';
import { Dice } from './random.js';

/**
 * What is wrong with a pump's line. Shares are between 0 (never) and 1 (always); `BEHAVES` is a pump as it should be.
 */
export interface Misbehaviour {
  /** Share of requests that stay unanswered. */
  readonly silence: number;
  /** Added to the response time of every answer. */
  readonly lateMs: number;
  /** Share of requests that get the answer to the request before. */
  readonly staleReply: number;
  /** Share of answers in which another pump's serial number stands, CRC right. */
  readonly foreignSerial: number;
  /** Random bytes before every answer, start marks and ESC among them. */
  readonly garbageBytes: number;
  /** Share of answers that lose their tail. */
  readonly truncation: number;
  /** Share of answers with one wrong bit. */
  readonly bitFlips: number;
  /** Share of answers that the pump takes back half-way with ESC. */
  readonly abort: number;
  /** An ESC out of nowhere whenever this much virtual time has passed; 0 is never. */
  readonly spontaneousEscapeEveryMs: number;
}

export const BEHAVES: Misbehaviour = {
  silence: 0,
  lateMs: 0,
  staleReply: 0,
  foreignSerial: 0,
  garbageBytes: 0,
  truncation: 0,
  bitFlips: 0,
  abort: 0,
  spontaneousEscapeEveryMs: 0,
};

export const ESCAPE = Uint8Array.of(0x1b);
const FOREIGN_SERIAL = '8002-00000';

/**
 * Puts answers on the line with the faults that are switched on. Deterministic: its own generator draws the same number
 * of times for every answer, so that switching one fault on does not move the others.
 */
export class FaultyLine {
  readonly #dice: Dice;
  #previous: asena.AsenaFrame | null = null;
  misbehaviour: Misbehaviour = BEHAVES;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }

  /** The bytes that leave the pump for an answer; null when nothing does. */
  transmit(reply: asena.AsenaFrame | null): Uint8Array | null {
    const faults = this.misbehaviour;
    const silent = this.#dice.chance(faults.silence);
    const stale = this.#dice.chance(faults.staleReply);
    const foreign = this.#dice.chance(faults.foreignSerial);
    const cut = this.#dice.chance(faults.truncation);
    const flip = this.#dice.chance(faults.bitFlips);
    const abort = this.#dice.chance(faults.abort);
    const place = this.#dice.next();
    const previous = this.#previous;
    this.#previous = reply;
    if (silent || reply === null) return null;
    const frame = foreign ? withForeignSerial(reply) : stale ? (previous ?? reply) : reply;
    let bytes = asena.encode(frame);
    const at = 1 + Math.floor(place * (bytes.length - 2));
    if (flip) bytes[at] = (bytes[at] ?? 0) ^ (1 << (Math.floor(place * 997) % 8));
    if (abort) bytes = Uint8Array.from([...bytes.subarray(0, at), ...ESCAPE]);
    else if (cut) bytes = bytes.subarray(0, at);
    return Uint8Array.from([...this.#garbage(faults.garbageBytes), ...bytes]);
  }

  #garbage(count: number): number[] {
    return Array.from({ length: count }, () => this.#dice.below(256));
  }
}

function withForeignSerial({ command, fields }: asena.AsenaFrame): asena.AsenaFrame {
  if (command !== 'INF' && command !== 'INST_SERIALNO') return { command, fields };
  return { command, fields: [FOREIGN_SERIAL, ...fields.slice(1)] };
}
