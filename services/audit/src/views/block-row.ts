import type { StreamEntry } from '@bcmed/admission';
import { fromWireHeader, hashHeader } from '@bcmed/chain';
import type { AnchoredBlock } from '@bcmed/verification';

/** A row of the table `block`. */
export interface BlockRow {
  readonly number: bigint;
  readonly firstPosition: bigint;
  readonly lastPosition: bigint;
  readonly treeSize: bigint;
  readonly rootHash: string;
  readonly previousHash: string;
  readonly blockHash: string;
  readonly time: string;
  readonly signers: string[];
  readonly rejected: number;
  readonly chainId: string;
  readonly contract: string;
  readonly transactionHash: string | null;
  readonly chainBlockNumber: string | null;
  readonly seal: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The row that follows from a confirmation; a pure function, so that a view can be compared with what it should hold. */
export function blockRow({ seal, body }: StreamEntry, data: AnchoredBlock): BlockRow {
  const header = fromWireHeader(data.header);
  return {
    number: header.number,
    firstPosition: header.firstSequence,
    lastPosition: header.lastSequence,
    treeSize: header.treeSize,
    rootHash: header.rootHash,
    previousHash: header.previousHash,
    blockHash: hashHeader(header),
    time: new Date(Number(header.timeMs)).toISOString(),
    signers: data.signatures.map(({ signer }) => signer),
    rejected: data.exceptions.length,
    chainId: data.anchor.chainId,
    contract: data.anchor.contract,
    transactionHash: data.anchor.transactionHash ?? null,
    chainBlockNumber: data.anchor.chainBlockNumber ?? null,
    seal,
    body: Uint8Array.from(body),
  };
}
