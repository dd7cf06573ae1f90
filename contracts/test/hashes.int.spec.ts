import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { TypedDataEncoder, type InterfaceAbi } from 'ethers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChainUnderTest, type DeployedContract } from './chain-under-test.js';
import { deployAnchor, domainOf, hashOf, TYPES } from './site-log.js';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes32 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);
const anyHeader = (site: fc.Arbitrary<string>) =>
  fc.record({
    site,
    number: uint64,
    firstSequence: uint64,
    lastSequence: uint64,
    treeSize: uint64,
    rootHash: bytes32,
    previousHash: bytes32,
    timeMs: uint64,
  });
const anySite = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });

let chain: ChainUnderTest;
beforeAll(async () => {
  chain = await ChainUnderTest.start();
});
afterAll(() => chain.stop());

describe('the hash of a header', () => {
  it('is the same on the chain and in a library that knows EIP-712', async () => {
    const anchor = await deployAnchor(chain);
    await fc.assert(
      fc.asyncProperty(anyHeader(anySite), async (header) => {
        expect(await anchor.view('hashOf', header)).toBe(hashOf(header));
      }),
      { numRuns: 100 },
    );
  });
});

describe('what a validator signs', () => {
  let oracle: DeployedContract;
  beforeAll(async () => {
    const { abi, bytecode } = compileOracle();
    oracle = await chain.deploy(abi, bytecode, []);
  });

  it("is the same in the contract, in ethers, and as OpenZeppelin's parts put it together", async () => {
    await fc.assert(
      fc.asyncProperty(anySite, anyHeader(fc.constant('')), async (site, fields) => {
        const header = { ...fields, site };
        const anchor = await deployAnchor(chain, { site });
        const digest = await anchor.view('digestOf', header);
        expect(digest).toBe(TypedDataEncoder.hash(domainOf(site), TYPES, header));
        expect(digest).toBe(await oracle.view('digest', site, hashOf(header)));
      }),
      { numRuns: 15 },
    );
  });
});

/** Compiled here: it is no part of the product, so nothing of it is committed but its source. */
function compileOracle(): { abi: InterfaceAbi; bytecode: string } {
  const here = import.meta.dirname;
  const args = [resolve(here, '../tools/compile.mjs'), '--print', resolve(here, 'solidity/DigestOracle.sol')];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as ReturnType<
    typeof compileOracle
  >;
}
