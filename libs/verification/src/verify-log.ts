import { isKeyId, type KeyId } from '@bcmed/seal';
import {
  chainReport,
  compareWithChain,
  contractOf,
  isCurrent,
  readHead,
  type AnchoredHead,
  type ChainQuestion,
} from './chain-compare.js';
import { readConfirmation } from './confirmation.js';
import { PinnedInputError } from './errors.js';
import { FullJudge, ProofJudge, findEpoch, type JudgedPosition } from './judge.js';
import type { BlockSource, ChainContract, ChainSource, LogSource } from './ports.js';
import { DifferenceList, type Difference, type VerificationReport } from './report.js';
import { named } from './stream-fault.js';
import { Walk, type Observer } from './walk.js';

/** What is verified, and what the reader believes without it. */
export interface VerifyInputs {
  /** Pinned: the site whose log this must be. */
  readonly site: string;
  /** Pinned: the thumbprint of the site's root key. Everything else is believed because of it. */
  readonly rootKeyId: string;
  /** Pinned, optional: a BlockAnchor that the current one must be, or descend from. Without it the log names its own. */
  readonly contract?: string;
  readonly log: LogSource;
  readonly blocks: BlockSource;
  /** Absent: nothing is compared with a chain, and the report says so. */
  readonly chain?: ChainSource | undefined;
}

export interface VerifyProgress {
  readonly position: bigint;
  readonly lastPosition: bigint;
  readonly block: bigint;
  readonly newestBlock: bigint;
  readonly differences: number;
}

