import { SET_UP_IDENTITY, connectNats } from '@bcmed/event-log';
import { blocksSource, chainSource, streamSource, type VerifyInputs } from '@bcmed/verification';
import { DataDirInUseError } from '@bcmed/embedded';
import { UsageError } from '../errors.js';
import { readSite } from '../site/root-key.js';
import { Backbone } from '../stack/backbone.js';
import type { Progress } from '../stack/progress.js';
import { layout } from '../stack/paths.js';
import { readRunning } from '../stack/running.js';

export interface SourceOptions {
  readonly data: string;
  readonly rootKey?: string;
}

/**
 * Opens the log of a data folder for reading and closes it again. Uses the servers of a stack that is up; otherwise starts a NATS server
 * and an EVM node on the folder for as long as it takes. No service of ours runs for it.
 */
export async function withSources<Result>(
  options: SourceOptions,
  progress: Progress,
  work: (inputs: VerifyInputs) => Promise<Result>,
): Promise<Result> {
  const site = readSite(options.data);
  if (!site)
    throw new UsageError(`${options.data} holds no site: run npm start once, or name the folder with --data`);
  const servers = await serversOf(options.data, site.site, progress);
  try {
    const connection = await connectNats({
      servers: servers.natsUrl,
      name: 'bcmed/verify',
      credentials: { name: SET_UP_IDENTITY, seedFile: layout(options.data).natsSeed(SET_UP_IDENTITY) },
    });
    try {
      return await work({
        site: site.site,
        rootKeyId: options.rootKey ?? site.rootKeyId,
        log: streamSource(connection),
        blocks: blocksSource(connection, site.site),
        chain: chainSource({ rpcUrl: servers.chainUrl }),
      });
    } finally {
      await connection.close();
    }
  } finally {
    await servers.close();
  }
}

interface Servers {
  readonly natsUrl: string;
  readonly chainUrl: string;
  close(): Promise<void>;
}

async function serversOf(dataDir: string, site: string, progress: Progress): Promise<Servers> {
  const backbone = openUnlessInUse(dataDir);
  if (!backbone) {
    const running = readRunning(dataDir);
    if (!running)
      throw new UsageError(`${dataDir} is in use by a stack that is still starting: try again in a moment`);
    progress.note('a stack is up on this folder: its servers are read');
    return { natsUrl: running.natsUrl, chainUrl: running.chainUrl, close: () => Promise.resolve() };
  }
  try {
    const nats = await backbone.startStream(site, progress);
    const chain = await backbone.startChain(progress);
    return { natsUrl: nats.url, chainUrl: chain.url, close: () => backbone.stop() };
  } catch (error) {
    await backbone.stop();
    throw error;
  }
}

/** The folder's lock decides, not what an earlier stack wrote: one that was killed left its addresses behind. */
function openUnlessInUse(dataDir: string): Backbone | undefined {
  try {
    return Backbone.open(dataDir);
  } catch (error) {
    if (error instanceof DataDirInUseError) return undefined;
    throw error;
  }
}
