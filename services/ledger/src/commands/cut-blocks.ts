import { setTimeout as pause } from 'node:timers/promises';
import { ChainError, signHeader, type HeaderSignature } from '@bcmed/chain';
import { LatencyWindow, markAnchored, withBatchSpan } from '@bcmed/telemetry';
import { Logger } from '@nestjs/common';
import type { BaseWallet } from 'ethers';
import type { ChainMirror } from '../adapters/chain-mirror.js';
import type { SignedBlock } from '../adapters/block-rows.js';
import type { LedgerStore } from '../adapters/ledger-store.js';
import { StoreUnwritableError } from '@bcmed/safety-store';
import type { KeyId } from '@bcmed/seal';
import { cutBlock } from '../domain/block.js';
import { waitBeforeCutMs } from '../domain/cadence.js';
import { LedgerError, NotValidatorError } from '../errors.js';
import type { AcceptEvents, WaitingLeaf } from './accept-events.js';

/** Pauses between attempts while the chain is away; the last one repeats. */
const RETRY_PAUSES_MS = [20, 50, 100, 250, 500, 1_000, 2_000] as const;

const STORE_RETRY_MS = 1_000;
const LOOK_AGAIN_MS = 1_000;

/**
 * Algorithm 1, steps vii to ix: group commit. One block at a time is signed and anchored while the next one fills; a slow chain makes
 * larger blocks, not a longer queue of them.
 *
 * A signed block that the chain did not confirm (a crash, an unreachable node) is anchored first, before anything new is cut.
 */
export class CutBlocks {
  readonly #abort = new AbortController();
  readonly #log = new Logger('blocks');
  #wake: () => void = () => undefined;
  #lastAnchorBeganMs = 0;
  #running: Promise<void> | undefined;
  /** Durations of the newest anchors, milliseconds. */
  readonly anchorMs = new LatencyWindow();
  #halted: LedgerError | undefined;
  /** Why nothing is cut at the moment although nobody has to decide anything. */
  fault: string | undefined;
  /** Called when the chain confirmed a block. */
  onConfirmed: () => void = () => undefined;

  constructor(
    private readonly accepted: AcceptEvents,
    private readonly store: LedgerStore,
    private readonly mirror: ChainMirror,
    private readonly settings: {
      readonly site: string;
      readonly wallet: BaseWallet;
      /** Seals the confirmations. */
      readonly keyId: KeyId;
      readonly minimumSpacingMs: number;
    },
  ) {}

  /** Set when the ledger stands still until a person acts and starts it again. */
  get halted(): LedgerError | undefined {
    return this.#halted;
  }

  /** From now on nothing is cut, signed or sent. The first reason counts. */
  halt(error: LedgerError): void {
    if (this.#halted) return;
    this.#halted = error;
    this.#log.error(
      `${error.code} the ledger stands still until it is started again, events are kept: ${error.message}`,
    );
    this.#abort.abort();
    this.#wake();
  }

  start(): void {
    this.accepted.onWaiting = () => this.#wake();
    this.#running = this.#run();
  }

