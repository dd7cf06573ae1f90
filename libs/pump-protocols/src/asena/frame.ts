import { UnwritableFrameError } from '../errors.js';
import { crc16CcittFalse, crcText } from './crc16.js';

/**
 * One message of either direction, after its CRC was found right. Fields are exactly what stood between the carets:
 * empty ones stay, spaces stay (`^ 50^` is a syringe of 50 ml), bytes above 0x7F are kept as Latin-1 characters.
 */
export interface AsenaFrame {
  readonly command: string;
  readonly fields: readonly string[];
}

export const BYTE = {
  start: 0x21,
  fieldSeparator: 0x5e,
  crcSeparator: 0x7c,
  end: 0x0d,
  escape: 0x1b,
} as const;

/**
 * The most bytes that may stand between the start mark and the carriage return. The longest recorded frame has 87;
 * anything longer than this is not a frame, and the parser holds no more than this in memory.
 */
export const MAX_FRAME_BYTES = 512;

const COMMAND = /^[A-Za-z0-9_]+$/;

/**
 * The bytes of a frame as they go on the line: `!COMMAND^field…|CRC4<CR>`, the CRC over what stands between the two
 * marks. `AsenaParser` gives back exactly the frame that went in, whatever the chunks.
 *
 * @throws UnwritableFrameError when a character would break the framing, or the frame exceeds `MAX_FRAME_BYTES`.
 */
export function formatFrame(command: string, fields: readonly string[] = []): Uint8Array {
  return latin1Bytes(`${frameText({ command, fields })}\r`);
}

/** The frame as people and logs write it, CRC included, without the carriage return: `!INF_START|38F3`. */
export function frameText({ command, fields }: AsenaFrame): string {
  if (!COMMAND.test(command)) {
    throw new UnwritableFrameError(`"${command}" is no command word: letters, digits and _ only`);
  }
  for (const [index, field] of fields.entries()) {
    if (!isWritableField(field)) {
      throw new UnwritableFrameError(
        `field ${index + 1} of ${command} holds a character that would break the frame: ${JSON.stringify(field)}`,
      );
    }
  }
  const payload = [command, ...fields].join('^');
  const text = `!${payload}|${crcText(crc16CcittFalse(latin1Bytes(payload)))}`;
  if (text.length - 1 > MAX_FRAME_BYTES) {
    throw new UnwritableFrameError(
      `${command} is ${text.length - 1} bytes long, ${MAX_FRAME_BYTES} are possible`,
    );
  }
  return text;
}

/** Whether a field can travel: Latin-1 only, and none of `!`, `^`, `|`, carriage return, ESC. */
export function isWritableField(field: string): boolean {
  for (let index = 0; index < field.length; index += 1) {
    const code = field.charCodeAt(index);
    if (code > 0xff || FRAMING_BYTES.has(code)) return false;
  }
  return true;
}

/** Characters 0x00 to 0xFF as the bytes of the same number: the pump knows no Unicode. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The reverse of `latin1Bytes`, for every byte string. */
export function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const FRAMING_BYTES: ReadonlySet<number> = new Set(Object.values(BYTE));
