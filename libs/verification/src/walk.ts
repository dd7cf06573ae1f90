import type { Epoch, StreamEntry, StreamSlot } from '@bcmed/admission';
import { ZERO_HASH, checkQuorum, fromWireHeader, hashHeader, type BlockHeader, type Hex } from '@bcmed/chain';
import type { LeafException, RejectionReason } from '@bcmed/events';
import { CompactRange, hashToHex, type Hash } from '@bcmed/merkle';
import { listedFrontier, listedLeaves, quorumFault, type AnchoredBlock } from './block-check.js';
import { BlockFaults } from './block-faults.js';
import { BlockHashes } from './block-hashes.js';
import { confirmationSealFault, readConfirmation } from './confirmation.js';
import type { Judge, JudgedPosition } from './judge.js';
import type { BlockSource, LogSource } from './ports.js';
import type { Difference, DifferenceKind, DifferenceList } from './report.js';
import { listFault } from './list-fault.js';
import { SlotReader } from './slot-reader.js';
import { named, streamFault } from './stream-fault.js';

/** Positions that were judged together: those of one block, or a piece of what no block covers. */
export interface ObservedPositions {
  readonly block: bigint | undefined;
  readonly positions: readonly JudgedPosition[];
  /** The message of BLOCKS that confirmed the block; absent where anything about it differs, which is reported already. */
  readonly confirmation?: StreamEntry;
}

/** A second look at the same positions, for whoever holds another copy of them: a view, an export's tiles. */
export type Observer = (observed: ObservedPositions) => Promise<readonly Difference[]>;

export interface WalkSettings {
  readonly site: string;
  readonly epoch: Epoch;
  readonly log: LogSource;
  readonly blocks: BlockSource;
  readonly judge: Judge;
  readonly fromBlock: bigint;
  readonly firstPosition: bigint;
  readonly newestBlock: bigint;
  readonly signatures: 'every' | 'newest';
  readonly observe: Observer;
  readonly differences: DifferenceList;
  /** Called after every position; may wait, so that others on this thread get their turn. */
  readonly breathe: (walk: Walk) => Promise<void> | undefined;
}

/** A stretch that no block authenticates, because its block is damaged or missing. The next good block closes it. */
interface Gap {
  readonly block: bigint;
  readonly from: bigint;
  /** The first position in it that the rules refuse: the likeliest to have been changed. */
  suspect: JudgedPosition | undefined;
}

const TAIL_PIECE = 512;

/**
 * Goes through a log block by block and compares what is recorded with what can be recomputed.
 *
 * For every block there are two independent ways to its signed root: from our own leaves, and from the leaves that
 * its confirmation lists. If ours give it, the events are proven intact, whatever the list says; if only the list does,
 * comparing both names the positions that differ, and the list carries us on, so that one difference does not make
 * others. If neither does, the next good block tells about the stretch as a whole.
 */
export class Walk {
  readonly hashes: BlockHashes;
  readonly reader: SlotReader;
  readonly rejected: Partial<Record<RejectionReason, number>> = {};
  readonly faults: BlockFaults;
  admitted = 0n;
  positions = 0n;
  blocks = 0n;
  consequences = 0n;
  /** Positions behind the last block. */
  tail = 0n;
  /** The last good block. */
  number: bigint;
  last: { readonly header: BlockHeader; readonly anchor: AnchoredBlock['anchor'] } | undefined;
  /** The tree up to the last good block and, within a gap, up to the last position that was judged. */
  #frontier: CompactRange | undefined;
  #hash: Hex | undefined;
  /** First position that no good block covers. */
  #expected: bigint;
  #gap: Gap | undefined;
  #streamDiffers = false;
  #streamEnded = false;
  readonly #contradictions: NonNullable<JudgedPosition['contradicts']>[] = [];
  #missingRun: { readonly difference: Difference; last: bigint } | undefined;

  constructor(private readonly settings: WalkSettings) {
    const { fromBlock, firstPosition, log, blocks, differences } = settings;
    const fromStart = fromBlock === 1n;
    this.hashes = new BlockHashes(fromBlock);
    this.faults = new BlockFaults(blocks.place, differences);
    this.reader = new SlotReader(log, firstPosition);
    this.number = fromBlock - 1n;
    this.#expected = firstPosition;
    this.#frontier = fromStart ? CompactRange.empty : undefined;
    this.#hash = fromStart ? ZERO_HASH : undefined;
  }

