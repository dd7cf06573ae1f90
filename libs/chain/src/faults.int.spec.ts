import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sender, SITE, SiteLog, validatorSet } from '../test/blocks.js';
import { FaultyWire, type Fault } from '../test/faulty-wire.js';
import { NodeUnderTest } from '../test/node-under-test.js';
import {
  ChainClient,
  ChainIdDiffersError,
  NodeUnreachableError,
  OutcomeUnknownError,
  reconcile,
  type AnchorClient,
  type ChainError,
} from './index.js';

let node: NodeUnderTest;
let log: SiteLog;
beforeEach(async () => {
  node = await NodeUnderTest.start();
  log = new SiteLog();
});
afterEach(() => node.remove());

const connect = (url = node.url, deadlineMs = 10_000) =>
  ChainClient.connect({ url, sender, deadlineMs, requestTimeoutMs: 1_000 });
const deploy = async (chain: ChainClient) =>
  (await chain.deployBlockAnchor({ site: SITE, ...validatorSet })).anchor;
const anchorNext = (anchor: AnchorClient) => {
  const { header, signatures } = log.grow();
  return anchor.anchor(header, signatures);
};
const anchorAgain = (anchor: AnchorClient, number: bigint) => {
  const { header, signatures } = log.block(number);
  return anchor.anchor(header, signatures);
};

describe('a wire that damages one request', () => {
  let wire: FaultyWire;
  let anchor: AnchorClient;
  beforeEach(async () => {
    wire = await FaultyWire.before(node.url);
    anchor = await deploy(await connect(wire.url));
    await anchorNext(anchor);
    // A client that has not anchored yet asks the node everything; one that has, asks for less.
    anchor = (await connect(wire.url)).anchorAt(anchor.contract);
  });
  afterEach(() => wire.stop());

  const UNREACHABLE = 'BCM-CHAIN-NODE-UNREACHABLE';
  const UNKNOWN = 'BCM-CHAIN-OUTCOME-UNKNOWN';
  it.each<[method: string, fault: Fault, code: ChainError['code'] | 'none', arrived: boolean]>([
    ['eth_estimateGas', 'lost', UNREACHABLE, false],
    ['eth_estimateGas', 'silence', UNREACHABLE, false],
    ['eth_getTransactionCount', 'answer-cut', UNREACHABLE, false],
    ['eth_getBlockByNumber', 'gateway-page', UNREACHABLE, false],
    ['eth_sendRawTransaction', 'lost', UNKNOWN, false],
    ['eth_sendRawTransaction', 'silence', UNKNOWN, false],
    ['eth_sendRawTransaction', 'gateway-page', UNKNOWN, false],
    ['eth_sendRawTransaction', 'done-but-unanswered', UNKNOWN, true],
    ['eth_sendRawTransaction', 'answer-cut', UNKNOWN, true],
    ['eth_getTransactionReceipt', 'lost', UNKNOWN, true],
    ['eth_getTransactionReceipt', 'silence', UNKNOWN, true],
    ['eth_getTransactionReceipt', 'answer-cut', UNKNOWN, true],
    ['eth_getTransactionReceipt', 'duplicated', 'none', true],
  ])('%s %s: %s, and the second try brings it once', async (method, fault, code, arrived) => {
    wire.next(method, fault);
    const first = await anchorNext(anchor).then(
      () => 'none',
      (error: unknown) => (error as ChainError).code,
    );
    expect(first).toBe(code);
    if (arrived) await expect.poll(() => anchor.readHead()).toMatchObject({ number: 2n });
    else expect(await anchor.readHead()).toMatchObject({ number: 1n });

    if (first !== 'none') await anchorAgain(anchor, 2n);
    await anchorNext(anchor);
    expect(await anchor.readHead()).toMatchObject({ number: 3n, blockHash: log.blockHashAt(3n) });
    const sends = wire.seen.filter((seen) => seen === 'eth_sendRawTransaction').length;
    const lost = !arrived && method === 'eth_sendRawTransaction';
    expect(sends, 'deployment, three blocks, and again only what was lost').toBe(lost ? 5 : 4);
  });
});

