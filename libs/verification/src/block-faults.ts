import type { JudgedPosition } from './judge.js';
import type { Difference, DifferenceKind, DifferenceList } from './report.js';
import { named } from './stream-fault.js';

interface Damaged {
  readonly kind: DifferenceKind;
  readonly detail: string;
}

/**
 * Puts what is wrong with messages of BLOCKS into the report: one difference for one message, because the first fault
 * that is found in it explains the others.
 *
 * A message that nobody authenticates cannot say which block it was. It is kept until the next good block tells, by
 * its number, whether one is lacking in between (then this was it) or not (then somebody put it there).
 */
export class BlockFaults {
  #damaged: Damaged[] = [];
  #reportedFor: bigint | undefined;

  constructor(
    private readonly place: Difference['where'],
    private readonly differences: DifferenceList,
  ) {}

  /** Messages since the last good block that could have been blocks. */
  get damagedSinceGoodBlock(): number {
    return this.#damaged.length;
  }

  /** Whether a fault of this block, the last good one, was found so far. */
  reported(block: bigint): boolean {
    return this.#reportedFor === block;
  }

  /** A message that cannot be relied on at all. */
  damaged(kind: DifferenceKind, detail: string): void {
    this.#damaged.push({ kind, detail });
  }

  /**
   * A good block came: `lacking` numbers lie between the good block before it and this one. `at` is the first position
   * that no good block covers.
   */
  goodBlock(number: bigint, lacking: bigint, at: bigint): void {
    const damaged = this.#damaged;
    this.#damaged = [];
    this.#reportedFor = undefined;
    const first = number - lacking;
    for (const [index, { kind, detail }] of damaged.entries()) {
      const block = first + BigInt(index);
      if (block < number) this.#add({ kind, block, detail: `block ${block.toString()}: ${detail}` }, at);
      else
        this.#add(
          { kind, detail: `a message that is no block stands before block ${number.toString()}: ${detail}` },
          at,
        );
    }
    const missing = first + BigInt(damaged.length);
    if (missing >= number) return;
    const which =
      missing === number - 1n
        ? `block ${missing.toString()}`
        : `blocks ${missing.toString()} to ${(number - 1n).toString()}`;
    const detail = `no confirmation of ${which}, although block ${number.toString()} is there`;
    this.#add({ kind: 'block-missing', block: missing, detail }, at);
  }

  /** Nothing comes any more: what is still undecided is reported as the blocks that would have come next. */
  end(number: bigint, at: bigint): void {
    for (const [index, { kind, detail }] of this.#damaged.entries()) {
      const block = number + 1n + BigInt(index);
      this.#add({ kind, block, detail: `block ${block.toString()}: ${detail}` }, at);
    }
    this.#damaged = [];
  }

  /** A fault of a block that is authentic otherwise. Only the first one for a block is kept. */
  fault(
    kind: DifferenceKind,
    block: bigint,
    at: bigint,
    { detail, about }: { readonly detail: string; readonly about?: JudgedPosition | undefined },
  ): void {
    if (this.#reportedFor === block) return;
    this.#reportedFor = block;
    const event = about ? named(about) : {};
    this.#add(
      { kind, block, ...event, detail: `block ${block.toString()}: ${detail}` },
      about?.position ?? at,
    );
  }

  #add(difference: Omit<Difference, 'where'>, at: bigint): void {
    this.differences.add({ where: this.place, ...difference }, at);
  }
}