  /** Goes on with every block that is confirmed by now, up to `toBlock`. */
  async blocksUpTo(toBlock: bigint | undefined): Promise<void> {
    if (toBlock !== undefined && this.number >= toBlock) return;
    for await (const entry of this.settings.blocks.confirmations(this.number + 1n)) {
      await this.#block(entry);
      if (toBlock !== undefined && this.number >= toBlock) return;
    }
  }

  /** No further block will come: whatever was kept open is decided. */
  end(): void {
    this.faults.end(this.number, this.#expected);
    this.#endMissingRun();
    this.#compareNotices();
  }

  /** Judges what stands behind the last block. Nothing can be compared there; every seal is checked all the same. */
  async tailToEnd(): Promise<void> {
    let piece: JudgedPosition[] = [];
    for await (const slot of this.reader.upTo(await this.reader.lastPosition(this.reader.next))) {
      piece.push(await this.#judge(slot, undefined));
      this.tail++;
      if (piece.length < TAIL_PIECE) continue;
      await this.#observe({ block: undefined, positions: piece });
      piece = [];
    }
    await this.#observe({ block: undefined, positions: piece });
  }

  async #block(entry: StreamEntry): Promise<void> {
    const read = readConfirmation(entry);
    if (!read.ok) {
      this.faults.damaged('unreadable-block', `the message cannot be read: ${read.detail}`);
      return;
    }
    const { data } = read;
    const header = fromWireHeader(data.header);
    if (!this.#authentic(data, header) || !this.#continues(data, header)) return;
    await this.#judgeGap(header);
    const judged = await this.#judgeRange(data, header);
    const proven = this.#compare(data, header, judged);
    this.#checkSeal(entry, read);
    const intact = !this.faults.reported(header.number);
    await this.#observe({ block: header.number, positions: proven, ...(intact && { confirmation: entry }) });
    this.blocks++;
  }

  /** Hash and signatures of the header. False when nothing that the message says may be relied on. */
  #authentic(data: AnchoredBlock, header: BlockHeader): boolean {
    const { epoch, signatures, newestBlock, site } = this.settings;
    const hash = hashHeader(header);
    const whole = hash === data.blockHash;
    const mustCheck = signatures === 'every' || !whole || header.number >= newestBlock || !this.#hash;
    if (!mustCheck) return true;
    const list = data.signatures.map(({ signature }) => signature);
    const quorum = checkQuorum(header, list, epoch);
    if (quorum.kind === 'quorum' && header.site === site) return true;
    if (header.site !== site) this.faults.damaged('wrong-site', `it belongs to site ${header.site}`);
    else if (!whole)
      this.faults.damaged('wrong-hash', `its header hashes to ${hash}, it says ${data.blockHash}`);
    else if (quorum.kind !== 'quorum') this.faults.damaged('wrong-signatures', quorumFault(quorum));
    return false;
  }

  /** Number, link and range. False when the block has no place after the ones before. */
  #continues(data: AnchoredBlock, header: BlockHeader): boolean {
    const { number, firstSequence, lastSequence, treeSize } = header;
    const hash = hashHeader(header);
    if (number <= this.number) {
      if (this.hashes.at(number) !== hash)
        this.#fault('wrong-number', 'a quorum signed two different blocks of this number', number);
      return false; // otherwise the same block, confirmed once more
    }
    const lacking = number - this.number - 1n;
    this.faults.goodBlock(number, lacking, this.#expected);
    if (lacking > 0n) {
      this.#gap ??= { block: this.number + 1n, from: this.#expected, suspect: undefined };
      this.#hash = undefined;
    }
    if (this.#hash !== undefined && header.previousHash !== this.#hash)
      this.#fault(
        'wrong-previous-hash',
        `it names ${header.previousHash} as its predecessor, which is ${this.#hash}`,
        number,
      );
    if (hash !== data.blockHash)
      this.#fault('wrong-hash', `it says hash ${data.blockHash}, its header has ${hash}`, number);
    this.number = number;
    this.#hash = hash;
    this.hashes.set(number, hash);
    this.last = { header, anchor: data.anchor };
    const begins =
      this.#gap || this.settings.fromBlock === number
        ? firstSequence >= this.#expected
        : firstSequence === this.#expected;
    if (begins && lastSequence >= firstSequence && treeSize === this.settings.epoch.epochBase + lastSequence)
      return true;
    const detail = `it covers positions ${firstSequence.toString()} to ${lastSequence.toString()} of ${treeSize.toString()} leaves, position ${this.#expected.toString()} comes next`;
    this.#fault('wrong-range', detail, number);
    this.#gap ??= { block: number, from: this.#expected, suspect: undefined };
    return false;
  }

  /** Judges the positions between the last good block and this one, which no block lists. */
  async #judgeGap({ firstSequence }: BlockHeader): Promise<void> {
    const gap = this.#gap;
    if (!gap) return;
    let piece: JudgedPosition[] = [];
    for await (const slot of this.reader.upTo(firstSequence - 1n)) {
      const judged = await this.#judge(slot, undefined);
      if (judged.outcome === 'rejected') gap.suspect ??= judged;
      this.#frontier = this.#frontier?.append(judged.leafHash);
      piece.push(judged);
      if (piece.length < TAIL_PIECE) continue;
      await this.#observe({ block: undefined, positions: piece });
      piece = [];
    }
    await this.#observe({ block: undefined, positions: piece });
  }

