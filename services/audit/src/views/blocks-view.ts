import type { AdmissionState, StreamSlot } from '@bcmed/admission';
import { fromWireHeader } from '@bcmed/chain';
import { checkAnchoredBlock, confirmationSealFault, readConfirmation } from '@bcmed/verification';
import type { Projection } from '@bcmed/views';
import type { Tx } from '../adapters/database.js';
import { storable } from '../domain/event-row.js';
import { ViewBehindError } from '../errors.js';
import { blockRow } from './block-row.js';

export const BLOCKS_PROJECTION = 'blocks';

/** The last block that the view holds. */
interface LastBlock {
  readonly number: bigint;
  readonly blockHash: string;
  readonly lastPosition: bigint;
}

/**
 * Projects BLOCKS into the table `block`. Every confirmation is checked first: seal of the ledger, link to the block before,
 * signatures of a quorum, leaves under the signed root. What fails is kept as a problem and is no block.
 */
export class BlocksView implements Projection<StreamSlot, Tx> {
  readonly name = BLOCKS_PROJECTION;

  constructor(
    /** The rules' state at or after the last position of the blocks that are applied. */
    private readonly stateAt: (tx: Tx) => Promise<AdmissionState>,
  ) {}

  async apply(tx: Tx, slots: readonly StreamSlot[]): Promise<void> {
    const state = await this.stateAt(tx);
    let last = await tx.block.findFirst({ orderBy: { number: 'desc' } });
    for (const slot of slots) {
      const found = this.#read(slot, state, last ?? undefined);
      if (found === 'again') continue;
      if ('problem' in found)
        await tx.blockProblem.create({ data: { position: slot.position, detail: storable(found.problem) } });
      else last = await tx.block.create({ data: found.row });
    }
  }

  async clear(tx: Tx): Promise<void> {
    await tx.block.deleteMany();
    await tx.blockProblem.deleteMany();
  }

  #read(slot: StreamSlot, state: AdmissionState, last: LastBlock | undefined) {
    if ('missing' in slot) return { problem: 'nothing stands here' };
    const read = readConfirmation(slot);
    if (!read.ok) return { problem: read.detail };
    const { data } = read;
    if (last && BigInt(data.header.number) === last.number && data.blockHash === last.blockHash)
      return 'again';
    if (!state.epoch) throw new ViewBehindError('a block is confirmed, but the epoch is not in the view yet');
    const check = checkAnchoredBlock(data, state.epoch, undefined);
    if (!check.ok) return { problem: check.fault.detail };
    const seal = confirmationSealFault(state, slot, read);
    if (seal !== undefined) return { problem: `block ${data.header.number}: ${seal}` };
    const header = fromWireHeader(data.header);
    const follows =
      header.number === (last?.number ?? 0n) + 1n &&
      header.firstSequence === (last?.lastPosition ?? 0n) + 1n &&
      (!last || header.previousHash === last.blockHash);
    if (!follows)
      return {
        problem: `block ${data.header.number} does not follow block ${(last?.number ?? 0n).toString()}`,
      };
    return { row: blockRow(slot, data) };
  }
}
