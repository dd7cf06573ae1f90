import { concat, id, ZeroAddress, ZeroHash, type Wallet } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChainUnderTest, type DeployedContract } from './chain-under-test.js';
import {
  addresses,
  deployAnchor,
  domainOf,
  follow,
  hashOf,
  mirrored,
  sign,
  SITE,
  stranger,
  TYPES,
  validators,
  wallets,
  type Header,
} from './site-log.js';

const [first, second, third, fourth] = validators as [Wallet, Wallet, Wallet, Wallet];
const quorum = [first, second, third];

/** What the contract remembers once this block is its head. */
const headOf = (block: Header) => [
  block.number,
  block.treeSize,
  block.lastSequence,
  hashOf(block),
  block.rootHash,
];

let chain: ChainUnderTest;
beforeAll(async () => {
  chain = await ChainUnderTest.start();
});
afterAll(() => chain.stop());

describe('a new anchor', () => {
  it('says by which rules it will judge, and holds no block', async () => {
    const anchor = await deployAnchor(chain);
    expect(await anchor.view('site')).toBe(SITE);
    expect(await anchor.view('validators')).toEqual(addresses);
    expect(await anchor.view('quorum')).toBe(3n);
    expect(await anchor.view('predecessor')).toEqual([ZeroAddress, 0n, ZeroHash]);
    expect(await anchor.view('head')).toEqual([0n, 0n, 0n, ZeroHash, ZeroHash]);
  });

  it('names its signature domain so that any wallet can build it: no chain, no contract', async () => {
    const anchor = await deployAnchor(chain);
    const domain = await anchor.views('eip712Domain');
    expect(domain).toEqual(['0x13', 'BCMed block', '1', 0n, ZeroAddress, domainOf(SITE).salt, []]);
  });

  it.each([
    ['no site', { site: '' }, { name: 'SiteMissing', args: [] }],
    ['no validators', { validators: [] }, { name: 'QuorumOutOfRange', args: [1n, 0n, 3n] }],
    [
      'a quorum of half, two of which need not share a member',
      { quorum: 2 },
      { name: 'QuorumOutOfRange', args: [3n, 4n, 2n] },
    ],
    ['a quorum of none', { quorum: 0 }, { name: 'QuorumOutOfRange', args: [3n, 4n, 0n] }],
    ['more than all', { quorum: 5 }, { name: 'QuorumOutOfRange', args: [3n, 4n, 5n] }],
    [
      'a validator twice',
      { validators: [addresses[0]!, addresses[0]!, addresses[1]!] },
      { name: 'ValidatorsNotAscending', args: [1n, addresses[0], addresses[0]] },
    ],
    [
      'validators out of order',
      { validators: [addresses[1]!, addresses[0]!, addresses[2]!] },
      { name: 'ValidatorsNotAscending', args: [1n, addresses[1], addresses[0]] },
    ],
    [
      'the zero address, whose signature anybody could forge',
      { validators: [ZeroAddress, ...addresses] },
      { name: 'ValidatorsNotAscending', args: [0n, ZeroAddress, ZeroAddress] },
    ],
  ])('is not made with %s', async (_what, change, refusal) => {
    await expect(deployAnchor(chain, change)).rejects.toMatchObject({ refusal });
  });
});