export interface VerifyOptions {
  /** Called a few times a second, and at the end. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /**
   * Begin at this block instead of the first: events are then compared with the leaves that a quorum signed, their seals
   * are not checked again. Default 1: everything.
   */
  readonly fromBlock?: bigint;
  /** Stop after this block; what stands behind it, and the chain's head, are then left out. Default: the newest. */
  readonly toBlock?: bigint;
  /** Looks at every position too, for whoever holds another copy of it. Its differences join the report. */
  readonly observe?: Observer;
  /** Called after the last position, for what only shows at the end. Its differences join the report. */
  readonly conclude?: () => Promise<readonly Difference[]>;
  /**
   * `newest`: only the newest block's signatures are checked; they cover every block before it by its hash. A
   * flipped bit in an older signature is then found by the seal on its message only. Default `every`.
   */
  readonly signatures?: 'every' | 'newest';
  /** How many differences are kept. Default 100. */
  readonly maxDifferences?: number;
  /** How long to wait for the confirmation of a block that the chain has already. Default 5,000. */
  readonly settleMs?: number;
  /** Rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const PROGRESS_EVERY_MS = 250;
const BREATHE_EVERY_MS = 12;
const LOOK_AGAIN_MS = 50;

/**
 * Verifies a whole log without trusting any service: recomputes every seal and rule, every leaf and root, every block's
 * hash, link and signatures, and compares the newest block with the chain.
 *
 * Differences are results, not exceptions: an event that was changed, a block that is missing, a chain that is behind. It
 * throws only when it cannot read (the errors of its sources) and PinnedInputError for pinned inputs of the wrong form.
 * Reads only; the log may grow meanwhile, and is verified up to where it stood when the last block was reached.
 */
export async function verifyLog(
  inputs: VerifyInputs,
  options: VerifyOptions = {},
): Promise<VerificationReport> {
  const startedMs = performance.now();
  const rootKeyId = pinnedRoot(inputs);
  const differences = new DifferenceList(options.maxDifferences ?? 100);
  const { site, log, blocks } = inputs;
  const found = await findEpoch(log, site, rootKeyId);
  if (!('epoch' in found)) return withoutEpoch(inputs, found.first, performance.now() - startedMs);
  const { newest, fromBlock, firstPosition } = await beginning(inputs, options);
  const judge = fromBlock === 1n ? new FullJudge(site, rootKeyId) : new ProofJudge();
  const walk = new Walk({
    site,
    epoch: found.epoch,
    log,
    blocks,
    judge,
    fromBlock,
    firstPosition,
    newestBlock: newest,
    signatures: options.signatures ?? 'every',
    observe: options.observe ?? (() => Promise.resolve([])),
    differences,
    breathe: breather(options, newest, differences),
  });
  await walk.blocksUpTo(options.toBlock);
  const notices: string[] = [];
  const question: ChainQuestion | undefined = inputs.chain && {
    site,
    epoch: found.epoch,
    chain: inputs.chain,
    contract: inputs.contract,
    walk,
    reanchorings: judge.reanchorings,
    differences,
    notices,
  };
  const whole = options.toBlock === undefined || options.toBlock >= newest;
  let anchored: AnchoredHead | undefined;
  if (whole) {
    anchored = question && (await settle(question, options));
    if (judge.mode === 'full') await walk.tailToEnd();
    // The tail may announce a contract that no block names yet.
    if (question && !isCurrent(question, anchored)) anchored = await readHead(question, true);
    if (question && anchored) await compareWithChain(question, anchored);
  } else {
    notices.push(`Stopped after block ${walk.number.toString()} as asked; the chain was not looked at.`);
  }
  walk.end();
  for (const difference of (await options.conclude?.()) ?? []) differences.add(difference);
  await walk.reader.close();
  report(options, walk, newest, differences);
  return finish(inputs, {
    walk,
    judge,
    differences,
    notices,
    current: contractOf(anchored),
    firstPosition,
    startedMs,
    whole,
  });
}

/**
 * Verifies the newest blocks at once, for a second start: links, roots and signatures of that many blocks, the bytes of
 * their events, and the chain's head. The seals of the events are left to a full run.
 */
export async function verifyTail(
  inputs: VerifyInputs,
  blockCount: number,
  options: Omit<VerifyOptions, 'fromBlock' | 'toBlock'> = {},
): Promise<VerificationReport> {
  const newest = await newestNumber(inputs.blocks);
  const from = newest - BigInt(blockCount) + 1n;
  return verifyLog(inputs, { ...options, fromBlock: from > 1n ? from : 1n });
}

function pinnedRoot({ rootKeyId }: VerifyInputs): KeyId {
  if (isKeyId(rootKeyId)) return rootKeyId;
  throw new PinnedInputError(
    `${rootKeyId.slice(0, 80)} is no thumbprint of a key (43 characters of base64url)`,
  );
}

async function newestNumber(blocks: BlockSource): Promise<bigint> {
  const entry = await blocks.newest();
  const read = entry && readConfirmation(entry);
  return read?.ok === true ? BigInt(read.data.header.number) : 0n;
}

/** Where to begin: the first position of the first block that is asked for, as that block itself says. */
async function beginning(
  { blocks }: VerifyInputs,
  { fromBlock = 1n }: VerifyOptions,
): Promise<{ newest: bigint; fromBlock: bigint; firstPosition: bigint }> {
  const newest = await newestNumber(blocks);
  if (fromBlock <= 1n) return { newest, fromBlock: 1n, firstPosition: 1n };
  for await (const entry of blocks.confirmations(fromBlock)) {
    const read = readConfirmation(entry);
    if (!read.ok || BigInt(read.data.header.number) < fromBlock) continue;
    const { number, firstSequence } = read.data.header;
    return { newest, fromBlock: BigInt(number), firstPosition: BigInt(firstSequence) };
  }
  throw new PinnedInputError(
    `there is no block ${fromBlock.toString()} to begin with, the newest is ${newest.toString()}`,
  );
}

/**
 * Reads the head, then goes on with the blocks until they reach it: a block is on the chain a moment before its confirmation
 * is on the stream. A log that goes on growing meanwhile is compared up to the head that was read.
 */
async function settle(
  question: ChainQuestion,
  { settleMs = 5_000, signal }: VerifyOptions,
): Promise<AnchoredHead | undefined> {
  const anchored = await readHead(question, false);
  const head = contractOf(anchored)?.head;
  if (!head || question.chain.kind === 'recorded') return anchored;
  const { walk } = question;
  let deadline = performance.now() + settleMs;
  while (walk.number < head.number && performance.now() < deadline) {
    const before = walk.number;
    await walk.blocksUpTo(undefined);
    if (walk.number >= head.number) break;
    // What is walked is not waited for: a long way to the head must not use up the time for the last confirmation.
    if (walk.number > before) deadline = performance.now() + settleMs;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    signal?.throwIfAborted();
  }
  return anchored;
}

function breather(
  options: VerifyOptions,
  newest: bigint,
  differences: DifferenceList,
): (walk: Walk) => Promise<void> | undefined {
  let breathed = performance.now();
  let told = breathed;
  let count = 0;
  return (walk) => {
    if ((++count & 31) !== 0) return undefined;
    const now = performance.now();
    if (now - breathed < BREATHE_EVERY_MS) return undefined;
    breathed = now;
    if (now - told >= PROGRESS_EVERY_MS) {
      told = now;
      report(options, walk, newest, differences);
    }
    options.signal?.throwIfAborted();
    return new Promise((resolve) => setImmediate(resolve));
  };
}

function report(
  { onProgress }: VerifyOptions,
  walk: Walk,
  newest: bigint,
  differences: DifferenceList,
): void {
  onProgress?.({
    position: walk.reader.next - 1n,
    lastPosition: walk.reader.knownLast,
    block: walk.number,
    newestBlock: newest > walk.number ? newest : walk.number,
    differences: differences.total,
  });
}

interface Finished {
  readonly walk: Walk;
  readonly judge: FullJudge | ProofJudge;
  readonly differences: DifferenceList;
  readonly notices: string[];
  readonly current: ChainContract | undefined;
  readonly firstPosition: bigint;
  readonly startedMs: number;
  readonly whole: boolean;
}

function finish(inputs: VerifyInputs, done: Finished): VerificationReport {
  const { walk, judge, differences, notices, current, firstPosition, startedMs, whole } = done;
  const lastPosition = walk.reader.next - 1n;
  if (!inputs.chain) notices.push('There was no chain to compare with.');
  else if (inputs.chain.kind === 'recorded')
    notices.push(
      `The chain was compared as it was recorded at ${inputs.chain.recordedAt ?? 'the export'}, not as it is now.`,
    );
  if (whole && walk.number === 0n) notices.push('There is no block yet: only the seals could be checked.');
  const kept = differences.sorted();
  return {
    verified: differences.total === 0 && walk.consequences === 0n,
    mode: judge.mode,
    firstPosition,
    lastPosition,
    positions: walk.positions,
    blocks: walk.blocks,
    lastBlock: walk.number,
    admitted: walk.admitted,
    rejected: walk.rejected,
    duplicates: BigInt(walk.rejected['duplicate-event'] ?? 0),
    unanchoredTail: walk.tail,
    openSenderGaps: [...(judge.state?.chains.values() ?? [])].reduce((sum, { gaps }) => sum + gaps.length, 0),
    consequences: walk.consequences,
    chain: chainReport(inputs.chain, current),
    differences: kept,
    differencesOmitted: differences.total - kept.length,
    notices,
    durationMs: Math.round(performance.now() - startedMs),
  };
}

/** Without the epoch nothing says which validators count; position 1 is what differs. */
function withoutEpoch(
  { log, chain }: VerifyInputs,
  first: JudgedPosition | undefined,
  durationMs: number,
): VerificationReport {
  const why = first
    ? `${first.reason ?? 'admitted, but another event'}${first.detail === undefined ? '' : `: ${first.detail}`}`
    : 'the log is empty';
  return {
    verified: false,
    mode: 'full',
    firstPosition: 1n,
    lastPosition: first ? 1n : 0n,
    positions: first ? 1n : 0n,
    blocks: 0n,
    lastBlock: 0n,
    admitted: 0n,
    rejected: first?.reason ? { [first.reason]: 1 } : {},
    duplicates: 0n,
    unanchoredTail: 0n,
    openSenderGaps: 0,
    consequences: 0n,
    chain: chainReport(chain, undefined),
    differences: [
      {
        where: log.place,
        kind: 'no-epoch',
        ...(first ? named(first) : { position: 1n }),
        detail: `no epoch is opened under the pinned root key, so nothing can be judged; position 1: ${why}`,
      },
    ],
    differencesOmitted: 0,
    notices: [],
    durationMs: Math.round(durationMs),
  };
}
