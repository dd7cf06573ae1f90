import { mkdir, open, readdir, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StreamEntry } from '@bcmed/admission';
import {
  CompactRange,
  FULL_TILE_WIDTH,
  encodeCheckpoint,
  encodeEntryBundle,
  entryBundlePath,
} from '@bcmed/merkle';
import { ExportDiffersError, ExportTargetError } from './errors.js';
import {
  EXPORT_FORMAT,
  FILES,
  encodeBlockLine,
  encodeRefused,
  toWireContract,
  type SiteFile,
} from './export-format.js';
import { exportReadme } from './export-readme.js';
import type { JudgedPosition } from './judge.js';
import type { BlockSource, ChainContract, ChainSource } from './ports.js';
import { describeDifference, type VerificationReport } from './report.js';
import { TileBuilder, type BuiltTile } from './tile-builder.js';
import { verifyLog, type VerifyInputs, type VerifyOptions } from './verify-log.js';
import type { ObservedPositions } from './walk.js';

export interface ExportOptions extends Omit<VerifyOptions, 'fromBlock' | 'toBlock' | 'observe' | 'conclude'> {
  /** Export a log that differs, as evidence. Off by default: an export is a statement. */
  readonly evenIfItDiffers?: boolean;
  /** For `exportedAt`. */
  readonly now?: () => Date;
}

/**
 * Writes a log into a folder that can be verified elsewhere, without NATS, services or network: tiles and entry bundles as C2SP
 * tlog-tiles lays them out, refused entries, confirmations of blocks, the facts of the chain as they are now, and a README.
 *
 * The log is verified while it is written, in one pass; only whole blocks go in. `site.json` comes last: a folder
 * without it is an export that was cut off. Throws ExportTargetError when the folder holds something already, and
 * ExportDiffersError when the log does not verify (the folder is then left without `site.json`).
 */
export async function writeExport(
  folder: string,
  inputs: VerifyInputs,
  options: ExportOptions = {},
): Promise<VerificationReport> {
  const { evenIfItDiffers = false, now = () => new Date(), ...verify } = options;
  await demandEmpty(folder);
  const writer = await ExportWriter.begin(folder);
  const contracts = new Map<string, ChainContract>();
  try {
    const report = await verifyLog(
      {
        ...inputs,
        blocks: writer.copying(inputs.blocks),
        chain: inputs.chain && remembering(inputs.chain, contracts),
      },
      { ...verify, observe: (observed) => writer.positions(observed) },
    );
    if (!report.verified && !evenIfItDiffers) {
      const [first] = report.differences;
      throw new ExportDiffersError(
        `The log does not verify, so it was not exported. ${first ? describeDifference(first) : ''}`,
      );
    }
    const positions = await writer.end(inputs.site);
    const site: SiteFile = {
      format: EXPORT_FORMAT,
      site: inputs.site,
      rootKeyId: inputs.rootKeyId,
      exportedAt: now().toISOString(),
      positions: positions.toString(),
      blocks: report.lastBlock.toString(),
      leftOut: report.unanchoredTail.toString(),
      verified: report.verified,
      ...(contracts.size === 0
        ? {}
        : { chain: { readAt: now().toISOString(), contracts: [...contracts.values()].map(toWireContract) } }),
    };
    await writeFile(join(folder, FILES.readme), exportReadme(site));
    await writeFile(join(folder, FILES.site), `${JSON.stringify(site, undefined, 2)}\n`);
    return report;
  } finally {
    await writer.close();
  }
}

async function demandEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [first] = await readdir(folder);
  if (first === undefined) return;
  throw new ExportTargetError(`${folder} is not empty (${first}); name a new folder`);
}

/** The same chain, writing down what it answered. */
function remembering(chain: ChainSource, contracts: Map<string, ChainContract>): ChainSource {
  return {
    ...chain,
    readContract: async (address) => {
      const found = await chain.readContract(address);
      if (found !== 'no-contract') contracts.set(found.contract.toLowerCase(), found);
      return found;
    },
  };
}

class ExportWriter {
  readonly #tiles = new TileBuilder();
  /** Positions that no block covers yet: they go in when a later block comes, else they are left out. */
  #waiting: JudgedPosition[] = [];
  #bundle: Uint8Array[] = [];
  #bundles = 0n;
  #tree = CompactRange.empty;
  #lastCopied = 0n;

  private constructor(
    private readonly folder: string,
    private readonly blocks: FileHandle,
  ) {}

  static async begin(folder: string): Promise<ExportWriter> {
    return new ExportWriter(folder, await open(join(folder, FILES.blocks), 'wx'));
  }

  /** The same confirmations, each written down once. */
  copying(blocks: BlockSource): BlockSource {
    const copy = (entry: StreamEntry): Promise<void> => this.#copy(entry);
    return {
      ...blocks,
      confirmations: async function* (from) {
        for await (const entry of blocks.confirmations(from)) {
          await copy(entry);
          yield entry;
        }
      },
    };
  }

  async #copy(entry: StreamEntry): Promise<void> {
    if (entry.position <= this.#lastCopied) return;
    this.#lastCopied = entry.position;
    await this.blocks.appendFile(`${encodeBlockLine(entry)}\n`);
  }

  async positions({ block, positions }: ObservedPositions): Promise<[]> {
    this.#waiting.push(...positions);
    if (block === undefined) return [];
    const covered = this.#waiting;
    this.#waiting = [];
    for (const judged of covered) await this.#write(judged);
    return [];
  }

  async #write({ position, slot, outcome, leafBytes, leafHash, signedLeaf }: JudgedPosition): Promise<void> {
    if (outcome === 'rejected' && !('missing' in slot))
      await this.#file(join(FILES.refused, position.toString()), encodeRefused(slot));
    const leaf = signedLeaf ?? leafHash;
    this.#tree = this.#tree.append(leaf);
    this.#bundle.push(leafBytes);
    if (this.#bundle.length === FULL_TILE_WIDTH) await this.#endBundle();
    await this.#writeTiles(this.#tiles.append(leaf));
  }

  async #endBundle(): Promise<void> {
    if (this.#bundle.length === 0) return;
    await this.#file(entryBundlePath(this.#bundles, this.#bundle.length), encodeEntryBundle(this.#bundle));
    this.#bundles++;
    this.#bundle = [];
  }

  async #writeTiles(tiles: readonly BuiltTile[]): Promise<void> {
    for (const { path, bytes } of tiles) await this.#file(path, bytes);
  }

  /** Writes what is unfinished; returns how many positions the folder holds. */
  async end(site: string): Promise<bigint> {
    await this.#endBundle();
    await this.#writeTiles(this.#tiles.rest());
    const { size } = this.#tree;
    await this.#file(
      FILES.checkpoint,
      Buffer.from(encodeCheckpoint({ origin: `bcmed/${site}`, size, root: this.#tree.root() })),
    );
    return size;
  }

  async close(): Promise<void> {
    await this.blocks.close();
  }

  async #file(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}
