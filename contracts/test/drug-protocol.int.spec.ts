import { AbiCoder, id as keccak, keccak256, ZeroAddress } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drugProtocolArtifact } from '../src/index.js';
import { ChainUnderTest, refusalFrom, type DeployedContract } from './chain-under-test.js';

const FAR = 2n ** 62n;

/** Written down a second time on purpose: see services/dosing/src/domain/protocol. */
const protocol = {
  documentHash: keccak('a released document'),
  heartRateLow: 40_000n,
  heartRateHigh: 150_000n,
  pressureLow: 60_000n,
  pressureHigh: 200_000n,
  saturationLow: 85_000n,
  saturationHigh: 100_000n,
  alpha: 0n,
  beta: 50_000n,
  gamma: 0n,
  heartRateReference: 0n,
  pressureReference: 80_000n,
  saturationReference: 0n,
  intercept: 0n,
  doseLow: 0n,
  doseHigh: 10_000n,
  maxRise: 1_000n,
  maxFall: 1_000n,
  stepMs: 30_000n,
  freeFallBelow: 70_000n,
  freeFallAbove: FAR,
  cumulativeCap: 500_000n,
  leaseMs: 90_000n,
  maxAgeMs: 30_000n,
  maxLeadMs: 1_000n,
};
const NOON_MS = 1_795_176_000_000n;
const question = {
  heartRate: 80_000n,
  pressure: 100_000n,
  saturation: 97_000n,
  measuredAtMs: NOON_MS - 2_000n,
  nowMs: NOON_MS,
  previousDose: 800n,
  previousAtMs: NOON_MS - 60_000n,
  delivered: 0n,
};
const [DOSE, CLOCK_AHEAD, STALE, CONDITION_NOT_MET] = [0n, 1n, 2n, 3n];

let chain: ChainUnderTest;
let releasers: readonly string[];
let indexOf: (address: string) => number;
beforeAll(async () => {
  chain = await ChainUnderTest.start();
  const signers = await Promise.all([0, 1, 2].map((index) => chain.provider.getSigner(index)));
  const addresses = signers.map(({ address }) => address);
  indexOf = (address) => addresses.indexOf(address);
  releasers = [...addresses].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
});
afterAll(() => chain.stop());

const deploy = (change: { site?: string; releasers?: readonly string[]; quorum?: number } = {}) =>
  chain.deploy(drugProtocolArtifact.abi, drugProtocolArtifact.bytecode, [
    change.site ?? 'st-mary',
    change.releasers ?? releasers,
    change.quorum ?? 2,
  ]);

/** Sends as one of the node's accounts; the helper always sends as the first. */
async function sendAs(contract: DeployedContract, from: string, name: string, ...args: unknown[]) {
  const sender = await chain.provider.getSigner(indexOf(from) === -1 ? 5 : indexOf(from));
  const data = contract.abi.encodeFunctionData(name, args);
  return (await sender.sendTransaction({ to: contract.address, data })).wait();
}

/** The contract's words for a call that it declines; eth_call gives them as a transaction would. */
async function refusalAs(contract: DeployedContract, from: string, name: string, ...args: unknown[]) {
  const data = contract.abi.encodeFunctionData(name, args);
  try {
    await chain.provider.call({ to: contract.address, data, from });
  } catch (error) {
    const parsed = contract.abi.parseError((error as { data: string }).data);
    return { name: parsed?.name, args: parsed?.args.toArray() };
  }
  throw new Error('the contract accepted it');
}

