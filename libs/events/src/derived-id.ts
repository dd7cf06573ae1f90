import { createHash } from 'node:crypto';

/**
 * The UUID of an event that its cause determines: the same cause and purpose give the same id, so a redelivery or a restart
 * cannot make a second one. UUID version 8 (RFC 9562 section 5.8) over SHA-256 of the parts, each with its length before it so
 * that no two lists of parts read the same.
 */
export function derivedId(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
