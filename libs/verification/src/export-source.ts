import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamSlot } from '@bcmed/admission';
import { isEvent, parseEvent, subjectOf, BlockAnchored } from '@bcmed/events';
import { FULL_TILE_WIDTH, decodeTile, entryBundlePath, tilePath, type Hash } from '@bcmed/merkle';
import { splitEntry } from '@bcmed/seal';
import { cutBundle } from './bundle-salvage.js';
import { readConfirmation } from './confirmation.js';
import { ExportUnreadableError } from './errors.js';
import {
  EXPORT_FORMAT,
  FILES,
  decodeBlockLine,
  decodeRefused,
  fromWireContract,
  siteFile,
  type SiteFile,
} from './export-format.js';
import type { BlockSource, ChainSource, LogSource } from './ports.js';
import type { Difference } from './report.js';

const REJECTION = 0x7b; // `{`: how a rejection record begins, and no sealed entry does

/** A slot as an export gives it back, with the leaf's bytes beside it. */
export type ExportedSlot = StreamSlot & {
  /** The bytes in the bundle; undefined where none could be cut out. */
  readonly bundled: Uint8Array | undefined;
};

/** An exported folder, opened. */
export interface OpenedExport {
  readonly folder: string;
  readonly facts: SiteFile;
  readonly log: LogSource;
  readonly blocks: BlockSource;
  /** The chain as it was recorded; undefined when none was. */
  readonly chain: ChainSource | undefined;
  /** Damage that was seen while reading, beyond what the log itself shows; taken out by who reports it. */
  takeDamage(): Difference[];
}

/** Opens an export for {@link verifyLog}. Throws ExportUnreadableError when `site.json` is not there or not ours. */
export async function openExport(folder: string): Promise<OpenedExport> {
  const facts = await readSite(folder);
  const damage: Difference[] = [];
  return {
    folder,
    facts,
    log: logOf(folder, BigInt(facts.positions), damage),
    blocks: blocksOf(folder),
    chain: chainOf(facts),
    takeDamage: () => damage.splice(0),
  };
}

async function readSite(folder: string): Promise<SiteFile> {
  let text: string;
  try {
    text = await readFile(join(folder, FILES.site), 'utf8');
  } catch (cause) {
    throw new ExportUnreadableError(
      `${folder} has no readable ${FILES.site}: it is no export, or one that was cut off`,
      { cause },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ExportUnreadableError(`${FILES.site} is not JSON`, { cause });
  }
  const parsed = siteFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ExportUnreadableError(
    `${FILES.site} is not of format ${EXPORT_FORMAT}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

function chainOf({ chain }: SiteFile): ChainSource | undefined {
  if (!chain) return undefined;
  const contracts = chain.contracts.map(fromWireContract);
  return {
    kind: 'recorded',
    recordedAt: chain.readAt,
    readContract: (address) =>
      Promise.resolve(
        contracts.find(({ contract }) => contract.toLowerCase() === address.toLowerCase()) ?? 'no-contract',
      ),
  };
}

function logOf(folder: string, size: bigint, damage: Difference[]): LogSource {
  return {
    place: 'export',
    lastPosition: () => Promise.resolve(size),
    slots: async function* (from, to) {
      const width = BigInt(FULL_TILE_WIDTH);
      for (let index = (from - 1n) / width; index * width < to; index++) {
        const first = index * width + 1n;
        const entries = await readBundle(folder, { index, size, damage });
        for (const [place, bundled] of entries.entries()) {
          const position = first + BigInt(place);
          if (position >= from && position <= to) yield await slotOf(folder, position, bundled);
        }
      }
    },
  };
}

interface BundlePlace {
  readonly index: bigint;
  readonly size: bigint;
  readonly damage: Difference[];
}

async function readBundle(
  folder: string,
  { index, size, damage }: BundlePlace,
): Promise<readonly (Uint8Array | undefined)[]> {
  const first = index * BigInt(FULL_TILE_WIDTH);
  const rest = size - first;
  const width = rest < BigInt(FULL_TILE_WIDTH) ? Number(rest) : FULL_TILE_WIDTH;
  const path = entryBundlePath(index, width);
  try {
    const hashes = await hashesOf(folder, index, width);
    const { entries, damagedAt } = cutBundle(await readFile(join(folder, path)), hashes);
    if (damagedAt !== undefined && !damage.some(({ detail }) => detail.startsWith(`${path} `))) {
      const position = first + BigInt(damagedAt) + 1n;
      const detail = `${path} cannot be cut into ${width} entries: the length of entry ${damagedAt} does not fit`;
      damage.push({ where: 'export', kind: 'entry-differs', position, detail });
    }
    return entries;
  } catch (error) {
    damage.push({
      where: 'export',
      kind: 'file-missing',
      position: first + 1n,
      detail: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    });
    return Array.from({ length: width }, () => undefined);
  }
}

/** The leaf hashes of a bundle's tile, to find entries by; when the tile is damaged, hashes that nothing has. */
async function hashesOf(folder: string, index: bigint, width: number): Promise<Hash[]> {
  const nothing = new Uint8Array(32 * width);
  const bytes = await readFile(join(folder, tilePath(0, index, width))).catch(() => nothing);
  return decodeTile(bytes.length === nothing.length ? bytes : nothing, width);
}

async function slotOf(
  folder: string,
  position: bigint,
  bundled: Uint8Array | undefined,
): Promise<ExportedSlot> {
  if (bundled === undefined || bundled[0] === REJECTION) {
    const bytes = await readFile(join(folder, FILES.refused, position.toString())).catch(() => undefined);
    const refused = bytes && decodeRefused(bytes, position);
    return refused ? { ...refused, bundled } : { position, missing: true, bundled };
  }
  const { seal, body } = splitEntry(bundled) ?? { seal: '', body: bundled };
  return { position, subject: subjectIn(body), seal, body, bundled };
}

/** The subject follows from a sealed body; bytes that are no event stand on none. */
function subjectIn(body: Uint8Array): string {
  const parsed = parseEvent(body);
  return parsed.ok ? subjectOf(parsed.event) : '';
}

function blocksOf(folder: string): BlockSource {
  const lines = async (): Promise<string[]> => {
    try {
      const text = await readFile(join(folder, FILES.blocks), 'utf8');
      return text.split('\n').filter((line) => line !== '');
    } catch (cause) {
      throw new ExportUnreadableError(`${FILES.blocks} cannot be read`, { cause });
    }
  };
  return {
    place: 'export',
    confirmations: async function* (fromBlock) {
      for (const [index, line] of (await lines()).entries()) {
        const entry = decodeBlockLine(line, BigInt(index + 1));
        const read = fromBlock > 1n ? readConfirmation(entry) : undefined;
        if (read?.ok === true && BigInt(read.data.header.number) < fromBlock) continue;
        yield entry;
      }
    },
    newest: async () => {
      for (const line of (await lines()).reverse()) {
        const entry = decodeBlockLine(line, 0n);
        const parsed = parseEvent(entry.body);
        if (parsed.ok && isEvent(parsed.event, BlockAnchored)) return entry;
      }
      return undefined;
    },
  };
}
