import { createECDH } from 'node:crypto';
import { id as keccak, ZeroAddress, ZeroHash } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessRegistryArtifact } from '../src/index.js';
import { ChainUnderTest, refusalFrom, type DeployedContract } from './chain-under-test.js';

const PASSKEY = 0n;
const KEY = 1n;

/** A point of P-256, as the two words that the contract takes. */
function point(): { x: string; y: string } {
  const pair = createECDH('prime256v1');
  const bytes = pair.generateKeys();
  return { x: `0x${bytes.toString('hex', 1, 33)}`, y: `0x${bytes.toString('hex', 33, 65)}` };
}

const phone = { id: keccak('phone'), person: keccak('nurse'), ...point() };
const robot = { id: keccak('robot'), person: keccak('automation'), ...point() };

let chain: ChainUnderTest;
let registrar: string;
let other: string;

beforeAll(async () => {
  chain = await ChainUnderTest.start();
  const [first, second] = await Promise.all([0, 1].map((index) => chain.provider.getSigner(index)));
  registrar = first!.address;
  other = second!.address;
});
afterAll(() => chain.stop());

const deploy = (site = 'st-mary', registrars: readonly string[] = [registrar]) =>
  chain.deploy(accessRegistryArtifact.abi, accessRegistryArtifact.bytecode, [site, registrars]);

const enrol = (registry: DeployedContract, { id, person, x, y } = phone, kind = PASSKEY) =>
  registry.send('enrol', id, person, kind, x, y);

describe('a new registry', () => {
  it('says who may write, and holds nothing', async () => {
    const registry = await deploy();
    expect(await registry.view('site')).toBe('st-mary');
    expect(await registry.view('registrars')).toEqual([registrar]);
    expect(await registry.view('count')).toBe(0n);
    expect(await registry.view('holds', phone.id)).toBe(false);
    expect(await registry.views('page', 0, 10)).toEqual([[], []]);
    expect(await registry.refusal('credentialOf', phone.id)).toEqual({
      name: 'NotEnrolled',
      args: [phone.id],
    });
  });

  it('is not made without a site, without registrars, with the zero address, or with one twice', async () => {
    const ascending = [registrar, other].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    expect(await refusalFrom(() => deploy(''))).toMatchObject({ name: 'SiteMissing' });
    expect(await refusalFrom(() => deploy('st-mary', []))).toMatchObject({ name: 'RegistrarsMissing' });
    for (const wrong of [[ZeroAddress], [registrar, registrar], [...ascending].reverse()])
      expect(await refusalFrom(() => deploy('st-mary', wrong))).toMatchObject({
        name: 'RegistrarsNotAscending',
      });
    expect(await (await deploy('st-mary', ascending)).view('registrars')).toEqual(ascending);
  });
});

describe('a credential', () => {
  let registry: DeployedContract;
  beforeEach(async () => {
    registry = await deploy();
    await enrol(registry);
  });

  it('holds from its enrolment on, and left one event that names nobody', async () => {
    const receipt = await enrol(registry, robot, KEY);
    expect(receipt.logs.map((log) => registry.abi.parseLog(log)?.args.toArray())).toEqual([
      [robot.id, robot.person, KEY, robot.x, robot.y],
    ]);
    expect(await registry.view('holds', robot.id)).toBe(true);
    expect(await registry.view('credentialOf', phone.id)).toEqual([
      phone.x,
      phone.y,
      phone.person,
      expect.any(BigInt),
      0n,
      PASSKEY,
    ]);
    expect(await registry.view('count')).toBe(2n);
  });

  it('is listed page by page in the order of enrolment', async () => {
    await enrol(registry, robot, KEY);
    const ids = async (from: number, limit: number) => (await registry.views('page', from, limit))[0];
    expect(await ids(0, 10)).toEqual([phone.id, robot.id]);
    expect(await ids(1, 1)).toEqual([robot.id]);
    expect(await ids(2, 5)).toEqual([]);
    expect(await ids(0, 0)).toEqual([]);
  });

  it('is enrolled once, also after its revocation, and never becomes another key', async () => {
    const again = ['enrol', phone.id, robot.person, KEY, robot.x, robot.y] as const;
    expect(await registry.refusal(...again)).toEqual({ name: 'EnrolledBefore', args: [phone.id] });
    await registry.send('revoke', phone.id);
    expect(await registry.refusal(...again)).toEqual({ name: 'EnrolledBefore', args: [phone.id] });
  });

  it('is revoked once and for good', async () => {
    const receipt = await registry.send('revoke', phone.id);
    expect(receipt.logs.map((log) => registry.abi.parseLog(log)?.args.toArray())).toEqual([
      [phone.id, phone.person],
    ]);
    expect(await registry.view('holds', phone.id)).toBe(false);
    expect(await registry.refusal('revoke', phone.id)).toEqual({ name: 'RevokedBefore', args: [phone.id] });
    expect(await registry.refusal('revoke', robot.id)).toEqual({ name: 'NotEnrolled', args: [robot.id] });
  });

  it.each([
    ['a point beside the curve', { ...robot, y: robot.x }, { name: 'NotOnCurve' }],
    ['the point at infinity', { ...robot, x: ZeroHash, y: ZeroHash }, { name: 'NotOnCurve' }],
    ['nobody', { ...robot, person: ZeroHash }, { name: 'PersonMissing' }],
  ])('is not enrolled with %s', async (_, wrong, refusal) => {
    const { id, person, x, y } = wrong;
    expect(await registry.refusal('enrol', id, person, KEY, x, y)).toMatchObject(refusal);
  });
});

describe('somebody who is no registrar', () => {
  it('writes nothing', async () => {
    const registry = await deploy('st-mary', [other]);
    const { id, person, x, y } = phone;
    const refused = { name: 'NotARegistrar', args: [registrar] };
    expect(await registry.refusal('enrol', id, person, PASSKEY, x, y)).toEqual(refused);
    expect(await registry.refusal('revoke', id)).toEqual(refused);
  });
});
