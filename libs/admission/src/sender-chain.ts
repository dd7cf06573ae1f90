import type { KeyId } from '@bcmed/seal';
import type { GapNotice, Island, SenderChain, SenderGap } from './types.js';

/** One numbered event as its sender linked it. */
export interface Link {
  readonly keyId: KeyId;
  readonly entity: string;
  readonly chain: string;
  readonly sequence: bigint;
  /** Absent on the first event of a chain. */
  readonly previous?: string;
  readonly leafHash: string;
}

export type LinkOutcome =
  | { readonly ok: true; readonly chain: SenderChain; readonly gaps: readonly GapNotice[] }
  | { readonly ok: false; readonly detail: string };

/** Key of a chain in a map or store: a chain is (key, entity, start id). */
export function chainKey({ keyId, entity, chain }: Pick<Link, 'keyId' | 'entity' | 'chain'>): string {
  return `${keyId}/${entity}/${chain}`;
}

/**
 * Puts one event into its sender's chain. Order of arrival does not matter, so a hole that is filled later closes.
 * A number that was already taken, or a link that does not fit a neighbour, is a fork: the sender, or somebody with its key,
 * told two stories.
 */
export function link(known: SenderChain | undefined, event: Link): LinkOutcome {
  const chain: SenderChain = known ?? {
    keyId: event.keyId,
    entity: event.entity,
    chain: event.chain,
    islands: [],
    gaps: [],
  };
  const { sequence } = event;
  if (chain.islands.some(({ first, last }) => first <= sequence && sequence <= last)) {
    return { ok: false, detail: `number ${sequence.toString()} of this chain was taken by another event` };
  }
  const left = chain.islands.find(({ last }) => last === sequence - 1n);
  const right = chain.islands.find(({ first }) => first === sequence + 1n);
  if (left && left.lastHash !== event.previous) {
    return {
      ok: false,
      detail: `previous does not name the event number ${(sequence - 1n).toString()} of this chain`,
    };
  }
  if (right && right.previous !== event.leafHash) {
    return {
      ok: false,
      detail: `event number ${(sequence + 1n).toString()} of this chain names another predecessor`,
    };
  }
  const islands = insert(chain.islands, event, left, right);
  const found = gapBefore(chain.islands, sequence);
  const closed = chain.gaps.filter((gap) => covered(islands, gap));
  const notice = (kind: GapNotice['kind'], gap: SenderGap): GapNotice => ({
    kind,
    ...gap,
    keyId: event.keyId,
    entity: event.entity,
    chain: event.chain,
  });
  return {
    ok: true,
    chain: { ...chain, islands, gaps: [...chain.gaps.filter((gap) => !closed.includes(gap)), ...found] },
    gaps: [...found.map((gap) => notice('found', gap)), ...closed.map((gap) => notice('closed', gap))],
  };
}

function insert(islands: readonly Island[], event: Link, left?: Island, right?: Island): Island[] {
  const previous = left ? left.previous : event.previous;
  const merged: Island = {
    first: left?.first ?? event.sequence,
    last: right?.last ?? event.sequence,
    ...(previous === undefined ? {} : { previous }),
    lastHash: right?.lastHash ?? event.leafHash,
  };
  const others = islands.filter((island) => island !== left && island !== right);
  return [...others, merged].sort((a, b) => (a.first < b.first ? -1 : 1));
}

/** Only a number beyond everything seen opens a hole; one inside a hole makes it smaller. */
function gapBefore(islands: readonly Island[], sequence: bigint): SenderGap[] {
  const highest = islands.at(-1)?.last ?? 0n;
  return sequence > highest + 1n ? [{ firstMissing: highest + 1n, lastMissing: sequence - 1n }] : [];
}

function covered(islands: readonly Island[], { firstMissing, lastMissing }: SenderGap): boolean {
  return islands.some(({ first, last }) => first <= firstMissing && lastMissing <= last);
}
