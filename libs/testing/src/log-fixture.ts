import {
  admit,
  applyAdmission,
  initialAdmission,
  type Admission,
  type AdmissionState,
  type Rejected,
  type StreamEntry,
  type StreamSlot,
} from '@bcmed/admission';
import {
  ZERO_HASH,
  hashHeader,
  hex,
  signHeader,
  sortSignatures,
  toWireHeader,
  type AnchorHead,
  type AnchorRules,
  type BlockHeader,
  type Hex,
} from '@bcmed/chain';
import {
  BlockAnchored,
  ChainReanchored,
  CredentialEnrolled,
  CredentialRevoked,
  EpochOpened,
  EventRejected,
  RateChanged,
  createEvent,
  serialiseEvent,
  subjectOf,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { CompactRange, hashToBase64Url, hashToHex } from '@bcmed/merkle';
import { keyToken, type KeyId, type Sealer } from '@bcmed/seal';
import type { z } from 'zod';
import { fixtureSealer, fixtureWallet } from './log-keys.js';

/** How large a fixture log's cast is. */
export interface LogFixtureOptions {
  readonly site?: string;
  /** Pumps whose adapter has a sender's chain each. */
  readonly pumps?: number;
  readonly validators?: number;
  readonly quorum?: number;
}

/** A message as a sender hands it to the bus. */
export type FixtureMessage = Omit<StreamEntry, 'position'>;

interface SenderEnd {
  sequence: number;
  previous: string | undefined;
}

const FIRST_MS = Date.UTC(2026, 10, 20, 12);
const CHAIN_ID = 31_337n;
const FIRST_CONTRACT = hex(`0x${'ab'.repeat(20)}`);

/**
 * A whole site's log in memory: stream, blocks, chain, made of the same rules as the real thing (admission, tree, header,
 * signatures), without a server and in milliseconds. Everything but the signatures' bytes is the same in every run.
 *
 * Positions 1 to 4: the epoch, then the ledger's, the adapter's and the audit's enrolment. Tests tamper with
 * `entries` and `confirmations` directly: they are what a reader of the streams would get.
 */
export class LogFixture {
  readonly site: string;
  readonly root = fixtureSealer('root');
  readonly ledger = fixtureSealer('ledger');
  readonly adapter = fixtureSealer('adapter');
  readonly audit = fixtureSealer('audit');
  /** The stream EVENTS: index 0 is position 1. */
  readonly entries: StreamSlot[] = [];
  /** The stream BLOCKS, likewise. */
  readonly confirmations: StreamEntry[] = [];
  readonly headers: BlockHeader[] = [];
  contract: Hex = FIRST_CONTRACT;
  link: AnchorRules['link'];
  readonly #wallets;
  readonly #quorum: number;
  readonly #pumps: number;
  readonly #state: AdmissionState;
  readonly #admitted = new Map<string, bigint>();
  readonly #rejections = new Map<bigint, Rejected>();
  readonly #senders = new Map<number, SenderEnd>();
  #pending: Admission[] = [];
  #tree = CompactRange.empty;
  #counter = 0;

  constructor({ site = 's1', pumps = 3, validators = 1, quorum = 1 }: LogFixtureOptions = {}) {
    this.site = site;
    this.#pumps = pumps;
    this.#quorum = quorum;
    this.#wallets = Array.from({ length: validators }, (_, index) => fixtureWallet(`validator ${index}`));
    this.#state = initialAdmission(site, this.rootKeyId);
    this.append(
      this.root,
      this.event(EpochOpened, site, {
        epoch: 1,
        epochBase: '0',
        ruleSet: 1,
        rootKey: this.root.publicJwk,
        validators: [...this.rules.validators],
        quorum,
      }),
    );
    this.enrol(this.ledger, 'ledger/1', ['ledger'], 'service');
    this.enrol(this.adapter, 'pump-adapter/1', ['pump'], 'device');
    this.enrol(this.audit, 'audit/1', ['audit'], 'service');
  }

  get rootKeyId(): KeyId {
    return this.root.keyId;
  }

  /** Rules of the contract that anchors this log. */
  get rules(): AnchorRules {
    const validators = this.#wallets.map(({ address }) => hex(address)).sort(ascending);
    return { site: this.site, validators, quorum: this.#quorum, link: this.link };
  }

  /** What the contract says after `blocks` of the blocks that were cut; by default after all of them. */
  head(blocks = this.headers.length): AnchorHead {
    const header = this.headers[blocks - 1];
    return {
      number: header?.number ?? 0n,
      treeSize: header?.treeSize ?? 0n,
      lastSequence: header?.lastSequence ?? 0n,
      blockHash: header ? hashHeader(header) : ZERO_HASH,
      rootHash: header?.rootHash ?? ZERO_HASH,
    };
  }

  get chainId(): bigint {
    return CHAIN_ID;
  }

  /** An id that no other event of this log has, the next one in order. */
  nextId(): string {
    return `01994f7e-7c00-7000-8000-${(++this.#counter).toString(16).padStart(12, '0')}`;
  }

  /** An event of any definition at the next millisecond of the log's clock. */
  event(
    definition: EventDefinition,
    entity: string,
    data: Record<string, unknown>,
    source = 'site/root',
  ): StreamEvent {
    const id = this.nextId();
    const time = new Date(FIRST_MS + this.#counter).toISOString();
    return createEvent(definition, { id, source, entity, time, site: this.site, actor: source }, data);
  }

  /** Seals an event and puts it at the end of the stream. */
  append(sealer: Sealer, event: StreamEvent): StreamEntry {
    return this.appendMessage(sealed(sealer, event));
  }

  /** Puts any message at the end of the stream, as anybody could who may publish; the rules then admit or refuse it. */
  appendMessage({ subject, seal, body }: FixtureMessage): StreamEntry {
    const entry = { position: BigInt(this.entries.length + 1), subject, seal, body };
    this.#decide(entry);
    return entry;
  }

  /** What the ledger says about a position that it refused. */
  appendRejectionNotice(position: number): StreamEntry {
    const admission = this.#rejections.get(BigInt(position));
    const slot = this.entries[position - 1];
    if (!admission || !slot) throw new Error(`position ${position} was not refused`);
    const { reason, detail } = admission;
    const subject = 'missing' in slot ? '' : slot.subject.slice(0, 512);
    const data = { position: position.toString(), reason, subject, detail: detail.slice(0, 512) };
    return this.append(this.ledger, this.event(EventRejected, position.toString(), data, 'ledger/1'));
  }

  /** Leaves the next position empty, as if its message had been lost before the ledger read it. */
  appendHole(): void {
    this.#decide({ position: BigInt(this.entries.length + 1), missing: true });
  }

  #decide(slot: StreamSlot): void {
    const admission = admit(this.#state, slot, { positionOf: (id) => this.#admitted.get(id) });
    applyAdmission(this.#state, admission);
    if (admission.outcome === 'admitted') this.#admitted.set(admission.event.id, slot.position);
    else this.#rejections.set(slot.position, admission);
    this.entries.push(slot);
    this.#pending.push(admission);
  }

  /** The site makes a key of the fixture known. */
  enrol(sealer: Sealer, holder: string, areas: readonly string[], kind: 'device' | 'service'): StreamEntry {
    const { keyId, publicJwk: publicKey } = sealer;
    return this.enrolKey({ keyId, publicKey, kind, holder, areas: [...areas] });
  }

  /** The site makes any key known, as a service asks for it in its `enrolment-request.json`. */
  enrolKey(request: z.infer<(typeof CredentialEnrolled)['data']>): StreamEntry {
    const entity = Buffer.from(request.keyId, 'base64url').toString('hex');
    return this.append(this.root, this.event(CredentialEnrolled, entity, request));
  }

  revoke(sealer: Sealer): StreamEntry {
    const data = { keyId: sealer.keyId, reason: 'a test' };
    return this.append(this.root, this.event(CredentialRevoked, keyToken(sealer.keyId), data));
  }

  /** The next event of a pump's chain, not yet sealed: the rate moved. `skip` leaves numbers out, which opens a hole. */
  rateChange(pump = this.#counter % this.#pumps, skip = 0): StreamEvent {
    const end = this.#senders.get(pump) ?? { sequence: 0, previous: undefined };
    const sequence = end.sequence + 1 + skip;
    const id = this.nextId();
    const fromMlPerHour = (this.#counter * 7) % 100;
    return createEvent(
      RateChanged,
      {
        id,
        source: 'pump-adapter/1',
        entity: this.pump(pump),
        time: new Date(FIRST_MS + this.#counter).toISOString(),
        site: this.site,
        actor: 'front-panel',
        chain: {
          chain: `01994f7e-7c00-7000-8000-${(0xf000_0000 + pump).toString(16).padStart(12, '0')}`,
          sequence: String(sequence),
          ...(end.previous === undefined ? {} : { previous: end.previous }),
        },
      },
      {
        fromMlPerHour,
        toMlPerHour: fromMlPerHour + 0.5,
        changedBy: 'front-panel',
        logEntryId: this.#counter,
      },
    );
  }

  /** Entity of a pump, as in its subjects. */
  pump(index: number): string {
    return `8002-${51_740 + index}`;
  }

  /** Appends the next events of the pumps' chains, in turn, each admitted. */
  appendRates(count: number): void {
    for (let done = 0; done < count; done++) {
      const pump = done % this.#pumps;
      this.append(this.adapter, this.rateChange(pump));
      this.#advance(pump);
    }
  }

  #advance(pump: number): void {
    const admission = this.#pending.at(-1);
    if (admission?.outcome !== 'admitted') throw new Error(`the fixture's event was refused`);
    const { sequence = '0' } = admission.event;
    this.#senders.set(pump, {
      sequence: Number(sequence),
      previous: hashToBase64Url(admission.leafHash),
    });
  }

  /** Cuts a block of everything that is in no block yet, signs it with the quorum and confirms it on BLOCKS. */
  cutBlock(): BlockHeader {
    const before = this.#tree;
    const block = this.#pending;
    this.#pending = [];
    this.#tree = before.appendAll(block.map(({ leafHash }) => leafHash));
    const last = this.headers.at(-1);
    const lastSequence = (last?.lastSequence ?? 0n) + BigInt(block.length);
    const header: BlockHeader = {
      site: this.site,
      number: (last?.number ?? 0n) + 1n,
      firstSequence: (last?.lastSequence ?? 0n) + 1n,
      lastSequence,
      treeSize: lastSequence,
      rootHash: hex(`0x${hashToHex(this.#tree.root())}`),
      previousHash: last ? hashHeader(last) : ZERO_HASH,
      timeMs: BigInt(FIRST_MS + this.#counter),
    };
    this.headers.push(header);
    this.confirm(header, before, block);
    return header;
  }

  /** Cuts the whole stream so far, and `count` further events, into blocks of `size` positions. */
  appendBlocks(count: number, size = 5): void {
    for (let block = 0; block < count; block++) {
      this.appendRates(size);
      this.cutBlock();
    }
  }

  /** The chain was lost and the log goes on in a contract that follows the old one. */
  reanchor(contract: Hex): void {
    const head = this.head();
    this.link = { predecessor: this.contract, number: head.number, blockHash: head.blockHash };
    const data = {
      chainId: CHAIN_ID.toString(),
      contract,
      predecessor: this.contract,
      reason: 'contract-missing',
      firstBlock: head.number.toString(),
      lastBlock: head.number.toString(),
    };
    this.contract = contract;
    this.append(this.ledger, this.event(ChainReanchored, this.site, data, 'ledger/1'));
  }

  /** The data of a block's confirmation as this ledger writes it; for tests that change it and seal it again. */
  confirm(header: BlockHeader, before: CompactRange, block: readonly Admission[]): StreamEntry {
    const signers = this.#wallets.slice(0, this.#quorum).map((wallet) => signHeader(header, wallet));
    const data = {
      header: toWireHeader(header),
      blockHash: hashHeader(header),
      signatures: sortSignatures(signers).map((entry) => ({ ...entry })),
      frontier: before.hashes.map(hashToBase64Url),
      leafHashes: block.map(({ leafHash }) => hashToBase64Url(leafHash)),
      exceptions: block.flatMap((one) => (one.outcome === 'rejected' ? [one.exception] : [])),
      anchor: {
        chainId: CHAIN_ID.toString(),
        contract: this.contract,
        transactionHash: hashHeader(header),
        chainBlockNumber: header.number.toString(),
      },
    };
    return this.confirmWith(this.ledger, header.number.toString(), data);
  }

  /** Seals any data as a block's confirmation and puts it at the end of BLOCKS. */
  confirmWith(sealer: Sealer, number: string, data: Record<string, unknown>): StreamEntry {
    const message = sealed(sealer, this.event(BlockAnchored, number, data, 'ledger/1'));
    const entry = { position: BigInt(this.confirmations.length + 1), ...message };
    this.confirmations.push(entry);
    return entry;
  }
}

/** An event as a message, sealed by this key. */
export function sealed(sealer: Sealer, event: StreamEvent): FixtureMessage {
  const body = serialiseEvent(event);
  return { subject: subjectOf(event), seal: sealer.seal(body), body };
}

/** The same bytes but for one bit, counted from the first byte's lowest. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const at = bit >> 3;
  changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

function ascending(a: string, b: string): number {
  return a.toLowerCase() < b.toLowerCase() ? -1 : 1;
}
