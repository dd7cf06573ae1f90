import type { ValidatorSet } from '@bcmed/chain';
import type { Delivery } from '@bcmed/event-log';
import { BlockAnchored, isEvent, parseEvent } from '@bcmed/events';
import { hashToBase64Url } from '@bcmed/merkle';
import type { LatencyWindow } from '@bcmed/telemetry';
import { checkAnchoredBlock, type BlockBefore, type CheckedBlock } from '@bcmed/verification';
import type { AdapterLog } from '../adapters/adapter-log.js';
import type { Clock } from '../adapters/clock.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { ConfirmedLeaves, Refused } from '../adapters/safety-store-rows.js';
import { TOLD, ValidatorsUnknownError } from '../errors.js';

export interface SettleSettings {
  readonly site: string;
  readonly store: SafetyStore;
  readonly clock: Clock;
  readonly log: AdapterLog;
  readonly latency: LatencyWindow;
  readonly validators: () => ValidatorSet | undefined;
  /** Told when the site knows another continuation of this chain than ours: nothing can follow on ours any more. */
  readonly onForked: (entity: string, chain: string) => void;
  /** Told after each block that was settled durably. */
  readonly onConfirmed: (throughPosition: number, displaced: readonly number[]) => void;
}

/**
 * Settles the outbox by confirmed blocks. A block counts when a quorum of the site's validators signed its header and
 * its leaves give the signed root; who sealed the message does not matter then, and neither does the chain.
 *
 * A block that does not hold together settles nothing, is told, and is passed over: the entries stay and the ledger may
 * say it again. When the store cannot be written, the block comes again.
 */
export class SettleOutbox {
  #before: BlockBefore | undefined;
  #settled = 0;
  #invalid = 0;
  readonly #startedMs: number;

  constructor(private readonly settings: SettleSettings) {
    this.#startedMs = settings.clock.steadyMs();
  }

  get figures(): { readonly settled: number; readonly invalidBlocks: number } {
    return { settled: this.#settled, invalidBlocks: this.#invalid };
  }

  /** Takes messages of the stream of blocks in order. Throws StoreUnwritableError and ValidatorsUnknownError: again, then. */
  take(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#takeOne(delivery);
  }

  #takeOne({ position, body }: Delivery): void {
    const { store } = this.settings;
    if (store.depth === 0) {
      // Nothing of ours can be in it: an entry is in the outbox before it is sent.
      this.#before = undefined;
      store.passBlocks(position);
      return;
    }
    const block = this.#check(position, body);
    this.#before = block;
    if (block) this.#settle(leavesOf(block, position));
    else store.passBlocks(position);
  }

  #check(position: bigint, body: Uint8Array): CheckedBlock | undefined {
    const { site, validators } = this.settings;
    const set = validators();
    if (!set) throw new ValidatorsUnknownError('The opening of the epoch has not been read yet.');
    const outcome = this.#judge(body, site, set);
    if (typeof outcome !== 'string') return outcome;
    this.#invalid += 1;
    this.settings.log.error({
      msg: `a confirmation of a block is not valid: ${outcome}`,
      code: TOLD.blockInvalid,
      position: position.toString(),
    });
    return undefined;
  }

  /** The block, or what is wrong with it. */
  #judge(body: Uint8Array, site: string, validators: ValidatorSet): CheckedBlock | string {
    const parsed = parseEvent(body);
    if (!parsed.ok || !isEvent(parsed.event, BlockAnchored)) return 'not a block';
    const { data } = parsed.event;
    if (data.header.site !== site) return `a block of site ${data.header.site}`;
    const before = this.#before;
    const follows = before !== undefined && BigInt(data.header.number) === before.header.number + 1n;
    const check = checkAnchoredBlock(data, validators, follows ? before : undefined);
    return check.ok ? check.block : `${check.fault.kind}: ${check.fault.detail}`;
  }

  #settle(leaves: ConfirmedLeaves): void {
    const { store, clock, latency, onConfirmed } = this.settings;
    const { settled, refused, displaced } = store.settle(leaves);
    const now = clock.steadyMs();
    this.#settled += settled.length;
    for (const { handedMs } of settled) if (handedMs >= this.#startedMs) latency.add(now - handedMs);
    for (const refusal of refused) this.#tell(refusal);
    onConfirmed(leaves.lastPosition, displaced);
  }

  #tell({ entity, eventId, subject, position, reason, body }: Refused): void {
    const { log, onForked } = this.settings;
    const code = TOLD.eventRefused;
    log.error({ msg: `the ledger refused an event of ours: ${reason}`, code, eventId, subject, position });
    const chain = chainOf(body);
    if (reason === 'sender-fork' && chain !== undefined) onForked(entity, chain);
  }
}

function chainOf(body: Uint8Array): string | undefined {
  const parsed = parseEvent(body);
  return parsed.ok ? parsed.event.chain : undefined;
}

function leavesOf({ header, leafHashes, exceptions }: CheckedBlock, blockPosition: bigint): ConfirmedLeaves {
  return {
    blockPosition,
    firstPosition: Number(header.firstSequence),
    lastPosition: Number(header.lastSequence),
    leafHashes: leafHashes.map(hashToBase64Url),
    rejections: [...exceptions.values()].flatMap(({ position, reason, entryHash }) =>
      entryHash === undefined ? [] : [{ position: Number(position), reason, entryHash }],
    ),
  };
}
