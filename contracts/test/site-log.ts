import { id, Signature, toBeHex, TypedDataEncoder, Wallet, ZeroAddress, ZeroHash } from 'ethers';
import { blockAnchorArtifact } from '../src/index.js';
import type { ChainUnderTest, DeployedContract } from './chain-under-test.js';

/** A block header in the terms of the contract's tests, written down a second time on purpose: see `libs/chain`. */
export interface Header {
  site: string;
  number: bigint;
  firstSequence: bigint;
  lastSequence: bigint;
  treeSize: bigint;
  rootHash: string;
  previousHash: string;
  timeMs: bigint;
}

export const TYPES = {
  BlockHeader: [
    { name: 'site', type: 'string' },
    { name: 'number', type: 'uint64' },
    { name: 'firstSequence', type: 'uint64' },
    { name: 'lastSequence', type: 'uint64' },
    { name: 'treeSize', type: 'uint64' },
    { name: 'rootHash', type: 'bytes32' },
    { name: 'previousHash', type: 'bytes32' },
    { name: 'timeMs', type: 'uint64' },
  ],
};

export const SITE = 'st-mary';
export const domainOf = (site: string) => ({ name: 'BCMed block', version: '1', salt: id(site) });
export const hashOf = (header: Header) => TypedDataEncoder.hashStruct('BlockHeader', TYPES, header);
export const NO_LINK = { predecessor: ZeroAddress, number: 0n, blockHash: ZeroHash };
const NO_HEADER: Header = {
  site: '',
  number: 0n,
  firstSequence: 0n,
  lastSequence: 0n,
  treeSize: 0n,
  rootHash: ZeroHash,
  previousHash: ZeroHash,
  timeMs: 0n,
};

/** Five people with keys, ascending by address; in most tests the first four are the validators. */
export const wallets = [1n, 2n, 3n, 4n, 5n]
  .map((secret) => new Wallet(toBeHex(secret, 32)))
  .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
export const validators = wallets.slice(0, 4);
export const stranger = wallets[4]!;
export const addresses = validators.map((wallet) => wallet.address);

/** Signatures by these people in this order, whether or not the contract wants them so. */
export function sign(header: Header, by: readonly Wallet[], site = header.site): string[] {
  const digest = TypedDataEncoder.hash(domainOf(site), TYPES, header);
  return by.map((wallet) => wallet.signingKey.sign(digest).serialized);
}

/** The other s that the curve's equation accepts for the same signature. */
export function mirrored(signature: string): string {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const { r, s, v } = Signature.from(signature);
  return r + toBeHex(order - BigInt(s), 32).slice(2) + (v === 27 ? '1c' : '1b');
}

/** The block that rightly follows another one, `leaves` positions long. */
export function follow(previous: Header | undefined, leaves = 10n): Header {
  const number = (previous?.number ?? 0n) + 1n;
  const lastSequence = (previous?.lastSequence ?? 0n) + leaves;
  return {
    site: SITE,
    number,
    firstSequence: (previous?.lastSequence ?? 0n) + 1n,
    lastSequence,
    treeSize: (previous?.treeSize ?? 0n) + leaves,
    rootHash: id(`root ${String(number)}`),
    previousHash: previous === undefined ? ZeroHash : hashOf(previous),
    timeMs: 1_795_000_000_000n + number,
  };
}

/** Everything that the constructor takes, of which a test changes what it is about. */
export interface Deployment {
  site: string;
  validators: readonly string[];
  quorum: number;
  link: { predecessor: string; number: bigint; blockHash: string };
  lastHeader: Header;
  lastSignatures: readonly string[];
}

export function deployAnchor(
  chain: ChainUnderTest,
  change: Partial<Deployment> = {},
): Promise<DeployedContract> {
  const all: Deployment = {
    site: SITE,
    validators: addresses,
    quorum: 3,
    link: NO_LINK,
    lastHeader: NO_HEADER,
    lastSignatures: [],
    ...change,
  };
  return chain.deploy(blockAnchorArtifact.abi, blockAnchorArtifact.bytecode, [
    all.site,
    all.validators,
    all.quorum,
    all.link,
    all.lastHeader,
    all.lastSignatures,
  ]);
}
