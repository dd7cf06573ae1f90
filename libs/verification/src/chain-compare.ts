import type { Epoch } from '@bcmed/admission';
import { ContractForeignError, type Hex } from '@bcmed/chain';
import type { Reanchoring } from './judge.js';
import type { ChainContract, ChainSource } from './ports.js';
import type { ChainReport, Difference, DifferenceKind, DifferenceList } from './report.js';
import type { Walk } from './walk.js';

export interface ChainQuestion {
  readonly site: string;
  readonly epoch: Epoch;
  readonly chain: ChainSource;
  /** Pinned by the reader: every newer contract must be linked to it. */
  readonly contract: string | undefined;
  readonly walk: Walk;
  readonly reanchorings: readonly Reanchoring[];
  readonly differences: DifferenceList;
  readonly notices: string[];
}

const MOST_CONTRACTS = 1_000;

/** The contract that should hold the newest block: named by the block itself, or by a later announcement. */
export function currentContract({ contract, walk, reanchorings }: ChainQuestion): string | undefined {
  const { last } = walk;
  const announced = reanchorings.at(-1);
  if (announced && (!last || announced.lastBlock >= last.header.number)) return announced.contract;
  return last?.anchor.contract ?? contract;
}

/** A head as it was read, and what it must at least hold. */
export interface AnchoredHead {
  readonly address: string;
  /** What stands at the address; otherwise why nothing can be compared. */
  readonly contract: ChainContract | { readonly kind: DifferenceKind; readonly detail: string };
  /** The newest block whose confirmation had been read before the head was. */
  readonly confirmedBefore: bigint;
  /** The confirmations were not read on after the head: a head beyond them says nothing. */
  readonly mayBeAhead: boolean;
}

/** Reads the current contract; undefined when the log names none. */
export async function readHead(
  question: ChainQuestion,
  mayBeAhead: boolean,
): Promise<AnchoredHead | undefined> {
  const address = currentContract(question);
  if (address === undefined) return undefined;
  const confirmedBefore = question.walk.number;
  const contract = await readContract(question.chain, address, confirmedBefore);
  return { address, contract, confirmedBefore, mayBeAhead };
}

async function readContract(
  chain: ChainSource,
  address: string,
  confirmed: bigint,
): Promise<AnchoredHead['contract']> {
  try {
    const contract = await chain.readContract(address);
    if (contract !== 'no-contract') return contract;
    const detail = `there is no contract at ${address}: the chain was lost, none of the ${confirmed.toString()} blocks is anchored on it`;
    return { kind: 'contract-missing', detail };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const kind = error instanceof ContractForeignError ? 'contract-foreign' : 'chain-unreadable';
    return { kind, detail: `the contract ${address} could not be read: ${why}` };
  }
}

/** What could be read of a contract, if it could. */
export function contractOf(read: AnchoredHead | undefined): ChainContract | undefined {
  return read && 'head' in read.contract ? read.contract : undefined;
}

/** Whether this is still the contract that the log names, now that more of it was read. */
export function isCurrent(question: ChainQuestion, read: AnchoredHead | undefined): boolean {
  return read?.address.toLowerCase() === currentContract(question)?.toLowerCase();
}

/** Compares the contract's head, rules and origin with the blocks that were verified. */
export async function compareWithChain(question: ChainQuestion, anchored: AnchoredHead): Promise<void> {
  const current = anchored.contract;
  if (!('head' in current)) {
    add(question, current.kind, current.detail);
    return;
  }
  compareRules(question, current);
  compareHead(question, current, anchored);
  const { last } = question.walk;
  if (last && BigInt(last.anchor.chainId) !== current.chainId) {
    const detail = `the newest block names chain ${last.anchor.chainId}, the contract stands on chain ${current.chainId.toString()}`;
    add(question, 'contract-foreign', detail);
  }
  await comparePredecessors(question, current);
}

export function chainReport(chain: ChainSource | undefined, current: ChainContract | undefined): ChainReport {
  if (!chain) return { source: 'absent' };
  const recorded = chain.recordedAt === undefined ? {} : { recordedAt: chain.recordedAt };
  if (!current) return { source: chain.kind, ...recorded };
  const { contract, chainId, head } = current;
  return { source: chain.kind, ...recorded, contract, chainId, anchoredBlock: head.number };
}

function compareRules({ site, epoch, ...question }: ChainQuestion, { contract, rules }: ChainContract): void {
  const list = (addresses: readonly string[]): string =>
    addresses
      .map((address) => address.toLowerCase())
      .sort()
      .join(', ');
  const odd =
    rules.site !== site
      ? `it is of site ${rules.site}`
      : rules.quorum !== epoch.quorum
        ? `it demands ${rules.quorum} signatures, the epoch ${epoch.quorum}`
        : list(rules.validators) !== list(epoch.validators)
          ? `its validators are ${list(rules.validators)}, the epoch's ${list(epoch.validators)}`
          : undefined;
  if (odd !== undefined)
    add(question, 'contract-foreign', `the contract ${contract} is not this log's anchor: ${odd}`);
}

