import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamSlot } from '@bcmed/admission';
import { BlockAnchored, isEvent, parseEvent } from '@bcmed/events';
import { MemoryTree, hashFromBase64Url, hashToHex, inclusionProof, rootAt } from '@bcmed/merkle';
import { entryBytes } from '@bcmed/seal';
import { LogFixture, sealed } from '@bcmed/testing';

/** A small site's log with one refused event, as `docs/examples/subscribe.mjs` would have stored it. */
export interface SiteFolder {
  readonly fixture: LogFixture;
  readonly events: string;
  readonly blocks: string;
  /** Positions of events of pumps that were admitted. */
  readonly admitted: readonly bigint[];
  /** Position of the one event that was refused. */
  readonly refused: bigint;
}

export function writeSiteFolder(folder: string): SiteFolder {
  const fixture = new LogFixture({ validators: 4, quorum: 3 });
  fixture.appendBlocks(1, 3);
  const forged = sealed(fixture.audit, fixture.rateChange(0));
  const { position: refused } = fixture.appendMessage(forged);
  fixture.appendBlocks(2, 6);
  fixture.revoke(fixture.audit);
  fixture.appendBlocks(1, 2);
  const events = join(folder, 'EVENTS');
  const blocks = join(folder, 'BLOCKS');
  writeEntries(events, fixture.entries);
  writeEntries(blocks, fixture.confirmations);
  const admitted = fixture.entries
    .filter((slot) => !('missing' in slot) && slot.subject.includes('.pump.') && slot.position !== refused)
    .map(({ position }) => position);
  return { fixture, events, blocks, admitted, refused };
}

function writeEntries(folder: string, slots: readonly StreamSlot[]): void {
  mkdirSync(folder, { recursive: true });
  for (const slot of slots) {
    if ('missing' in slot) continue;
    writeFileSync(join(folder, slot.position.toString()), entryBytes(slot.seal, slot.body));
  }
}

/** Number of the block that holds a position. */
export function blockOf({ fixture }: SiteFolder, position: bigint): bigint {
  const header = fixture.headers.find(({ lastSequence }) => position <= lastSequence);
  if (header === undefined) throw new Error(`no block holds position ${position}`);
  return header.number;
}

/** An RFC 6962 inclusion proof as `docs/examples/verify-inclusion.sh` reads it: index, size, root, path. */
export function proofText({ fixture }: SiteFolder, position: bigint): string {
  const leaves = fixture.confirmations.flatMap(({ body }) => {
    const parsed = parseEvent(body);
    if (!parsed.ok || !isEvent(parsed.event, BlockAnchored)) throw new Error('not a block');
    return parsed.event.data.leafHashes.map(hashFromBase64Url);
  });
  const tree = MemoryTree.of(leaves);
  const size = BigInt(leaves.length);
  const path = inclusionProof(tree, position - 1n, size).map(hashToHex);
  return [position - 1n, size, hashToHex(rootAt(tree, size)), ...path].map((line) => `${line}\n`).join('');
}
