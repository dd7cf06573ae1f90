import { CheckpointError } from './errors.js';
import { isHash, type Hash } from './hash.js';
import { isTreeSize } from './size.js';

/** A log's head as people and witnesses exchange it: which log, how many leaves, which root. */
export interface Checkpoint {
  /** Unique name of the log, by custom a URL without its scheme. */
  readonly origin: string;
  readonly size: bigint;
  readonly root: Hash;
}

/**
 * The text that a signed note would sign: origin, size and base64 root, one a line, each line ended.
 *
 * KNOWN: there are no signatures and no extension lines here; the text alone proves nothing about who wrote it.
 * Source: C2SP tlog-checkpoint.
 *
 * @throws {CheckpointError} when the origin is empty or has control characters, or the size is impossible.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  demandOrigin(checkpoint.origin);
  if (!isTreeSize(checkpoint.size)) {
    throw new CheckpointError(`line 2: ${String(checkpoint.size)} cannot be a tree's size`);
  }
  return `${checkpoint.origin}\n${String(checkpoint.size)}\n${Buffer.from(checkpoint.root).toString('base64')}\n`;
}

/**
 * Reads the text that {@link encodeCheckpoint} writes, and nothing else: no leading zeros, canonical padded base64,
 * exactly three lines.
 *
 * @throws {CheckpointError} that names the line at fault.
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, ...rest] = text.split('\n');
  if (
    origin === undefined ||
    size === undefined ||
    root === undefined ||
    rest.length !== 1 ||
    rest[0] !== ''
  ) {
    throw new CheckpointError('a checkpoint has exactly three lines, and each is ended');
  }
  demandOrigin(origin);
  if (!/^(0|[1-9][0-9]{0,19})$/.test(size) || !isTreeSize(BigInt(size))) {
    throw new CheckpointError('line 2: the size is a decimal unsigned 64-bit number without leading zeros');
  }
  const bytes = new Uint8Array(Buffer.from(root, 'base64'));
  if (!isHash(bytes) || Buffer.from(bytes).toString('base64') !== root) {
    throw new CheckpointError('line 3: the root is 32 bytes in padded base64');
  }
  return { origin, size: BigInt(size), root: bytes };
}

function demandOrigin(origin: string): void {
  if (origin === '' || /\p{Cc}/u.test(origin)) {
    throw new CheckpointError('line 1: the origin is not empty and has no control characters');
  }
}
