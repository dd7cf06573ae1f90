import { toBeHex, Wallet } from 'ethers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sender, SITE, SiteLog, signed, validators, validatorSet, wallets } from '../test/blocks.js';
import { NodeUnderTest } from '../test/node-under-test.js';
import {
  ChainClient,
  checkQuorum,
  ContractAbsentError,
  ContractForeignError,
  ContractRefusedError,
  hashHeader,
  NodeRefusedError,
  signHeader,
  type AnchorClient,
  type QuorumOutcome,
} from './index.js';

let node: NodeUnderTest;
let chain: ChainClient;
beforeAll(async () => {
  node = await NodeUnderTest.start();
  chain = await ChainClient.connect({ url: node.url, sender, chainId: 31_337n });
});
afterAll(() => node.remove());

const deploy = async () => (await chain.deployBlockAnchor({ site: SITE, ...validatorSet })).anchor;
const refusalOf = async (attempt: Promise<unknown>): Promise<ContractRefusedError> => {
  const outcome = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ContractRefusedError);
  return outcome as ContractRefusedError;
};

describe('a site that anchors its blocks', () => {
  let anchor: AnchorClient;
  let log: SiteLog;
  beforeEach(async () => {
    anchor = await deploy();
    log = new SiteLog();
  });

  it('finds each block as the head, with the transaction that brought it', async () => {
    for (let i = 0; i < 3; i++) {
      const { header, signatures } = log.grow();
      const receipt = await anchor.anchor(header, signatures);
      expect(receipt.transactionHash).toMatch(/^0x[0-9a-f]{64}$/);
      expect(receipt.chainBlockNumber).toBeGreaterThan(0n);
      expect(receipt.gasUsed).toBeGreaterThan(21_000n);
      const { number, treeSize, lastSequence, rootHash } = header;
      expect(await anchor.readHead()).toEqual({
        number,
        treeSize,
        lastSequence,
        rootHash,
        blockHash: hashHeader(header),
      });
    }
  });

  it('may hand over many at once: they go one by one, in the order given', async () => {
    const blocks = Array.from({ length: 10 }, () => log.grow());
    const receipts = await Promise.all(blocks.map((b) => anchor.anchor(b.header, b.signatures)));
    const heights = receipts.map((receipt) => receipt.chainBlockNumber);
    expect(heights).toEqual([...heights].sort((a, b) => (a < b ? -1 : 1)));
    expect(await anchor.readHead()).toMatchObject({ number: 10n });
  });

  it('is told in the words of the contract why a block was refused, and goes on with the right one', async () => {
    const block = log.grow();
    const { header, signatures } = block;
    const early = await refusalOf(anchor.anchor({ ...header, number: 2n }, signatures));
    expect(early.code).toBe('BCM-CHAIN-CONTRACT-REFUSED');
    expect(early.errorName).toBe('WrongNumber');
    expect(early.args).toEqual({ expected: 1n, given: 2n });
    expect(early.message).toContain('WrongNumber(expected 1, given 2)');

    const few = await refusalOf(anchor.anchor(header, signatures.slice(1)));
    expect(few.args).toEqual({ needed: 3n, given: 2n });
    await anchor.anchor(header, signatures);
    const twice = await refusalOf(anchor.anchor(header, signatures));
    expect(twice.args).toEqual({ expected: 2n, given: 1n });
  });

  it('agrees with the contract about what a block hash is', async () => {
    const { header } = log.grow();
    expect(await anchor.hashOnChain(header)).toBe(hashHeader(header));
  });
});

describe('a contract that is opened again', () => {
  it('says its rules, which never change', async () => {
    const anchor = await deploy();
    const rules = { site: SITE, ...validatorSet, link: undefined };
    expect(await anchor.readRules()).toEqual(rules);
    const again = await chain.openBlockAnchor(anchor.contract, { site: SITE, ...validatorSet });
    expect(await again.readHead()).toMatchObject({ number: 0n });
  });

  it('is refused when it holds another site, other validators or another quorum than expected', async () => {
    const { contract } = await deploy();
    const open = (change: object) =>
      chain.openBlockAnchor(contract, { site: SITE, ...validatorSet, ...change });
    await expect(open({ site: 'st-mark' })).rejects.toThrow(/site st-mary, not st-mark/);
    await expect(open({ quorum: 4 })).rejects.toThrow(ContractForeignError);
    const others = wallets.slice(1).map((wallet) => wallet.address);
    await expect(open({ validators: others })).rejects.toThrow(/validators/);
    const mixed = [...validatorSet.validators].reverse();
    await expect(open({ validators: mixed })).resolves.toBeDefined();
  });

  it('is refused when the program is not ours, though it might answer alike', async () => {
    const { contract } = await deploy();
    const code = (await node.control('eth_getCode', contract, 'latest')) as string;
    const other = '0x00000000000000000000000000000000000000bb';
    await node.control('anvil_setCode', other, `${code}00`);
    await expect(chain.openBlockAnchor(other, { site: SITE, ...validatorSet })).rejects.toThrow(
      ContractForeignError,
    );
    await node.control('anvil_setCode', other, '0x6001600055');
    await expect(chain.anchorAt(other).readRules()).rejects.toThrow(ContractForeignError);
  });

  it('is absent where there is no code, and a block sent there does not count as anchored', async () => {
    const nowhere = '0x00000000000000000000000000000000000000AA';
    const anchor = chain.anchorAt(nowhere);
    const { header, signatures } = new SiteLog().grow();
    expect(await anchor.readHead()).toBe('no-contract');
    await expect(anchor.anchor(header, signatures)).rejects.toThrow(ContractAbsentError);
    await expect(anchor.readRules()).rejects.toThrow(ContractAbsentError);
    await expect(chain.openBlockAnchor(nowhere, { site: SITE, ...validatorSet })).rejects.toThrow(
      ContractAbsentError,
    );
  });
});