describe('an anchor that holds block 2', () => {
  let anchor: DeployedContract;
  let held: Header;
  let next: Header;
  beforeEach(async () => {
    anchor = await deployAnchor(chain);
    const block1 = follow(undefined);
    held = follow(block1, 3n);
    await anchor.send('anchor', block1, sign(block1, quorum));
    await anchor.send('anchor', held, sign(held, quorum));
    next = follow(held);
  });
  const judged = (header: Header) => anchor.refusal('anchor', header, sign(header, quorum));

  it('takes block 3, remembers only it, and says so once', async () => {
    const receipt = await anchor.send('anchor', next, sign(next, quorum));
    expect(await anchor.view('head')).toEqual(headOf(next));
    expect(receipt.logs.map((log) => anchor.abi.parseLog(log)?.args.toArray())).toEqual([
      [3n, hashOf(next), next.rootHash, 23n],
    ]);
  });

  it('takes a block of one leaf, and one with more signatures than the quorum', async () => {
    const small = follow(held, 1n);
    await anchor.send('anchor', small, sign(small, validators));
    expect(await anchor.view('head')).toEqual(headOf(small));
  });

  it('does not take a block twice, skip one, or go back', async () => {
    expect(await judged(held)).toEqual({ name: 'WrongNumber', args: [3n, 2n] });
    expect(await judged({ ...next, number: 4n })).toEqual({ name: 'WrongNumber', args: [3n, 4n] });
    expect(await judged({ ...next, number: 0n })).toEqual({ name: 'WrongNumber', args: [3n, 0n] });
  });

  it('does not take a block that is linked to another history', async () => {
    const other = { ...next, previousHash: id('another block 2') };
    expect(await judged(other)).toEqual({
      name: 'WrongPreviousHash',
      args: [hashOf(held), other.previousHash],
    });
  });

  it('does not take positions that overlap, leave a hole, or are none', async () => {
    const over = { ...next, firstSequence: 13n };
    expect(await judged(over)).toEqual({ name: 'WrongFirstSequence', args: [14n, 13n] });
    const hole = { ...next, firstSequence: 15n };
    expect(await judged(hole)).toEqual({ name: 'WrongFirstSequence', args: [14n, 15n] });
    const empty = { ...next, lastSequence: 13n };
    expect(await judged(empty)).toEqual({ name: 'EmptyBlock', args: [14n, 13n] });
  });

  it('does not take a tree that shrank, or grew by other than its positions', async () => {
    for (const treeSize of [0n, 13n, 22n, 24n]) {
      expect(await judged({ ...next, treeSize })).toEqual({ name: 'WrongTreeSize', args: [23n, treeSize] });
    }
  });

  it('does not take a block of another site, nor one that was signed for another site', async () => {
    const elsewhere = { ...next, site: 'st-mark' };
    expect(await judged(elsewhere)).toEqual({ name: 'WrongSite', args: [SITE, 'st-mark'] });
    const refusal = await anchor.refusal('anchor', next, sign(next, quorum, 'st-mark'));
    expect(['NotAValidator', 'SignersNotAscending']).toContain(refusal.name);
  });

  it('does not count a signature under a domain that names chain and contract', async () => {
    const { chainId } = await chain.provider.getNetwork();
    const domain = { ...domainOf(SITE), chainId, verifyingContract: anchor.address };
    const signed = await Promise.all(quorum.map((wallet) => wallet.signTypedData(domain, TYPES, next)));
    const refusal = await anchor.refusal('anchor', next, signed);
    expect(['NotAValidator', 'SignersNotAscending']).toContain(refusal.name);
  });

  it('does not take a block that too few signed', async () => {
    const two = sign(next, [first, second]);
    expect(await anchor.refusal('anchor', next, two)).toEqual({ name: 'TooFewSignatures', args: [3n, 2n] });
    expect(await anchor.refusal('anchor', next, [])).toEqual({ name: 'TooFewSignatures', args: [3n, 0n] });
  });

  it('counts nobody twice, and takes signers in ascending order only', async () => {
    const twice = sign(next, [first, second, second]);
    expect(await anchor.refusal('anchor', next, twice)).toEqual({
      name: 'SignersNotAscending',
      args: [2n, second.address, second.address],
    });
    const mixed = sign(next, [first, third, second]);
    expect(await anchor.refusal('anchor', next, mixed)).toEqual({
      name: 'SignersNotAscending',
      args: [2n, third.address, second.address],
    });
  });

  it('does not count a stranger, alone or beside a full quorum', async () => {
    const order = wallets.filter((wallet) => wallet !== fourth);
    const index = BigInt(order.indexOf(stranger));
    expect(await anchor.refusal('anchor', next, sign(next, order))).toEqual({
      name: 'NotAValidator',
      args: [index, stranger.address],
    });
  });

  it('does not count a validator who signed another header for the same number', async () => {
    const rival = { ...next, rootHash: id('another root') };
    const mixed = [...sign(next, [first, second]), ...sign(rival, [third])];
    const refusal = await anchor.refusal('anchor', next, mixed);
    expect(['NotAValidator', 'SignersNotAscending']).toContain(refusal.name);
  });

  it('knows one form of a signature only', async () => {
    const [a, b, c] = sign(next, quorum) as [string, string, string];
    const with3 = (signature: string) => anchor.refusal('anchor', next, [a, b, signature]);
    expect(await with3(mirrored(c))).toEqual({ name: 'MalformedSignature', args: [2n, 3n] });
    expect(await with3(c.slice(0, -2))).toEqual({ name: 'MalformedSignature', args: [2n, 2n] });
    expect(await with3(concat([c, '0x00']))).toEqual({ name: 'MalformedSignature', args: [2n, 2n] });
    expect(await with3('0x')).toEqual({ name: 'MalformedSignature', args: [2n, 2n] });
    expect(await with3(c.slice(0, -2) + '00')).toEqual({ name: 'MalformedSignature', args: [2n, 1n] });
    expect(await with3(`0x${'00'.repeat(65)}`)).toEqual({ name: 'MalformedSignature', args: [2n, 1n] });
  });

  it('is left as it was by everything that it refused', async () => {
    await judged({ ...next, treeSize: 1n });
    await anchor.refusal('anchor', next, sign(next, [first]));
    expect(await anchor.view('head')).toEqual(headOf(held));
  });

  it('can be called by anybody: the signatures decide, not the sender', async () => {
    const sender = await chain.provider.getSigner(1);
    const data = anchor.abi.encodeFunctionData('anchor', [next, sign(next, quorum)]);
    await (await sender.sendTransaction({ to: anchor.address, data })).wait();
    expect(await anchor.view('head')).toEqual(headOf(next));
  });
});

