const POLYNOMIAL = 0x1021;
const INITIAL = 0xffff;

const TABLE = Uint16Array.from({ length: 256 }, (_, index) => {
  let remainder = index << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 0x8000 ? (remainder << 1) ^ POLYNOMIAL : remainder << 1;
  }
  return remainder & 0xffff;
});

/**
 * CRC-16/CCITT-FALSE, the one member of the CRC-16 family that the Asena speaks: polynomial 0x1021, start value
 * 0xFFFF, nothing reflected, no final xor; the check value of "123456789" is 0x29B1. Other pump families start from
 * zero or reflect, so this function is deliberately not shared with them.
 */
export function crc16CcittFalse(bytes: Uint8Array): number {
  let remainder = INITIAL;
  for (const byte of bytes) {
    remainder = ((remainder << 8) & 0xffff) ^ (TABLE[(remainder >> 8) ^ byte] ?? 0);
  }
  return remainder;
}

/** The form in which a CRC stands on the wire: exactly four upper-case hexadecimal digits. */
export function crcText(crc: number): string {
  return crc.toString(16).toUpperCase().padStart(4, '0');
}
