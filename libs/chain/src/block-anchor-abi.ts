import { blockAnchorArtifact } from '@bcmed/contracts';
import { Interface } from 'ethers';
import { hex, type BlockHeader, type Hex } from './block-header.js';
import { ContractRefusedError } from './errors.js';
import type { RpcRefusal } from './rpc.js';

/** What the contract remembers: the newest block. `number` is 0 and all else zero before the first. */
export interface AnchorHead {
  readonly number: bigint;
  readonly treeSize: bigint;
  readonly lastSequence: bigint;
  readonly blockHash: Hex;
  readonly rootHash: Hex;
}

/** The block after which a successor contract begins, and the contract that was lost or left. */
export interface AnchorLink {
  readonly predecessor: Hex;
  readonly number: bigint;
  readonly blockHash: Hex;
}

/** A block with the signatures that carry it, sorted as the contract demands. */
export interface SignedBlock {
  readonly header: BlockHeader;
  readonly signatures: readonly string[];
}

/** BlockAnchor's calls, errors and events, from the committed artefact. */
export const blockAnchor = new Interface(JSON.stringify(blockAnchorArtifact.abi));

/** ethers hands out `any`; every value from a contract passes one of these readers. */
export function readBigint(value: unknown): bigint {
  if (typeof value !== 'bigint') throw new TypeError('the contract did not answer with a number');
  return value;
}

export function readText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('the contract did not answer with a text');
  return value;
}

export function readHex(value: unknown): Hex {
  return hex(readText(value));
}

export function readList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('the contract did not answer with a list');
  return value;
}

/** `Head` as the contract encodes it. */
export function readHead(value: unknown): AnchorHead {
  const [number, treeSize, lastSequence, blockHash, rootHash] = readList(value);
  return {
    number: readBigint(number),
    treeSize: readBigint(treeSize),
    lastSequence: readBigint(lastSequence),
    blockHash: readHex(blockHash),
    rootHash: readHex(rootHash),
  };
}

/** `Link` as the contract encodes it; all zero stands for none. */
export function readLink(value: unknown): AnchorLink {
  const [predecessor, number, blockHash] = readList(value);
  return { predecessor: readHex(predecessor), number: readBigint(number), blockHash: readHex(blockHash) };
}

/**
 * The contract's own words for a refusal, or nothing when no contract spoke. A revert without a known error (an out-of-gas,
 * another program at this address) is named `Unknown` and keeps its bytes.
 */
export function decodeRefusal(refusal: RpcRefusal): ContractRefusedError | undefined {
  const { data } = refusal;
  if (data === undefined) {
    if (!/revert/i.test(refusal.message)) return undefined;
    return new ContractRefusedError('Unknown', {}, { cause: refusal });
  }
  const error = blockAnchor.parseError(data);
  if (error === null) return new ContractRefusedError('Unknown', { data }, { cause: refusal });
  const args: Record<string, unknown> = {};
  for (const [index, input] of error.fragment.inputs.entries()) args[input.name] = error.args[index];
  return new ContractRefusedError(error.name, args, { cause: refusal });
}