describe('a new set of protocols', () => {
  it('says who may release, and answers nothing', async () => {
    const protocols = await deploy();
    expect(await protocols.view('site')).toBe('st-mary');
    expect(await protocols.view('releasers')).toEqual(releasers);
    expect(await protocols.view('quorum')).toBe(2n);
    const nothing = { name: 'NotReleased', args: [keccak('any'), 0n, 2n] };
    expect(await refusalAs(protocols, releasers[0]!, 'evaluate', keccak('any'), question)).toEqual(nothing);
    expect(await refusalAs(protocols, releasers[0]!, 'protocolOf', keccak('any'))).toEqual(nothing);
  });

  it.each([
    ['no site', { site: '' }, { name: 'SiteMissing' }],
    ['nobody who releases', { releasers: [], quorum: 0 }, { name: 'QuorumOutOfRange', args: [0n, 0n] }],
    ['a quorum of none', { quorum: 0 }, { name: 'QuorumOutOfRange', args: [3n, 0n] }],
    ['a quorum of more than all', { quorum: 4 }, { name: 'QuorumOutOfRange', args: [3n, 4n] }],
    ['the zero address', { releasers: [ZeroAddress], quorum: 1 }, { name: 'ReleasersNotAscending' }],
  ])('is not made with %s', async (_, change, refusal) => {
    expect(await refusalFrom(() => deploy(change))).toMatchObject(refusal);
  });

  it('is not made with a releaser twice or out of order', async () => {
    const [a, b] = releasers as [string, string];
    const wrong = { name: 'ReleasersNotAscending' };
    expect(await refusalFrom(() => deploy({ releasers: [a, a] }))).toMatchObject(wrong);
    expect(await refusalFrom(() => deploy({ releasers: [b, a] }))).toMatchObject(wrong);
  });
});

describe('a protocol that waits for its second release', () => {
  let protocols: DeployedContract;
  let id: string;
  beforeEach(async () => {
    protocols = await deploy();
    id = String(await protocols.view('idOf', protocol));
    await sendAs(protocols, releasers[0]!, 'release', protocol);
  });

  it('is named by the hash of its numbers', () => {
    const types = drugProtocolArtifact.abi
      .flatMap((item) => (item.type === 'function' && item.name === 'idOf' ? item.inputs[0].components : []))
      .map(({ type }) => type);
    expect(id).toBe(keccak256(AbiCoder.defaultAbiCoder().encode(types, Object.values(protocol))));
  });

  it('is not answered', async () => {
    const refusal = await refusalAs(protocols, releasers[0]!, 'evaluate', id, question);
    expect(refusal).toEqual({ name: 'NotReleased', args: [id, 1n, 2n] });
    expect(await protocols.views('statusOf', id)).toEqual([1n, false]);
  });

  it('does not count the same releaser twice, and no stranger', async () => {
    const again = await refusalAs(protocols, releasers[0]!, 'release', protocol);
    expect(again).toEqual({ name: 'ReleasedBefore', args: [id, releasers[0]] });
    const stranger = (await chain.provider.getSigner(5)).address;
    const refusal = { name: 'NotAReleaser', args: [stranger] };
    expect(await refusalAs(protocols, stranger, 'release', protocol)).toEqual(refusal);
    expect(await refusalAs(protocols, stranger, 'withdraw', id)).toEqual(refusal);
  });

  it('is not helped by a release of almost the same numbers', async () => {
    await sendAs(protocols, releasers[1]!, 'release', { ...protocol, beta: 50_001n });
    expect(await protocols.views('statusOf', id)).toEqual([1n, false]);
  });

  it('is in force from the second release on, and says so once', async () => {
    const receipt = await sendAs(protocols, releasers[1]!, 'release', protocol);
    expect(receipt?.logs.map((log) => protocols.abi.parseLog(log)?.name)).toEqual([
      'ProtocolEndorsed',
      'ProtocolReleased',
    ]);
    expect(await protocols.view('protocolOf', id)).toEqual(Object.values(protocol));
    expect(await protocols.view('evaluate', id, question)).toEqual([
      DOSE,
      0n,
      1_000_000_000n,
      1_000n,
      1_000n,
    ]);
    const third = await sendAs(protocols, releasers[2]!, 'release', protocol);
    expect(third?.logs.map((log) => protocols.abi.parseLog(log)?.name)).toEqual(['ProtocolEndorsed']);
  });

  it('can be withdrawn by one releaser, for ever', async () => {
    await sendAs(protocols, releasers[1]!, 'release', protocol);
    await sendAs(protocols, releasers[2]!, 'withdraw', id);
    const withdrawn = { name: 'Withdrawn', args: [id] };
    expect(await refusalAs(protocols, releasers[0]!, 'evaluate', id, question)).toEqual(withdrawn);
    expect(await refusalAs(protocols, releasers[0]!, 'protocolOf', id)).toEqual(withdrawn);
    expect(await refusalAs(protocols, releasers[2]!, 'release', protocol)).toEqual(withdrawn);
    expect((await sendAs(protocols, releasers[2]!, 'withdraw', id))?.logs).toEqual([]);
  });
});

