import { LogFixture } from '@bcmed/testing';
import { describe, expect, it } from 'vitest';
import { checkAnchoredBlock, readConfirmation, type AnchoredBlock, type CheckedBlock } from './index.js';

function ward(): { log: LogFixture; blocks: AnchoredBlock[] } {
  const log = new LogFixture({ validators: 4, quorum: 3 });
  log.cutBlock();
  log.appendMessage({ subject: 'bcmed.s1.a.b.c', seal: 'x', body: Buffer.from('junk') });
  log.appendBlocks(3, 4);
  const blocks = log.confirmations.map((entry) => {
    const read = readConfirmation(entry);
    if (!read.ok) throw new Error(read.detail);
    return read.data;
  });
  return { log, blocks };
}

const { log, blocks } = ward();
const [first, second, third] = blocks as [AnchoredBlock, AnchoredBlock, AnchoredBlock];
const other = (hash: string): string => `${hash[0] === 'A' ? 'B' : 'A'}${hash.slice(1)}`;

function checked(data: AnchoredBlock, before?: CheckedBlock): CheckedBlock {
  const check = checkAnchoredBlock(data, log.rules, before);
  if (!check.ok) throw new Error(check.fault.detail);
  return check.block;
}

function faultOf(data: AnchoredBlock, before?: CheckedBlock): string | undefined {
  const check = checkAnchoredBlock(data, log.rules, before);
  return check.ok ? undefined : check.fault.kind;
}

describe('a confirmation that a subscriber checks by itself', () => {
  it('holds on its own, and as the next of the ones before', () => {
    const one = checked(first);
    const two = checked(second, one);
    expect(checked(third, two)).toMatchObject({ header: { number: 3n }, frontier: { size: 13n } });
    expect(checked(third).frontier.hashes).toStrictEqual(checked(third, two).frontier.hashes);
    expect([...two.exceptions.keys()]).toStrictEqual([5n]);
  });

  it.each<[string, string, Partial<AnchoredBlock>]>([
    [
      'its leaf hashes',
      'wrong-root',
      { leafHashes: second.leafHashes.with(1, other(second.leafHashes[1] ?? '')) },
    ],
    [
      'the spelling of a leaf hash',
      'wrong-root',
      { leafHashes: second.leafHashes.with(1, `${second.leafHashes[1]?.slice(0, 42) ?? ''}B`) },
    ],
    ['the number of its leaves', 'wrong-range', { leafHashes: second.leafHashes.slice(1) }],
    ['its frontier', 'wrong-frontier', { frontier: second.frontier.map(other) }],
    ['the length of its frontier', 'wrong-frontier', { frontier: [...second.frontier, ...second.frontier] }],
    ['its block hash', 'wrong-hash', { blockHash: first.blockHash }],
    ['its header', 'wrong-hash', { header: { ...second.header, treeSize: '99' } }],
    ['its signatures', 'wrong-signatures', { signatures: first.signatures }],
    ['the number of its signatures', 'wrong-signatures', { signatures: second.signatures.slice(1) }],
    ['the order of its signatures', 'wrong-signatures', { signatures: second.signatures.toReversed() }],
    [
      'what it says of a refused position',
      'wrong-exception',
      { exceptions: second.exceptions.map((one) => ({ ...one, reason: 'revoked-key' as const })) },
    ],
    [
      'where it says that something was refused',
      'wrong-exception',
      { exceptions: second.exceptions.map((one) => ({ ...one, position: '1' })) },
    ],
  ])('does not hold when somebody changed %s', (_, kind, change) => {
    expect(faultOf({ ...second, ...change }, checked(first))).toBe(kind);
  });

  it('does not hold after another block than its predecessor', () => {
    expect(faultOf(third, checked(first))).toBe('wrong-number');
    const forked = { ...checked(first), blockHash: checked(third).blockHash };
    expect(faultOf(second, forked)).toBe('wrong-previous-hash');
  });

  it('does not hold by other validators', () => {
    const strangers = new LogFixture({ validators: 4, quorum: 4 }).rules;
    expect(checkAnchoredBlock(second, strangers, undefined)).toMatchObject({
      fault: { kind: 'wrong-signatures' },
    });
  });
});
