import { EntryBundleError } from './errors.js';
import { FULL_TILE_WIDTH } from './tiles.js';

/** The largest log entry: its length travels in 16 bits. */
export const MAX_ENTRY_LENGTH_BYTES = 65_535;

const LENGTH_PREFIX_BYTES = 2;

/**
 * Entries one after the other, each behind its length as an unsigned 16-bit big-endian number.
 *
 * An entry may be empty; a bundle may not. Source: C2SP tlog-tiles, "Log entries".
 *
 * @throws {EntryBundleError} when an entry is too large, or there are none or more than 256.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > FULL_TILE_WIDTH) {
    throw new EntryBundleError(`a bundle has 1 to ${FULL_TILE_WIDTH} entries, these are ${entries.length}`);
  }
  let length = 0;
  entries.forEach((entry, place) => {
    if (entry.length > MAX_ENTRY_LENGTH_BYTES) {
      throw new EntryBundleError(
        `entry ${place} has ${entry.length} bytes, more than ${MAX_ENTRY_LENGTH_BYTES}`,
      );
    }
    length += LENGTH_PREFIX_BYTES + entry.length;
  });
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const entry of entries) {
    view.setUint16(offset, entry.length);
    bytes.set(entry, offset + LENGTH_PREFIX_BYTES);
    offset += LENGTH_PREFIX_BYTES + entry.length;
  }
  return bytes;
}

/**
 * The entries of a bundle, as views into its bytes.
 *
 * Says only that the lengths add up. Whether the entries are the logged ones shows when their leaf hashes are compared
 * with the tile of the same index. Pass `width` where it is known, so that a bundle that was cut between two entries is
 * noticed too.
 *
 * @throws {EntryBundleError} with the offset of the entry that is cut off, surplus or missing.
 */
export function decodeEntryBundle(bytes: Uint8Array, width?: number): Uint8Array[] {
  const most = width ?? FULL_TILE_WIDTH;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (entries.length === most) throw bundleDamage(`more than ${most} entries`, offset);
    const begin = offset + LENGTH_PREFIX_BYTES;
    if (begin > bytes.length) throw bundleDamage('a length prefix is cut off', offset);
    const end = begin + view.getUint16(offset);
    if (end > bytes.length) {
      throw bundleDamage(
        `entry ${entries.length} needs ${end - begin} bytes, ${bytes.length - begin} are left`,
        offset,
      );
    }
    entries.push(bytes.subarray(begin, end));
    offset = end;
  }
  if (entries.length === 0 || (width !== undefined && entries.length !== width)) {
    throw bundleDamage(`${entries.length} entries, expected ${width ?? 'at least 1'}`, offset);
  }
  return entries;
}

function bundleDamage(what: string, offsetBytes: number): EntryBundleError {
  return new EntryBundleError(`entry bundle at offset ${offsetBytes}: ${what}`, offsetBytes);
}
