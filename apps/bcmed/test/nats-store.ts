import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { highwayHash64 } from './highway-hash.js';

/** One message as nats-server's file store holds it. */
export interface StoredRecord {
  readonly position: number;
  /** Of the event in it. */
  readonly id: string;
  readonly type: string;
  /** Where the record stands in its file: from its first byte to the one behind its last. */
  readonly from: number;
  readonly to: number;
}

/** What a hand does to a record: flips the lowest bit `offset` bytes behind the beginning of `text`. */
export interface Change {
  readonly text: string;
  readonly offset: number;
  /** Whether the hand also writes the checksum anew, so that nats-server takes the record for its own. */
  readonly mendsChecksum: boolean;
}

const RECORD_HEADER_BYTES = 22;
const CHECKSUM_BYTES = 8;
const HEADERS_LENGTH_BYTES = 4;
const HAS_HEADERS = 0x8000_0000;

/** The one block file in which a folder's nats-server keeps a stream of a few seconds. */
export function storeOf(folder: string, stream: string): string {
  const blocks = readdirSync(join(folder, 'nats'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes(`/${stream}/msgs/`) && path.endsWith('.blk'),
  );
  const [only, ...more] = blocks;
  if (only === undefined || more.length > 0) throw new Error(`${stream} has ${blocks.length} block files`);
  return join(folder, 'nats', only);
}

/**
 * Every message of a block file, read by the file's own layout and not by the server: length (its highest bit says that there are
 * headers), sequence, time, length of the subject, subject, headers behind their length, body, checksum; little-endian. Source:
 * nats-server 2.12, server/filestore.go, writeMsgRecordLocked.
 */
export function recordsOf(path: string): StoredRecord[] {
  const bytes = readFileSync(path);
  const records: StoredRecord[] = [];
  for (let from = 0; from < bytes.length;) {
    const to = from + (bytes.readUInt32LE(from) & ~HAS_HEADERS);
    if (to < from + RECORD_HEADER_BYTES + CHECKSUM_BYTES || to > bytes.length)
      throw new Error(`no record at byte ${from} of ${path}`);
    const position = Number(bytes.readBigUInt64LE(from + 4));
    const { id, type } = JSON.parse(
      bytes.toString('utf8', partsOf(bytes, from).body, to - CHECKSUM_BYTES),
    ) as {
      id: string;
      type: string;
    };
    records.push({ position, id, type, from, to });
    from = to;
  }
  return records;
}

/** Changes the first record behind the middle of the file that holds the text, and says which one that was. */
export function changeOneRecord(path: string, stream: string, change: Change): StoredRecord {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(change.text, Math.floor(bytes.length / 2)) + change.offset;
  const record = recordsOf(path).find(({ from, to }) => from < at && at < to - CHECKSUM_BYTES);
  if (at < change.offset || record === undefined) throw new Error(`no ${change.text} in ${path}`);
  const checksum = (): bigint =>
    checksumOf(bytes, record, `${stream}-${Number.parseInt(basename(path), 10)}`);
  const checksumAt = record.to - CHECKSUM_BYTES;
  // A wrong reckoning would make a change that the server notices look like one that it does not.
  if (bytes.readBigUInt64LE(checksumAt) !== checksum()) throw new Error('the checksum is reckoned otherwise');
  bytes[at] = bytes[at]! ^ 1;
  if (change.mendsChecksum) bytes.writeBigUInt64LE(checksum(), checksumAt);
  writeFileSync(path, bytes);
  return record;
}

/** HighwayHash of sequence, time, subject, headers and body, under the hash of the name of stream and block. */
function checksumOf(bytes: Buffer, { from, to }: StoredRecord, blockName: string): bigint {
  const { subject, headers, body } = partsOf(bytes, from);
  const hashed = Buffer.concat([
    bytes.subarray(from + 4, from + 20),
    bytes.subarray(subject, headers - (headers === body ? 0 : HEADERS_LENGTH_BYTES)),
    bytes.subarray(headers, to - CHECKSUM_BYTES),
  ]);
  return highwayHash64(createHash('sha256').update(blockName).digest(), hashed);
}

/** Where the parts of a record begin; without headers they begin where the body does. */
function partsOf(bytes: Buffer, from: number): { subject: number; headers: number; body: number } {
  const subject = from + RECORD_HEADER_BYTES;
  const behind = subject + bytes.readUInt16LE(from + 20);
  if ((bytes.readUInt32LE(from) & HAS_HEADERS) === 0) return { subject, headers: behind, body: behind };
  const headers = behind + HEADERS_LENGTH_BYTES;
  return { subject, headers, body: headers + bytes.readUInt32LE(behind) };
}
