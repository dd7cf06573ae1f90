import { decodeEntryBundle, hashesEqual, leafHash, type Hash } from '@bcmed/merkle';

const PREFIX = 2;
/** How a leaf begins: a sealed entry with its header, a rejection record with its brace. */
const BEGINNINGS = [Buffer.from('eyJ'), Buffer.from('{"b')];

/** What could be cut out of a bundle. */
export interface CutBundle {
  /** One for each leaf; undefined where nothing can be cut out. */
  readonly entries: readonly (Uint8Array | undefined)[];
  /** Index of the first entry whose length does not fit, if one does not. */
  readonly damagedAt: number | undefined;
}

/**
 * The entries of a bundle, one for each of `hashes`, also when a length in it was changed: then every entry that still
 * hashes to its leaf is found again behind the damage, so that only the damaged ones differ.
 */
export function cutBundle(bytes: Uint8Array, hashes: readonly Hash[]): CutBundle {
  try {
    return { entries: decodeEntryBundle(bytes, hashes.length), damagedAt: undefined };
  } catch {
    return salvage(bytes, hashes);
  }
}

function salvage(bytes: Uint8Array, hashes: readonly Hash[]): CutBundle {
  const entries: (Uint8Array | undefined)[] = hashes.map(() => undefined);
  let offset = 0;
  let damagedAt: number | undefined;
  for (let place = 0; place < hashes.length; place++) {
    const entry = entryAt(bytes, offset);
    const expected = hashes[place];
    if (entry && expected && hashesEqual(leafHash(entry), expected)) {
      entries[place] = entry;
      offset += PREFIX + entry.length;
      continue;
    }
    damagedAt ??= place;
    const next = hashes[place + 1];
    const resumed = next && findEntry(bytes, offset + PREFIX, next);
    const end = resumed ?? (next ? undefined : bytes.length);
    entries[place] = end === undefined ? entry : bytes.subarray(offset + PREFIX, end);
    if (end === undefined && !entry) break;
    offset = end ?? offset + PREFIX + (entry?.length ?? 0);
  }
  return { entries, damagedAt: damagedAt ?? hashes.length - 1 };
}

function entryAt(bytes: Uint8Array, offset: number): Uint8Array | undefined {
  if (offset + PREFIX > bytes.length) return undefined;
  const end = offset + PREFIX + new DataView(bytes.buffer, bytes.byteOffset + offset).getUint16(0);
  return end > bytes.length ? undefined : bytes.subarray(offset + PREFIX, end);
}

/** Offset at which the entry with this leaf hash begins, its length prefix included. */
function findEntry(bytes: Uint8Array, from: number, hash: Hash): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const beginning of BEGINNINGS) {
    let at = buffer.indexOf(beginning, from + PREFIX);
    for (; at >= 0; at = buffer.indexOf(beginning, at + 1)) {
      const entry = entryAt(bytes, at - PREFIX);
      if (entry && hashesEqual(leafHash(entry), hash)) return at - PREFIX;
    }
  }
  return undefined;
}
