import {
  ChainClient,
  ChainError,
  ContractAbsentError,
  ContractForeignError,
  reconcile,
  type AnchorClient,
  type AnchorHead,
  type Hex,
  type Reconciliation,
} from '@bcmed/chain';
import type { HealthResult } from '@bcmed/service-kit';
import type { BaseWallet } from 'ethers';
import type { Reanchored } from '../domain/announcements.js';
import type { AnchorPlace } from '../domain/block.js';
import { ChainDivergedError, ChainLostError, LedgerError } from '../errors.js';
import type { SignedBlock } from './block-rows.js';
import type { ContractPlace, LedgerStore } from './ledger-store.js';

/** What the mirror needs to know about its site and its node. */
export interface MirrorSettings {
  readonly site: string;
  readonly url: string;
  readonly chainId: bigint;
  readonly wallet: BaseWallet;
  /** Contract to use when the store knows none yet, or when the chain lost the one that it knows. */
  readonly contract?: string;
  readonly recovery: 'automatic' | 'manual';
}

/** Who signs for the site, from the opening of the epoch. */
export interface Validators {
  readonly validators: readonly string[];
  readonly quorum: number;
}

/**
 * Keeps the chain saying what the log says. The log is the truth: a chain that was lost or rewound is brought up again, and a chain
 * that says something else stops the ledger.
 *
 * Used by one caller at a time; after any failure the next call looks at the chain anew before it sends anything.
 */
export class ChainMirror {
  #client: ChainClient | undefined;
  #anchor: AnchorClient | undefined;
  #inStep = false;
  /** Why the last attempt failed, for the health page; undefined while all is well. */
  fault: string | undefined = 'not connected yet';
  onReanchored: (event: Reanchored) => void = () => undefined;

  constructor(
    private readonly settings: MirrorSettings,
    private readonly store: LedgerStore,
  ) {}

  /** Head of the contract as the chain has it now; for a second look. */
  async readHead(): Promise<AnchorHead | 'no-contract'> {
    return this.#known().readHead();
  }

  get contract(): Hex | undefined {
    return this.#anchor?.contract;
  }

