import type { LeafException } from '@bcmed/events';
import { hashToBase64Url, type CompactRange } from '@bcmed/merkle';
import type { AnchoredBlock } from './block-check.js';
import type { JudgedPosition } from './judge.js';
import type { DifferenceKind } from './report.js';

/** What a block's message lists wrongly, although the events give the root that was signed. */
export interface ListFault {
  readonly kind: DifferenceKind;
  readonly detail: string;
  readonly about?: JudgedPosition;
}

/** The signed root is ours, so the events are intact: whatever else the message lists must be the same. */
export function listFault(
  data: AnchoredBlock,
  judged: readonly JudgedPosition[],
  before: CompactRange | undefined,
  listedBefore: CompactRange | undefined,
): ListFault | undefined {
  const at = judged.findIndex(({ leafHash }, index) => hashToBase64Url(leafHash) !== data.leafHashes[index]);
  const about = judged[at];
  if (about) {
    const own = hashToBase64Url(about.leafHash);
    const detail = `it lists leaf ${data.leafHashes[at] ?? 'none'} for position ${about.position.toString()}, whose leaf under the signed root is ${own}; the event itself is intact`;
    return { kind: 'wrong-leaf', detail, about };
  }
  if (data.leafHashes.length !== judged.length) {
    const detail = `it lists ${data.leafHashes.length} leaves for ${judged.length} positions`;
    return { kind: 'wrong-leaf', detail };
  }
  const [own, listed] = [before, listedBefore].map((range) => range?.hashes.map(hashToBase64Url).join());
  if (own !== listed)
    return { kind: 'wrong-frontier', detail: 'the frontier that it lists is not the one before its leaves' };
  return exceptionsFault(data, judged);
}

function exceptionsFault(data: AnchoredBlock, judged: readonly JudgedPosition[]): ListFault | undefined {
  const ours = new Set(judged.flatMap(({ exception }) => (exception ? [canonical(exception)] : [])));
  const theirs = new Set(data.exceptions.map(canonical));
  const odd = [...ours, ...theirs].find((one) => !ours.has(one) || !theirs.has(one));
  if (odd === undefined) return undefined;
  const detail = `its list of refused positions differs from its leaves: ${odd}`;
  return { kind: 'wrong-exception', detail };
}

function canonical({ position, reason, of, entryHash }: LeafException): string {
  return JSON.stringify({ position, reason, of, entryHash });
}
