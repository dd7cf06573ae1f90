import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompactRange, hashToHex, hashesEqual, parseCheckpoint } from '@bcmed/merkle';
import { openExport, type ExportedSlot, type OpenedExport } from './export-source.js';
import { FILES } from './export-format.js';
import type { JudgedPosition } from './judge.js';
import type { Difference, VerificationReport } from './report.js';
import { named } from './stream-fault.js';
import { TileBuilder, firstPositionUnder, type BuiltTile } from './tile-builder.js';
import { verifyLog, type VerifyInputs, type VerifyOptions } from './verify-log.js';

/** What the reader of an export pins; what is left out is taken from the export, and the report says so. */
export interface ExportPins {
  readonly site?: string | undefined;
  readonly rootKeyId?: string | undefined;
  readonly contract?: string | undefined;
  /** A live chain instead of the recorded one. */
  readonly chain?: VerifyInputs['chain'];
}

/**
 * Verifies an exported folder as {@link verifyLog} verifies a live log, and besides that the export's own redundancy: every
 * tile against the leaves, every rejection record's bytes, the checkpoint. Never trusts a file of the folder but for what
 * was not pinned.
 */
export async function verifyExport(
  folder: string,
  pins: ExportPins = {},
  options: Omit<VerifyOptions, 'fromBlock' | 'toBlock'> = {},
): Promise<VerificationReport> {
  const opened = await openExport(folder);
  const { facts } = opened;
  const check = new ExportCheck(opened);
  const inputs: VerifyInputs = {
    site: pins.site ?? facts.site,
    rootKeyId: pins.rootKeyId ?? facts.rootKeyId,
    ...(pins.contract === undefined ? {} : { contract: pins.contract }),
    log: opened.log,
    blocks: opened.blocks,
    chain: pins.chain ?? opened.chain,
  };
  const report = await verifyLog(inputs, {
    ...options,
    observe: async (observed) => [
      ...((await options.observe?.(observed)) ?? []),
      ...(await check.positions(observed.positions)),
    ],
    conclude: async () => [...((await options.conclude?.()) ?? []), ...(await check.end())],
  });
  const notices = [...report.notices];
  if (pins.rootKeyId === undefined)
    notices.push(
      `The root key ${facts.rootKeyId} was taken from the export itself: compare it with the one that the site printed, and pin it.`,
    );
  return { ...report, notices };
}

/** Compares what an export holds twice. */
class ExportCheck {
  readonly #tiles = new TileBuilder();
  #tree = CompactRange.empty;

  constructor(private readonly opened: OpenedExport) {}

  async positions(positions: readonly JudgedPosition[]): Promise<Difference[]> {
    const differences: Difference[] = this.opened.takeDamage();
    for (const judged of positions) {
      const { bundled } = judged.slot as ExportedSlot; // an export's own source made it
      const leafDiffers = judged.signedLeaf !== undefined;
      if (!leafDiffers && judged.outcome === 'rejected' && !isSame(bundled, judged.leafBytes))
        differences.push({
          where: 'export',
          kind: 'entry-differs',
          ...named(judged),
          detail: `the rejection record in the bundle is not the one that follows from the refused entry`,
        });
      const leaf = judged.signedLeaf ?? judged.leafHash;
      this.#tree = this.#tree.append(leaf);
      for (const tile of this.#tiles.append(leaf)) differences.push(...(await this.#compare(tile)));
    }
    return differences;
  }

  async end(): Promise<Difference[]> {
    const differences: Difference[] = this.opened.takeDamage();
    if (this.#tree.size !== BigInt(this.opened.facts.positions)) return differences; // the end is missing: reported as such
    for (const tile of this.#tiles.rest()) differences.push(...(await this.#compare(tile)));
    return [...differences, ...(await this.#checkpoint())];
  }

  async #compare({ path, level, index, bytes }: BuiltTile): Promise<Difference[]> {
    const found = await readFile(join(this.opened.folder, path)).catch(() => undefined);
    const position = firstPositionUnder(level, index, 0);
    if (!found)
      return [{ where: 'export', kind: 'file-missing', position, detail: `${path} cannot be read` }];
    if (isSame(found, bytes)) return [];
    if (found.length !== bytes.length) {
      const detail = `${path} has ${found.length} bytes, ${bytes.length} were expected`;
      return [{ where: 'export', kind: 'tile-differs', position, detail }];
    }
    const place = Math.floor(bytes.findIndex((byte, at) => byte !== found[at]) / 32);
    const hash = (of: Uint8Array): string => hashToHex(of.subarray(32 * place, 32 * place + 32)).slice(0, 16);
    return [
      {
        where: 'export',
        kind: 'tile-differs',
        position: firstPositionUnder(level, index, place),
        detail: `hash ${place} of ${path} is ${hash(found)}…, the leaves give ${hash(bytes)}…`,
      },
    ];
  }

  async #checkpoint(): Promise<Difference[]> {
    const { folder, facts } = this.opened;
    const text = await readFile(join(folder, FILES.checkpoint), 'utf8').catch(() => '');
    try {
      const { origin, size, root } = parseCheckpoint(text);
      if (
        origin === `bcmed/${facts.site}` &&
        size === this.#tree.size &&
        hashesEqual(root, this.#tree.root())
      )
        return [];
    } catch {
      // told below
    }
    return [
      {
        where: 'export',
        kind: 'file-unreadable',
        detail: `${FILES.checkpoint} is not the checkpoint of this log with ${facts.positions} leaves`,
      },
    ];
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}