describe('a successor', () => {
  const block1 = follow(undefined);
  const last = follow(block1);
  const predecessor = '0x00000000000000000000000000000000000000A1';
  const link = { predecessor, number: 2n, blockHash: hashOf(last) };
  const after = (change: object = {}) =>
    deployAnchor(chain, { link, lastHeader: last, lastSignatures: sign(last, quorum), ...change });

  it('begins where the lost contract ended, and takes the next block', async () => {
    const anchor = await after();
    expect(await anchor.view('predecessor')).toEqual([predecessor, 2n, hashOf(last)]);
    expect(await anchor.view('head')).toEqual(headOf(last));
    const next = follow(last);
    await anchor.send('anchor', next, sign(next, quorum));
    expect(await anchor.view('head')).toEqual(headOf(next));
  });

  it('may have other validators, when they have signed the last block too', async () => {
    const others = [first, stranger].sort((a, b) => wallets.indexOf(a) - wallets.indexOf(b));
    const change = { validators: others.map((wallet) => wallet.address), quorum: 2 };
    await expect(after(change)).rejects.toMatchObject({ refusal: { name: 'NotAValidator' } });
    const anchor = await after({ ...change, lastSignatures: sign(last, others) });
    expect(await anchor.view('head')).toEqual(headOf(last));
  });

  it.each([
    ['a block that no quorum signed', { lastSignatures: sign(last, [first]) }, 'TooFewSignatures'],
    ['strangers', { lastSignatures: sign(last, [stranger, ...quorum]) }, /NotAValidator|SignersNotAscending/],
    ['another block', { lastHeader: block1, lastSignatures: sign(block1, quorum) }, 'LinkMismatch'],
    ['another hash', { link: { ...link, blockHash: id('else') } }, 'LinkMismatch'],
    ['another number', { link: { ...link, number: 3n } }, 'LinkMismatch'],
    ['a block of another site', { site: 'st-mark' }, 'WrongSite'],
    ['no predecessor', { link: { ...link, predecessor: ZeroAddress } }, 'LinkIncomplete'],
    ['no number', { link: { ...link, number: 0n } }, 'LinkIncomplete'],
    ['no hash', { link: { ...link, blockHash: ZeroHash } }, 'LinkIncomplete'],
    [
      'signatures but no link',
      { link: { predecessor: ZeroAddress, number: 0n, blockHash: ZeroHash } },
      'LinkIncomplete',
    ],
  ])('is not made from %s', async (_what, change, name) => {
    await expect(after(change)).rejects.toMatchObject({
      refusal: { name: expect.stringMatching(name) as string },
    });
  });
});

describe('the storage of an anchor', () => {
  it('does not grow: every block overwrites the slots of the one before', async () => {
    const anchor = await deployAnchor(chain);
    let block = follow(undefined);
    const gas: bigint[] = [];
    for (let i = 0; i < 12; i++) {
      gas.push((await anchor.send('anchor', block, sign(block, quorum))).gasUsed);
      block = follow(block, 7n);
    }
    const steady = gas.slice(1).map(Number);
    // Only call data differs (a byte that is zero is cheaper): a new slot would cost 17,100 more.
    expect(Math.max(...steady) - Math.min(...steady)).toBeLessThan(1_000);
    expect(Math.max(...steady)).toBeLessThan(75_000);
  });
});
