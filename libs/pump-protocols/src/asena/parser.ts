import { crc16CcittFalse, crcText } from './crc16.js';
import { BYTE, latin1Text, MAX_FRAME_BYTES, type AsenaFrame } from './frame.js';

/** What the parser found on the line, in the order in which it was found. */
export type AsenaFinding =
  | { readonly kind: 'frame'; readonly frame: AsenaFrame }
  /** A whole frame whose CRC does not fit: `text` is what stood between the marks, to be logged and never acted on. */
  | {
      readonly kind: 'wrong-crc';
      readonly text: string;
      readonly expected: string;
      readonly received: string;
    }
  /** Start and end mark, but between them no `COMMAND^…|CRC4`. */
  | { readonly kind: 'malformed'; readonly text: string }
  /** More than `MAX_FRAME_BYTES` after a start mark; the rest up to the next start mark counts as noise. */
  | { readonly kind: 'oversize'; readonly bytes: number }
  /** The pump sent ESC and so took back the `bytes` bytes of the reply that it had begun (0: none had begun). */
  | { readonly kind: 'aborted'; readonly bytes: number }
  /** A start mark inside a frame: the one before it lost its tail. */
  | { readonly kind: 'interrupted'; readonly text: string }
  /** Bytes outside any frame; reported when a frame or an ESC follows, and every `MAX_FRAME_BYTES` bytes. */
  | { readonly kind: 'noise'; readonly bytes: number };

/** The parser's findings other than frames. */
export type AsenaDiagnostic = Exclude<AsenaFinding, { readonly kind: 'frame' }>;

const CRC_DIGITS = /^[0-9A-F]{4}$/;
const COMMAND = /^[A-Za-z0-9_]+$/;

/**
 * Finds frames in a byte stream that arrives in arbitrary pieces. The findings depend on the bytes alone, never on how
 * they were cut into chunks.
 *
 * Promises: never throws; never holds more than `MAX_FRAME_BYTES`; a `!` always begins a frame, also inside another, so
 * a whole frame is found after any garbage at all. Between the marks only upper-case hexadecimal is a CRC. Fields and
 * commands that nobody knows pass unchanged.
 *
 * A frame that lost one bit is never accepted as another one, since CRC-16 finds every single-bit error. KNOWN: one
 * flip can make a byte into `!` and so cut the head off; the tail passes only if its own 16-bit CRC happens to fit
 * (1 in 65,536) and it reads as a command: a caller that compares the reply's command with its request rejects that too.
 */
export class AsenaParser {
  readonly #buffer = new Uint8Array(MAX_FRAME_BYTES);
  #length = 0;
  #insideFrame = false;
  #noiseBytes = 0;

  /** Consumes a chunk and returns what it completed. The chunk is not kept. */
  push(chunk: Uint8Array): AsenaFinding[] {
    const findings: AsenaFinding[] = [];
    for (const byte of chunk) this.#consume(byte, findings);
    return findings;
  }

  /** Bytes of an unfinished frame that are held at the moment. */
  get pendingBytes(): number {
    return this.#length;
  }

  /**
   * Forgets an unfinished frame, so that the tail of a late answer cannot become the head of the next one. Call it
   * before a request is written. Returns the number of bytes that were dropped, the start mark and noise included.
   */
  reset(): number {
    const dropped = this.#noiseBytes + (this.#insideFrame ? this.#length + 1 : 0);
    this.#insideFrame = false;
    this.#length = 0;
    this.#noiseBytes = 0;
    return dropped;
  }

  #consume(byte: number, findings: AsenaFinding[]): void {
    if (byte === BYTE.start) {
      this.#begin(findings);
    } else if (byte === BYTE.escape) {
      this.#flushNoise(findings);
      findings.push({ kind: 'aborted', bytes: this.#insideFrame ? this.#length + 1 : 0 });
      this.#leaveFrame();
    } else if (!this.#insideFrame) {
      this.#noiseBytes += 1;
      if (this.#noiseBytes === MAX_FRAME_BYTES) this.#flushNoise(findings);
    } else if (byte === BYTE.end) {
      findings.push(readFrame(latin1Text(this.#buffer.subarray(0, this.#length))));
      this.#leaveFrame();
    } else if (this.#length === MAX_FRAME_BYTES) {
      findings.push({ kind: 'oversize', bytes: this.#length + 2 });
      this.#leaveFrame();
    } else {
      this.#buffer[this.#length] = byte;
      this.#length += 1;
    }
  }

  #begin(findings: AsenaFinding[]): void {
    this.#flushNoise(findings);
    if (this.#insideFrame) {
      findings.push({ kind: 'interrupted', text: latin1Text(this.#buffer.subarray(0, this.#length)) });
    }
    this.#insideFrame = true;
    this.#length = 0;
  }

  #leaveFrame(): void {
    this.#insideFrame = false;
    this.#length = 0;
  }

  #flushNoise(findings: AsenaFinding[]): void {
    if (this.#noiseBytes > 0) findings.push({ kind: 'noise', bytes: this.#noiseBytes });
    this.#noiseBytes = 0;
  }
}

function readFrame(text: string): AsenaFinding {
  const separator = text.indexOf('|');
  const payload = text.slice(0, Math.max(separator, 0));
  const received = text.slice(separator + 1);
  const [command = '', ...fields] = payload.split('^');
  if (separator < 0 || !CRC_DIGITS.test(received) || !COMMAND.test(command))
    return { kind: 'malformed', text };
  const expected = crcText(crc16CcittFalse(Uint8Array.from(payload, (character) => character.charCodeAt(0))));
  if (expected !== received) return { kind: 'wrong-crc', text, expected, received };
  return { kind: 'frame', frame: { command, fields } };
}