describe('a protocol whose bounds bound nothing', () => {
  it.each([
    ['documentHash', { documentHash: `0x${'00'.repeat(32)}` }, 'BoundMissing', 'documentHash'],
    ['heart rate', { heartRateLow: 150_001n }, 'RangeEmpty', 'heartRate'],
    ['pressure', { pressureLow: 200_001n }, 'RangeEmpty', 'pressure'],
    ['saturation', { saturationHigh: 84_999n }, 'RangeEmpty', 'saturation'],
    ['doses', { doseLow: 10_001n }, 'RangeEmpty', 'dose'],
    ['highest dose', { doseHigh: 0n }, 'BoundMissing', 'doseHigh'],
    ['step', { stepMs: 0n }, 'BoundMissing', 'stepMs'],
    ['lease', { leaseMs: 0n }, 'BoundMissing', 'leaseMs'],
    ['cap', { cumulativeCap: 0n }, 'BoundMissing', 'cumulativeCap'],
    ['freshness', { maxAgeMs: 0n }, 'BoundMissing', 'maxAgeMs'],
  ])('cannot be released: %s', async (_, change, name, field) => {
    const protocols = await deploy();
    const refusal = await refusalAs(protocols, releasers[0]!, 'release', { ...protocol, ...change });
    expect(refusal).toEqual({ name, args: [field] });
  });
});

describe('what a protocol answers', () => {
  let protocols: DeployedContract;
  beforeAll(async () => {
    protocols = await deploy();
  });
  const ask = async (change: Partial<typeof question>, rules: object = protocol) => {
    const [answers] = await protocols.views('preview', rules, [{ ...question, ...change }]);
    return (answers as readonly unknown[])[0];
  };

  it.each([
    ['rises by one step', { pressure: 180_000n }, [DOSE, 4n, 5_000_000_000n, 5_000n, 1_800n]],
    [
      'falls by one step',
      { pressure: 90_000n, previousDose: 4_000n },
      [DOSE, 8n, 500_000_000n, 500n, 3_000n],
    ],
    ['falls freely', { pressure: 69_999n, previousDose: 4_000n }, [DOSE, 1n, -500_050_000n, -500n, 0n]],
    ['keeps the cap', { delivered: 499_001n }, [DOSE, 16n, 1_000_000_000n, 1_000n, 666n]],
    ['is stale', { measuredAtMs: NOON_MS - 30_001n }, [STALE, 0n, 1_000_000_000n, 1_000n, 0n]],
    ['is ahead', { measuredAtMs: NOON_MS + 1_001n }, [CLOCK_AHEAD, 0n, 1_000_000_000n, 1_000n, 0n]],
    ['is not for this patient', { pressure: 59_999n }, [CONDITION_NOT_MET, 0n, -1_000_050_000n, -1_000n, 0n]],
  ])('%s', async (_, change, answer) => {
    expect(await ask(change)).toEqual(answer);
  });

  it('truncates towards zero, and not downwards', async () => {
    const rules = { ...protocol, alpha: -1_500n, beta: -33_333n, gamma: 10n, pressureReference: 0n };
    const vitals = { heartRate: 61_234n, pressure: 110_987n, saturation: 99_500n };
    expect(await ask(vitals, rules)).toEqual([DOSE, 1n, -3_790_385_671n, -3_790n, 0n]);
  });

  it('does not overflow at the ends of its integers', async () => {
    const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
    const rules = {
      ...protocol,
      alpha: low,
      beta: low,
      gamma: low,
      heartRateReference: high,
      intercept: high,
    };
    const at = await ask({ heartRate: low, pressure: low, saturation: low }, rules);
    const accumulator = high + low * (low - high) + low * (low - 80_000n) + low * low;
    expect(at).toEqual([CONDITION_NOT_MET, 0n, accumulator, accumulator / 1_000_000n, 0n]);
  });
});
