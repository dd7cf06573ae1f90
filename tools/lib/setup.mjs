import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildRunnable, buildWeb, ensurePrismaClient } from './build.mjs';
import { ROOT } from './commands.mjs';
import { provisionNatsServer } from './nats-server.mjs';
import { checkPinnedNode, ensurePackages } from './packages.mjs';
import { checkPlatform } from './platform.mjs';
import { say, skipped, step } from './terminal.mjs';

/** What the set-up fetches lies here, apart from any site's data: a fresh site does not fetch it again. */
export const TOOLS_DIR = join(ROOT, '.bcmed', 'tools');

/** Everything from a bare clone to a built house. Each step does nothing when there is nothing to do. */
export async function setUp() {
  checkPlatform();
  say('Setting up');
  await ensurePackages();
  checkPinnedNode();
  await ensureNatsServer();
  await ensurePrismaClient();
  await buildRunnable();
  await buildWeb();
}

async function ensureNatsServer() {
  const title = 'nats-server';
  if (existsSync(join(TOOLS_DIR, 'nats-server.json')) || process.env.NATS_SERVER_BIN) {
    const { version, source } = await provisionNatsServer({ cacheDir: TOOLS_DIR, onProgress: announce });
    return skipped(title, `${version} ${origin(source)}`);
  }
  await step(title, 'the log of record needs version 2.12 or newer, about 5 MB', async (progress) => {
    const { version, source } = await provisionNatsServer({
      cacheDir: TOOLS_DIR,
      onProgress: ({ what, received, total }) =>
        progress(
          `${megabytes(received)}${total === 0 ? '' : ` of ${megabytes(total)}`} from ${new URL(what).host}`,
        ),
    });
    return `${version} ${origin(source)}`;
  });
}

/** A cached copy that was damaged is fetched again; that is rare enough for one plain line. */
function announce({ what, received }) {
  if (received === 0) say(`  · nats-server: fetching ${what}`);
}

function origin(source) {
  if (!URL.canParse(source)) return `from ${source}`;
  const place = source.endsWith('.deb') ? "this machine's Debian archive" : "the project's releases";
  return `from ${place}, checksum verified`;
}

function megabytes(bytes) {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