  async #judgeRange(data: AnchoredBlock, header: BlockHeader): Promise<JudgedPosition[]> {
    const exceptions = exceptionsOf(data);
    const judged: JudgedPosition[] = [];
    for await (const slot of this.reader.upTo(header.lastSequence))
      judged.push(await this.#judge(slot, exceptions.get(slot.position)));
    this.#expected = header.lastSequence + 1n;
    if (this.reader.next <= header.lastSequence && !this.#streamEnded) {
      this.#streamEnded = true;
      this.#streamDiffers = true;
      const last = (this.reader.next - 1n).toString();
      this.settings.differences.add({
        where: this.settings.log.place,
        kind: 'stream-too-short',
        position: this.reader.next,
        block: header.number,
        detail: `the log ends at position ${last}, but block ${header.number.toString()} goes to ${header.lastSequence.toString()}: its end was lost`,
      });
    }
    return judged;
  }

  async #judge(slot: StreamSlot, listed: LeafException | undefined): Promise<JudgedPosition> {
    const judged = this.settings.judge.judge(slot, listed);
    this.positions++;
    if (judged.outcome === 'admitted') this.admitted++;
    else if (judged.reason) this.rejected[judged.reason] = (this.rejected[judged.reason] ?? 0) + 1;
    if (judged.contradicts && !this.#streamDiffers) this.#contradictions.push(judged.contradicts);
    const pause = this.settings.breathe(this);
    if (pause) await pause;
    return judged;
  }