  /** Lets the block at work finish, within reason: an unfinished one is finished after the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#one();
        this.fault = undefined;
      } catch (error) {
        await this.#onFailure(error);
      }
    }
  }

  async #one(): Promise<void> {
    const open = this.store.blockAt(this.store.lastConfirmed + 1n);
    if (open) {
      await this.#anchor(open, 0);
      return;
    }
    this.#requireValidator();
    if (this.accepted.waiting.length === 0 || !this.#maySay()) return this.#idle();
    await this.#pause(
      waitBeforeCutMs({
        lastAnchorBeganMs: this.#lastAnchorBeganMs,
        nowMs: performance.now(),
        minimumSpacingMs: this.settings.minimumSpacingMs,
      }),
    );
    if (this.#stopping) return;
    const { block, leaves } = this.#cut();
    await withBatchSpan(
      'anchor block',
      leaves.map(({ headers }) => headers),
      async (span) => {
        span.setAttributes({
          'bcmed.block.number': Number(block.header.number),
          'bcmed.block.leaves': leaves.length,
        });
        if (!(await this.#anchor(block, leaves.length))) return;
        for (const { headers } of leaves) markAnchored(headers, span.spanContext());
      },
    );
  }

  /**
   * Waits for leaves. After a start or a fault the time is used to see whether the chain says what the log says, so that
   * a chain that was lost is brought up, and the health page tells the truth, before the next event.
   */
  async #idle(): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.mirror.fault === undefined) return woken;
    try {
      const newest = this.store.blockAt(this.store.lastConfirmed);
      const { epoch } = this.accepted;
      await (newest && epoch ? this.mirror.anchorNewest(newest, epoch) : this.mirror.connect());
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      await Promise.race([woken, this.#pause(LOOK_AGAIN_MS)]);
    }
  }

  /** Asked before there is anything to sign, so that a wrong key shows when the ledger starts and not with the next event. */
  #requireValidator(): void {
    const { epoch } = this.accepted;
    const own = this.settings.wallet.address.toLowerCase();
    if (!epoch || epoch.validators.some((address) => address.toLowerCase() === own)) return;
    throw new NotValidatorError(
      `${own} is not among the validators of the epoch (${epoch.validators.join(', ')}): restore validator-key.pem of this ledger from the backup`,
    );
  }

  /** A confirmation is believed by what its own block and those before it say of keys: a block without ours would be in doubt for ever. */
  #maySay(): boolean {
    return this.accepted.epoch !== undefined && this.accepted.isEnrolled(this.settings.keyId);
  }

  /** Cuts and signs. The block is on disk before its signature can leave the process. */
  #cut(): { block: SignedBlock; leaves: readonly WaitingLeaf[] } {
    const { wallet, site } = this.settings;
    const cut = cutBlock(site, this.store.head, this.accepted.waiting, Date.now());
    const signatures: HeaderSignature[] = [signHeader(cut.header, wallet)];
    this.store.saveSigned(cut, signatures);
    const leaves = this.accepted.waiting.slice(0, cut.leaves.length);
    this.accepted.taken(cut.leaves.length);
    return {
      block: { header: cut.header, blockHash: cut.after.blockHash, signatures, published: false },
      leaves,
    };
  }

  /** Anchors one signed block, however long the chain is away; false when the ledger had to end before. */
  async #anchor(block: SignedBlock, leaves: number): Promise<boolean> {
    const { epoch } = this.accepted;
    if (!epoch) throw new RangeError('a block without an epoch');
    for (let tries = 1; !this.#stopping; tries++) {
      const beganMs = performance.now();
      this.#lastAnchorBeganMs = beganMs;
      try {
        const place = await this.mirror.anchorNewest(block, epoch);
        this.store.confirm(block.header.number, place);
        this.anchorMs.add(performance.now() - beganMs);
        this.onConfirmed();
        return true;
      } catch (error) {
        if (!(error instanceof ChainError)) throw error;
        const what = `block ${block.header.number.toString()} (${leaves} leaves), try ${tries}`;
        this.#log.warn(`${what}: ${error.code} ${error.message}`);
        await this.#pause(RETRY_PAUSES_MS[Math.min(tries, RETRY_PAUSES_MS.length) - 1] ?? 0);
      }
    }
    return false;
  }

  async #onFailure(error: unknown): Promise<void> {
    if (this.#stopping) return;
    if (error instanceof LedgerError) {
      this.halt(error);
      return;
    }
    if (!(error instanceof StoreUnwritableError)) throw error;
    // A full disk passes: what was not written did not happen, so the same step is tried again.
    this.fault = `${error.code}: ${error.message}`;
    this.#log.error(this.fault);
    await this.#pause(STORE_RETRY_MS);
  }

  get #stopping(): boolean {
    return this.#abort.signal.aborted;
  }

  async #pause(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    await pause(milliseconds, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }
}