  /**
   * Anchors the newest signed block and everything before it that the chain lacks; resolves when the chain confirmed it.
   * One attempt: throws ChainError for what may pass (try again after a pause) and LedgerError for what needs a person.
   */
  async anchorNewest(block: SignedBlock, validators: Validators): Promise<AnchorPlace> {
    return this.#remembering(async () => {
      const place = await this.#bring(block, validators);
      this.#inStep = true;
      return place;
    });
  }

  /** Finds the node and makes sure that it is the right chain; for a log without a block. Throws ChainError. */
  async connect(): Promise<void> {
    await this.#remembering(async () => {
      await this.#connected();
    });
  }

  /** Asks the node itself: a chain may be gone although nothing was sent since. */
  async health(): Promise<HealthResult> {
    if (this.fault !== undefined) return { status: 'down', detail: this.fault };
    const client = await this.#connected();
    const height = await client.readChainBlockNumber();
    return {
      status: 'up',
      detail: `contract ${this.contract ?? 'not known yet'}, chain at block ${height.toString()}`,
    };
  }

  async #remembering<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      this.fault = undefined;
      return result;
    } catch (error) {
      this.#inStep = false;
      this.fault =
        error instanceof ChainError || error instanceof LedgerError
          ? `${error.code}: ${error.message}`
          : String(error);
      throw error;
    }
  }

  async #connected(): Promise<ChainClient> {
    this.#client ??= await ChainClient.connect({
      url: this.settings.url,
      sender: this.settings.wallet,
      chainId: this.settings.chainId,
      pollingIntervalMs: 5,
    });
    return this.#client;
  }

  async #bring(block: SignedBlock, validators: Validators): Promise<AnchorPlace> {
    const client = await this.#connected();
    if (this.#inStep && this.#anchor) return this.#send(this.#anchor, block);
    return this.#reconcile(client, block, validators);
  }

  async #send(anchor: AnchorClient, { header, signatures }: SignedBlock): Promise<AnchorPlace> {
    const receipt = await anchor.anchor(
      header,
      signatures.map(({ signature }) => signature),
    );
    return {
      chainId: anchor.chainId,
      contract: anchor.contract,
      transactionHash: receipt.transactionHash,
      chainBlockNumber: receipt.chainBlockNumber,
    };
  }

  async #reconcile(client: ChainClient, block: SignedBlock, validators: Validators): Promise<AnchorPlace> {
    const decision = await this.#look(client, block, validators);
    switch (decision.kind) {
      case 'equal':
        this.#moveTo(await placeOf(this.#known()), block.header.number + 1n);
        return { chainId: client.chainId, contract: this.#known().contract };
      case 'replay':
        return this.#replay(decision.from, decision.to);
      case 'successor':
        return this.#succeed(client, block, validators);
      case 'diverged': {
        const { reason, number, onChain, here } = decision;
        throw new ChainDivergedError(
          `the chain's head is block ${number.toString()} ${onChain}, here that is ${here ?? 'unknown'} (${reason}): find out who anchored it before anything else`,
        );
      }
    }
  }

  /**
   * Compares the log with its contract. Only when that one was lost does the one count that the operator has named since: as long as
   * the log's own contract stands, a configuration cannot lead away from what it says.
   */
  async #look(client: ChainClient, block: SignedBlock, validators: Validators): Promise<Reconciliation> {
    const { number } = block.header;
    const compare = async (address: string | undefined): Promise<Reconciliation> =>
      reconcile(await this.#readHeadOf(client, address, validators), {
        number,
        blockHashAt: (wanted) => this.store.blockHashAt(wanted),
      });
    const { contract: own } = this.store;
    const { contract: named } = this.settings;
    if (own === undefined || named === undefined || isSame(own, named)) return compare(own ?? named);
    let foreign: ContractForeignError | undefined;
    try {
      const decision = await compare(own);
      if (decision.kind !== 'successor') return decision;
    } catch (error) {
      // On a chain that began anew somebody else may have got the address.
      if (!(error instanceof ContractForeignError)) throw error;
      foreign = error;
    }
    const decision = await compare(named);
    if (foreign && decision.kind === 'successor') throw foreign;
    return decision;
  }

  async #readHeadOf(
    client: ChainClient,
    address: string | undefined,
    validators: Validators,
  ): Promise<AnchorHead | 'no-contract'> {
    if (address === undefined) return 'no-contract';
    try {
      this.#anchor = await client.openBlockAnchor(address, { site: this.settings.site, ...validators });
      return await this.#anchor.readHead();
    } catch (error) {
      if (error instanceof ContractAbsentError) return 'no-contract';
      throw error;
    }
  }

  async #replay(from: bigint, to: bigint): Promise<AnchorPlace> {
    const anchor = this.#known();
    const where = await placeOf(anchor);
    let place: AnchorPlace = { chainId: anchor.chainId, contract: anchor.contract };
    for (let number = from; number <= to; number++) {
      const block = this.store.blockAt(number);
      if (!block) throw new RangeError(`the store has no block ${number.toString()}`);
      place = await this.#send(anchor, block);
    }
    this.#moveTo(where, from);
    return place;
  }

  /** A new contract: the first one of the site, or one that begins after the newest block. */
  async #succeed(client: ChainClient, block: SignedBlock, validators: Validators): Promise<AnchorPlace> {
    const { contract: named, recovery, site } = this.settings;
    const before = this.store.contract ?? (named as Hex | undefined);
    if (recovery === 'manual') throw new ChainLostError(whatWasLost(this.store.contract, named));
    const linked = before !== undefined && block.header.number > 1n;
    const after = linked
      ? {
          predecessor: before,
          block: { header: block.header, signatures: block.signatures.map(({ signature }) => signature) },
        }
      : undefined;
    const deployed = await client.deployBlockAnchor({ site, ...validators, ...(after ? { after } : {}) });
    const { contract } = (this.#anchor = deployed.anchor);
    this.#moveTo(
      { contract, beginsAfter: after ? block.header.number : 0n },
      this.store.lastConfirmed,
      before,
    );
    if (!after) return this.#send(deployed.anchor, block);
    const { transactionHash, chainBlockNumber } = deployed;
    return { chainId: client.chainId, contract, transactionHash, chainBlockNumber };
  }

  /**
   * The log is anchored in this contract from now on. When blocks that were confirmed before had to be anchored once more, that is
   * said first: a kill between the two says it twice and never not at all.
   */
  #moveTo(place: Required<ContractPlace>, firstAnchored: bigint, replaced?: string): void {
    const { contract } = place;
    const { place: known, lastConfirmed } = this.store;
    const predecessor = replaced ?? (known && !isSamePlace(known, place) ? known.contract : undefined);
    const firstBlock = firstAnchored < lastConfirmed ? firstAnchored : lastConfirmed;
    const again = { contract, firstBlock, lastBlock: lastConfirmed };
    if (lastConfirmed > 0n && predecessor !== undefined)
      this.onReanchored({ reason: 'contract-missing', predecessor, ...again });
    else if (lastConfirmed > 0n && firstAnchored <= lastConfirmed)
      this.onReanchored({ reason: 'chain-behind', ...again });
    this.store.setPlace(place);
  }

  #known(): AnchorClient {
    if (!this.#anchor) throw new RangeError('no contract is known');
    return this.#anchor;
  }
}

/** Where a contract stands, and after which block it began: on a chain that began anew another one may get the same address. */
async function placeOf(anchor: AnchorClient): Promise<Required<ContractPlace>> {
  const { link } = await anchor.readRules();
  return { contract: anchor.contract, beginsAfter: link?.number ?? 0n };
}

/** A store of an earlier version knows the address only. */
function isSamePlace(known: ContractPlace, place: Required<ContractPlace>): boolean {
  const { beginsAfter = place.beginsAfter } = known;
  return isSame(known.contract, place.contract) && beginsAfter === place.beginsAfter;
}

/** Addresses come with and without the checksum in their letters. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function whatWasLost(own: string | undefined, named: string | undefined): string {
  if (own === undefined && named === undefined)
    return 'no BlockAnchor is configured: deploy one and set BLOCK_ANCHOR_ADDRESS';
  const other =
    own === undefined || named === undefined || isSame(own, named)
      ? ''
      : ` and ${named} cannot take its place`;
  return `the chain lost the contract ${own ?? named ?? ''} or too many of its blocks${other}: restore the chain, or deploy a successor and set BLOCK_ANCHOR_ADDRESS`;
}
