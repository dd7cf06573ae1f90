import type { RejectionReason } from '@bcmed/events';
import type { Place } from './ports.js';

/** What differs, as a stable word; `docs/errors.md` does not list them, the report's sentence explains each. */
export type DifferenceKind =
  // an event
  | 'bad-signature'
  | 'malformed-seal'
  | 'unsupported-header'
  | 'unknown-key'
  | 'leaf-differs'
  | 'wrong-subject'
  | 'position-missing'
  | 'refused-entry-differs'
  | 'wrong-decision'
  | 'range-differs'
  | 'stream-too-short'
  | 'no-epoch'
  // a block's confirmation
  | 'unreadable-block'
  | 'wrong-site'
  | 'wrong-hash'
  | 'wrong-signatures'
  | 'wrong-number'
  | 'block-missing'
  | 'wrong-previous-hash'
  | 'wrong-range'
  | 'wrong-root'
  | 'wrong-frontier'
  | 'wrong-leaf'
  | 'wrong-exception'
  | 'bad-seal'
  // the chain
  | 'chain-unreadable'
  | 'contract-missing'
  | 'contract-foreign'
  | 'contract-not-linked'
  | 'chain-differs'
  | 'chain-behind'
  | 'chain-ahead'
  // an export
  | 'entry-differs'
  | 'tile-differs'
  | 'file-missing'
  | 'file-unreadable'
  // a read model
  | 'row-missing'
  | 'row-differs'
  | 'row-surplus';

/** Two records that must agree and do not. */
export interface Difference {
  readonly where: Place;
  readonly kind: DifferenceKind;
  /** The position concerned, or the first of them. */
  readonly position?: bigint;
  readonly block?: bigint;
  /** Of the event at that position, where it could be read: what the difference is about, for people. */
  readonly subject?: string;
  readonly type?: string;
  readonly eventId?: string;
  /** What was expected and what was found, one sentence. */
  readonly detail: string;
}

/** How the chain came into it. */
export interface ChainReport {
  readonly source: 'live' | 'recorded' | 'absent';
  readonly recordedAt?: string;
  readonly contract?: string;
  readonly chainId?: bigint;
  /** Newest block that the contract holds. */
  readonly anchoredBlock?: bigint;
}

/** What a verification found. */
export interface VerificationReport {
  /** True when nothing differed and nothing had to be left out. */
  readonly verified: boolean;
  /**
   * `full`: every rule was applied from position 1 on. `proof`: from a block on, the events were compared with the
   * leaves that a quorum signed; their seals are then the validators' word.
   */
  readonly mode: 'full' | 'proof';
  readonly firstPosition: bigint;
  /** Last position that was looked at, blocks and unanchored tail. */
  readonly lastPosition: bigint;
  /** Positions that were looked at. */
  readonly positions: bigint;
  readonly blocks: bigint;
  readonly lastBlock: bigint;
  readonly admitted: bigint;
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  readonly duplicates: bigint;
  /** Positions at the end that no block covers yet: their seals were checked (mode `full`), but no proof exists. */
  readonly unanchoredTail: bigint;
  /** Holes in senders' chains that no later event filled. Not a difference: the log says so itself. */
  readonly openSenderGaps: number;
  /** Positions that could not be judged only because of an earlier difference, such as a damaged enrolment. */
  readonly consequences: bigint;
  readonly chain: ChainReport;
  /** The first is the first event that differs. At most as many as were asked for. */
  readonly differences: readonly Difference[];
  /** How many more there were. */
  readonly differencesOmitted: number;
  /** What a reader should know although it is no difference. */
  readonly notices: readonly string[];
  readonly durationMs: number;
}

/** The report as JSON has it: bigints become numbers, which positions fit into for ever at any real rate. */
export function reportToJson(report: VerificationReport): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  ) as Record<string, unknown>;
}

/** One difference as a line for people: where, position, event, sentence. */
export function describeDifference({ where, kind, position, block, ...rest }: Difference): string {
  const place = [
    position === undefined ? undefined : `position ${position.toString()}`,
    block === undefined ? undefined : `block ${block.toString()}`,
    rest.type,
    rest.eventId,
    rest.subject,
  ].filter((part) => part !== undefined);
  return `${where} ${kind}: ${place.length === 0 ? '' : `${place.join(', ')}: `}${rest.detail}`;
}

const AFTER_EVERYTHING = 1n << 80n;

/** Collects differences, keeps the ones that stand first in the log, and counts the rest. */
export class DifferenceList {
  readonly #kept: { readonly at: bigint; readonly order: number; readonly difference: Difference }[] = [];
  #total = 0;

  constructor(private readonly limit: number) {}

  get total(): number {
    return this.#total;
  }

  /** `at` places a difference that has no position of its own. */
  add(difference: Difference, at: bigint = difference.position ?? AFTER_EVERYTHING): void {
    this.#kept.push({ at, order: this.#total, difference });
    this.#total++;
    if (this.#kept.length > 4 * this.limit) this.#shrink();
  }

  /** Whether something was found at this very position. */
  has(position: bigint): boolean {
    return this.#kept.some(({ difference }) => difference.position === position);
  }

  /** The first ones by position; at one position in the order in which they were found. */
  sorted(): Difference[] {
    this.#shrink();
    return this.#kept.map(({ difference }) => difference);
  }

  #shrink(): void {
    this.#kept.sort((a, b) => (a.at === b.at ? a.order - b.order : a.at < b.at ? -1 : 1));
    this.#kept.splice(this.limit);
  }
}
