import { describe, expect, it } from 'vitest';
import { numberedLeaves } from '../test/naive-tree.js';
import { CheckpointError, MAX_TREE_SIZE, MemoryTree, encodeCheckpoint, parseCheckpoint } from './index.js';

const root = MemoryTree.of(numberedLeaves(7)).root();
const rootText = Buffer.from(root).toString('base64');

describe('the text of a checkpoint', () => {
  it('is origin, size and root, one a line', () => {
    const text = encodeCheckpoint({ origin: 'bcmed.example/ledger', size: 7n, root });
    expect(text).toBe(`bcmed.example/ledger\n7\n${rootText}\n`);
    expect(parseCheckpoint(text)).toEqual({ origin: 'bcmed.example/ledger', size: 7n, root });
  });

  it('carries every size from 0 to the largest', () => {
    for (const size of [0n, 1n, 2n ** 53n + 1n, MAX_TREE_SIZE]) {
      expect(parseCheckpoint(encodeCheckpoint({ origin: 'o', size, root })).size).toBe(size);
    }
  });

  it.each([
    ['no origin', `\n7\n${rootText}\n`, 'line 1'],
    ['a control character in the origin', `a\tb\n7\n${rootText}\n`, 'line 1'],
    ['a leading zero', `o\n07\n${rootText}\n`, 'line 2'],
    ['a sign', `o\n+7\n${rootText}\n`, 'line 2'],
    ['no size', `o\n\n${rootText}\n`, 'line 2'],
    ['a size above 64 bits', `o\n18446744073709551616\n${rootText}\n`, 'line 2'],
    ['a short root', `o\n7\nAAAA\n`, 'line 3'],
    ['a root without padding', `o\n7\n${rootText.slice(0, -1)}\n`, 'line 3'],
    ['a carriage return', `o\n7\n${rootText}\r\n`, 'line 3'],
    ['a last line that is not ended', `o\n7\n${rootText}`, 'three lines'],
    ['an extension line', `o\n7\n${rootText}\nmore\n`, 'three lines'],
    ['nothing', '', 'three lines'],
  ])('is refused with %s', (_, text, where) => {
    expect(() => parseCheckpoint(text)).toThrow(CheckpointError);
    expect(() => parseCheckpoint(text)).toThrow(where);
  });

  it('is not written for an impossible head', () => {
    expect(() => encodeCheckpoint({ origin: 'a\nb', size: 7n, root })).toThrow(CheckpointError);
    expect(() => encodeCheckpoint({ origin: '', size: 7n, root })).toThrow(CheckpointError);
    expect(() => encodeCheckpoint({ origin: 'o', size: -1n, root })).toThrow(CheckpointError);
  });
});