describe('a client that has anchored before, where gas costs nothing', () => {
  it('asks for the nonce, sends and waits, and nothing else', async () => {
    const wire = await FaultyWire.before(node.url);
    const anchor = await deploy(await connect(wire.url));
    await anchorNext(anchor);
    await anchorNext(anchor);
    wire.seen.length = 0;
    await anchorNext(anchor);
    const asked = new Set(wire.seen);
    expect([...asked].sort()).toEqual([
      'eth_getTransactionCount',
      'eth_getTransactionReceipt',
      'eth_sendRawTransaction',
    ]);
    await wire.stop();
  });

  it('still tells what the contract refuses, and anchors the next block', async () => {
    const anchor = await deploy(await connect());
    await anchorNext(anchor);
    await anchorNext(anchor);
    await expect(anchorAgain(anchor, 1n)).rejects.toThrow(/WrongNumber/);
    await anchorNext(anchor);
    expect(await anchor.readHead()).toMatchObject({ number: 3n });
  });
});

describe('a chain that takes its time', () => {
  it('leaves the outcome unknown at the deadline; asking again finds the transaction that waits', async () => {
    const chain = await connect(node.url, 200);
    const anchor = await deploy(chain);
    await node.control('evm_setAutomine', false);
    const attempt = await anchorNext(anchor).catch((error: unknown) => error);
    expect(attempt).toBeInstanceOf(OutcomeUnknownError);
    await expect(anchorAgain(anchor, 1n)).rejects.toThrow(OutcomeUnknownError);
    await node.control('evm_setAutomine', true);
    await node.control('evm_mine');
    const receipt = await anchorAgain(anchor, 1n);
    expect(receipt.transactionHash).toBe((attempt as OutcomeUnknownError).transactionHash);
    await anchorNext(anchor);
    expect(await anchor.readHead()).toMatchObject({ number: 2n });
  });
});

describe('a node that is killed', () => {
  it('while a block is on its way: the outcome is unknown, the contract is gone, a successor goes on', async () => {
    const chain = await connect();
    const anchor = await deploy(chain);
    await anchorNext(anchor);
    await node.control('evm_setAutomine', false);
    const attempt = anchorNext(anchor).catch((error: unknown) => error);
    await expect.poll(() => node.control('txpool_status')).toMatchObject({ pending: '0x1' });
    await node.kill();
    expect(await attempt).toBeInstanceOf(OutcomeUnknownError);
    await expect(anchor.readHead()).rejects.toThrow(NodeUnreachableError);
    await expect(anchorAgain(anchor, 2n)).rejects.toThrow(NodeUnreachableError);
    await expect(connect()).rejects.toThrow(NodeUnreachableError);

    await node.comeBack();
    const found = reconcile(await anchor.readHead(), log);
    expect(found).toEqual({ kind: 'successor', after: { number: 2n, blockHash: log.blockHashAt(2n) } });
    const after = { predecessor: anchor.contract, block: log.head };
    const successor = await chain.deployBlockAnchor({ site: SITE, ...validatorSet, after });
    await anchorNext(successor.anchor);
    expect(reconcile(await successor.anchor.readHead(), log)).toEqual({ kind: 'equal' });
  });

  it('and comes back with an older state: the same client anchors again what is missing', async () => {
    const anchor = await deploy(await connect());
    for (let i = 0; i < 3; i++) await anchorNext(anchor);
    await node.end();
    await node.comeBack();
    for (let i = 0; i < 4; i++) await anchorNext(anchor);
    await node.kill();
    await node.comeBack();

    const found = reconcile(await anchor.readHead(), log);
    expect(found).toEqual({ kind: 'replay', from: 4n, to: 7n });
    for (let number = 4n; number <= 7n; number++) await anchorAgain(anchor, number);
    expect(reconcile(await anchor.readHead(), log)).toEqual({ kind: 'equal' });
  });

  it('and comes back unnoticed between two blocks: a block is refused or absent, never falsely confirmed', async () => {
    const anchor = await deploy(await connect());
    for (let i = 0; i < 2; i++) await anchorNext(anchor);
    await node.kill();
    await node.comeBack();
    await expect(anchorNext(anchor)).rejects.toMatchObject({
      code: expect.stringMatching(/CONTRACT-ABSENT|NODE-UNREACHABLE/) as string,
    });
    expect(reconcile(await anchor.readHead(), log).kind).toBe('successor');
  });

  it('and is replaced by a node of another chain: nothing is sent to it', async () => {
    const anchor = await deploy(await connect());
    await node.kill();
    await expect(anchorNext(anchor)).rejects.toThrow(NodeUnreachableError);
    await node.comeBack({ chainId: 4_242 });
    await expect(anchorAgain(anchor, 1n)).rejects.toThrow(ChainIdDiffersError);
    await expect(ChainClient.connect({ url: node.url, sender, chainId: 31_337n })).rejects.toThrow(
      /expected chain 31337, the node serves chain 4242/,
    );
    expect(await node.control('eth_blockNumber')).toBe('0x0');
  });
});