  /** The ledger's own events about refused positions must fit what stands there, unless that is known to differ anyway. */
  #compareNotices(): void {
    for (const { refused, notice } of this.#contradictions.splice(0)) {
      if (this.settings.differences.has(refused.position)) continue;
      this.settings.differences.add({
        where: this.settings.log.place,
        kind: 'refused-entry-differs',
        ...named(refused),
        detail: `the ledger said at position ${notice.at.toString()} that it refused this one on ${notice.subject} (${notice.reason})`,
      });
    }
  }

  /** The two ways to the root. Returns the positions, with the signed leaf where it is not ours. */
  #compare(
    data: AnchoredBlock,
    header: BlockHeader,
    judged: readonly JudgedPosition[],
  ): readonly JudgedPosition[] {
    const before = this.#frontier;
    const ours = before?.appendAll(judged.map(({ leafHash }) => leafHash));
    const count = header.lastSequence - header.firstSequence + 1n;
    const listedBefore = listedFrontier(data, header.treeSize - count);
    if (ours && rootOf(ours) === header.rootHash) {
      this.#gap = undefined;
      this.#frontier = ours;
      const odd = listFault(data, judged, before, listedBefore);
      if (odd) this.#fault(odd.kind, odd.detail, header.number, odd.about);
      return judged;
    }
    const listed = listedLeaves(data);
    const theirs = listed && listedBefore?.appendAll(listed);
    if (!listed || !listedBefore || !theirs || rootOf(theirs) !== header.rootHash) {
      const detail = `neither the leaves that it lists nor the events of the log give the root ${header.rootHash} that was signed`;
      this.#fault('wrong-root', detail, header.number);
      this.#gap ??= { block: header.number, from: header.firstSequence, suspect: undefined };
      this.#gap.suspect ??= judged.find(({ outcome }) => outcome === 'rejected');
      this.#frontier = ours;
      return judged;
    }
    if (before && rootOf(before) !== rootOf(listedBefore)) {
      if (this.#gap) this.#rangeDiffers(this.#gap, header.firstSequence);
      else
        this.#fault('wrong-frontier', 'its tree does not continue that of the block before', header.number);
    }
    this.#gap = undefined;
    this.#frontier = theirs;
    const exceptions = exceptionsOf(data);
    return judged.map((position, index) =>
      this.#comparePosition(position, header.number, listed[index], exceptions.get(position.position)),
    );
  }

  #comparePosition(
    judged: JudgedPosition,
    block: bigint,
    leaf: Hash | undefined,
    exception: LeafException | undefined,
  ): JudgedPosition {
    if (!leaf) return judged;
    const { log, differences } = this.settings;
    const fault = streamFault(log.place, judged, { block, leaf, exception }, this.#streamDiffers);
    if (fault === undefined) return judged;
    if (fault === 'consequence') this.consequences++;
    else {
      if (fault.kind === 'position-missing') this.#missing(judged.position, fault);
      else differences.add(fault);
      this.#streamDiffers = true;
    }
    return { ...judged, signedLeaf: leaf };
  }

  /** One difference for a run of missing positions, however long: kept open until the run ends. */
  #missing(position: bigint, difference: Difference): void {
    if (this.#missingRun?.last === position - 1n) {
      this.#missingRun.last = position;
      return;
    }
    this.#endMissingRun();
    this.#missingRun = { difference, last: position };
  }

  #endMissingRun(): void {
    const run = this.#missingRun;
    this.#missingRun = undefined;
    if (!run) return;
    const { difference, last } = run;
    const more = last - (difference.position ?? last);
    const detail =
      more === 0n
        ? difference.detail
        : `${difference.detail}; so are those up to position ${last.toString()}`;
    this.settings.differences.add({ ...difference, detail });
  }

  #rangeDiffers({ block, from, suspect }: Gap, to: bigint): void {
    this.#streamDiffers = true;
    const range = `positions ${from.toString()} to ${(to - 1n).toString()}`;
    const hint = suspect
      ? `the first of them that the rules refuse is ${suspect.position.toString()} (${suspect.reason ?? ''}: ${suspect.detail ?? ''})`
      : 'which of them cannot be said, since the block that lists them is damaged or missing';
    this.settings.differences.add({
      where: this.settings.log.place,
      kind: 'range-differs',
      ...(suspect ? named(suspect) : { position: from }),
      block,
      detail: `${range} do not give the tree that the next block continues; ${hint}`,
    });
  }

  #checkSeal(entry: StreamEntry, read: { readonly source: string; readonly subject: string }): void {
    const { state } = this.settings.judge;
    const fault = state && confirmationSealFault(state, entry, read);
    if (fault === undefined) return;
    if (this.#streamDiffers && fault.startsWith('unknown-key')) this.consequences++;
    else this.#fault('bad-seal', `the ledger's seal on the message does not hold: ${fault}`, this.number);
  }

  async #observe(observed: ObservedPositions): Promise<void> {
    if (observed.positions.length === 0) return;
    for (const difference of await this.settings.observe(observed)) this.settings.differences.add(difference);
  }

  #fault(kind: DifferenceKind, detail: string, block: bigint, about?: JudgedPosition): void {
    const at = this.last?.header.number === block ? this.last.header.firstSequence : this.#expected;
    this.faults.fault(kind, block, at, { detail, about });
  }
}

function exceptionsOf(data: AnchoredBlock): Map<bigint, LeafException> {
  return new Map(data.exceptions.map((exception) => [BigInt(exception.position), exception]));
}

function rootOf(range: CompactRange): string {
  return `0x${hashToHex(range.root())}`;
}