describe('a successor contract', () => {
  it('goes on after the last block and says from which contract', async () => {
    const lost = await deploy();
    const log = new SiteLog();
    for (let i = 0; i < 3; i++) log.grow();
    const after = { predecessor: lost.contract, block: log.head };
    const { anchor } = await chain.deployBlockAnchor({ site: SITE, ...validatorSet, after });
    expect(await anchor.readHead()).toMatchObject({ number: 3n, blockHash: log.blockHashAt(3n) });
    expect((await anchor.readRules()).link).toEqual({
      predecessor: lost.contract,
      number: 3n,
      blockHash: log.blockHashAt(3n),
    });
    const { header, signatures } = log.grow();
    await anchor.anchor(header, signatures);
    expect(await anchor.readHead()).toMatchObject({ number: 4n });
  });

  it('is not made after a block that no quorum signed', async () => {
    const log = new SiteLog();
    const { header } = log.grow();
    const block = signed(header, validators.slice(0, 2));
    const after = { predecessor: sender.address, block };
    const refusal = await refusalOf(chain.deployBlockAnchor({ site: SITE, ...validatorSet, after }));
    expect(refusal.errorName).toBe('TooFewSignatures');
  });
});

describe('what we say of signatures before we send them', () => {
  const { header } = new SiteLog().grow();
  const names: Record<QuorumOutcome['kind'], string> = {
    quorum: '',
    'too-few': 'TooFewSignatures',
    malformed: 'MalformedSignature',
    'not-ascending': 'SignersNotAscending',
    'not-a-validator': 'NotAValidator',
  };
  const damage = fc.oneof(
    { weight: 6, arbitrary: fc.constant((signature: string) => signature) },
    fc.nat({ max: 64 }).map((at) => (signature: string) => {
      const bytes = Buffer.from(signature.slice(2), 'hex');
      bytes[at] = (bytes[at] ?? 0) ^ 0x81;
      return `0x${bytes.toString('hex')}`;
    }),
    fc.nat({ max: 64 }).map((length) => (signature: string) => signature.slice(0, 2 + 2 * length)),
    fc.constantFrom('00', '1a', '1b', '1c', '1d', 'ff').map((v) => (s: string) => s.slice(0, -2) + v),
  );

  it('is what the contract says, with the same entry at fault', async () => {
    const anchor = await deploy();
    const order = fc.oneof(
      fc.shuffledSubarray(wallets),
      fc.subarray(wallets, { minLength: 3 }),
      fc.array(fc.constantFrom(...wallets), { maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(order, fc.array(damage, { minLength: 6, maxLength: 6 }), async (by, damages) => {
        const signatures = by.map((wallet, i) => damages[i]!(signHeader(header, wallet).signature));
        const here = checkQuorum(header, signatures, validatorSet);
        // Block 2 of an empty contract would be refused earlier; so block 1, and only what is refused is sent.
        if (here.kind === 'quorum') return;
        const there = await refusalOf(anchor.anchor(header, signatures));
        expect(there.errorName).toBe(names[here.kind]);
        if ('index' in here) expect(there.args['index']).toBe(BigInt(here.index));
      }),
      { numRuns: 150 },
    );
    await anchor.anchor(header, signed(header).signatures);
  });
});

describe('a chain with a fee market', () => {
  it('takes anchors from a sender who can pay, and declines one who cannot', async () => {
    const anchor = await deploy();
    const { header, signatures } = new SiteLog().grow();
    const poor = await ChainClient.connect({ url: node.url, sender: new Wallet(toBeHex(99n, 32)) });
    try {
      await node.control('anvil_setNextBlockBaseFeePerGas', toBeHex(7_000_000_000n));
      await node.control('evm_mine');
      await expect(poor.anchorAt(anchor.contract).anchor(header, signatures)).rejects.toThrow(
        NodeRefusedError,
      );
      await node.control('anvil_setBalance', sender.address, toBeHex(10n ** 18n));
      await node.control('anvil_setNextBlockBaseFeePerGas', toBeHex(7_000_000_000n));
      await anchor.anchor(header, signatures);
      expect(await anchor.readHead()).toMatchObject({ number: 1n });
    } finally {
      await node.control('anvil_setNextBlockBaseFeePerGas', '0x0');
      await node.control('evm_mine');
    }
  });
});