function compareHead(
  question: Pick<ChainQuestion, 'walk' | 'differences'>,
  { contract, head }: ChainContract,
  { confirmedBefore, mayBeAhead }: Pick<AnchoredHead, 'confirmedBefore' | 'mayBeAhead'>,
): void {
  const { walk } = question;
  if (head.number > walk.number) {
    const ahead = head.number - walk.number;
    if (mayBeAhead || ahead <= BigInt(walk.faults.damagedSinceGoodBlock)) return; // reported as damaged already
    const detail = `the contract ${contract} holds block ${head.number.toString()}, the confirmations end at ${walk.number.toString()}: ${blocks(ahead)} missing from the log`;
    add(question, 'chain-ahead', detail, walk.number + 1n);
    return;
  }
  const ours = head.number === 0n ? undefined : walk.hashes.at(head.number);
  if (ours !== undefined && ours.toLowerCase() !== head.blockHash.toLowerCase()) {
    const detail = `the contract ${contract} holds ${head.blockHash} as block ${head.number.toString()}, this log has ${ours}`;
    add(question, 'chain-differs', detail, head.number);
  } else if (head.number < confirmedBefore) {
    const behind = confirmedBefore - head.number;
    const detail = `the contract ${contract} ends at block ${head.number.toString()}, ${blocks(behind)} confirmed after it: the chain lost ${behind === 1n ? 'it' : 'them'}`;
    add(question, 'chain-behind', detail, head.number + 1n);
  } else compareHeadFields(question, contract, head);
}

function compareHeadFields(
  question: Pick<ChainQuestion, 'walk' | 'differences'>,
  contract: Hex,
  head: ChainContract['head'],
): void {
  const header = question.walk.last?.header;
  if (head.number === 0n || header?.number !== head.number) return;
  const same =
    header.treeSize === head.treeSize &&
    header.lastSequence === head.lastSequence &&
    header.rootHash === head.rootHash.toLowerCase();
  if (!same)
    add(
      question,
      'chain-differs',
      `the contract ${contract} remembers another tree for block ${head.number.toString()} (${head.treeSize.toString()} leaves, root ${head.rootHash})`,
      head.number,
    );
}

/** From the current contract back, each linked to the one before by a block that must be ours, to the pinned one. */
async function comparePredecessors(question: ChainQuestion, current: ChainContract): Promise<void> {
  const pinned = question.contract?.toLowerCase();
  const seen = new Set<string>();
  let newer = current;
  for (let step = 0; step < MOST_CONTRACTS; step++) {
    const { link } = newer.rules;
    if (newer.contract.toLowerCase() === pinned || link === undefined) break;
    checkLink(question, newer, link);
    if (link.predecessor.toLowerCase() === pinned) return;
    seen.add(newer.contract.toLowerCase());
    // On a chain that began anew a successor gets the very address that its lost predecessor had.
    const older = seen.has(link.predecessor.toLowerCase())
      ? 'no-contract'
      : await question.chain.readContract(link.predecessor).catch(() => 'no-contract' as const);
    if (older === 'no-contract') {
      question.notices.push(
        `The contract ${link.predecessor}, which ${newer.contract} follows after block ${link.number.toString()}, is not on the chain any more.`,
      );
      if (pinned !== undefined && !announcedFrom(question.reanchorings, link.predecessor, pinned))
        add(question, 'contract-not-linked', `no announcement leads from ${pinned} to ${newer.contract}`);
      return;
    }
    compareHead(question, older, { confirmedBefore: 0n, mayBeAhead: false });
    newer = older;
  }
  if (pinned !== undefined && newer.contract.toLowerCase() !== pinned)
    add(question, 'contract-not-linked', `${newer.contract} follows no other contract, ${pinned} was pinned`);
}

function checkLink(
  question: ChainQuestion,
  { contract }: ChainContract,
  link: NonNullable<ChainContract['rules']['link']>,
): void {
  const ours = question.walk.hashes.at(link.number);
  if (ours !== undefined && ours.toLowerCase() !== link.blockHash.toLowerCase())
    add(
      question,
      'chain-differs',
      `the contract ${contract} begins after ${link.blockHash} as block ${link.number.toString()}, this log has ${ours}`,
      link.number,
    );
  const announced = question.reanchorings.some(
    (one) =>
      one.contract.toLowerCase() === contract.toLowerCase() &&
      one.predecessor?.toLowerCase() === link.predecessor.toLowerCase(),
  );
  if (!announced && question.walk.hashes.at(1n) !== undefined)
    question.notices.push(
      `The contract ${contract} follows ${link.predecessor} after block ${link.number.toString()}, and no event of the log announces it.`,
    );
}

/** Whether events of the log lead back from a contract that is gone to the pinned one. */
function announcedFrom(reanchorings: readonly Reanchoring[], contract: string, pinned: string): boolean {
  let at = contract.toLowerCase();
  for (const { contract: newer, predecessor } of [...reanchorings].reverse()) {
    if (at === pinned) return true;
    if (newer.toLowerCase() === at && predecessor !== undefined) at = predecessor.toLowerCase();
  }
  return at === pinned;
}

function blocks(count: bigint): string {
  return count === 1n ? '1 block is' : `${count.toString()} blocks are`;
}

function add(
  { differences }: Pick<ChainQuestion, 'differences'>,
  kind: DifferenceKind,
  detail: string,
  block?: bigint,
): void {
  const difference: Difference = {
    where: 'chain',
    kind,
    ...(block === undefined ? {} : { block }),
    detail,
  };
  differences.add(difference);
}
