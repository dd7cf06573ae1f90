import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bin, PINNED_NODE, ROOT, runQuietly } from './commands.mjs';
import { skipped, step } from './terminal.mjs';

const AUDIT = join(ROOT, 'services', 'audit');
const PRISMA_STAMP = join(ROOT, 'node_modules', '.cache', 'bcmed-prisma.json');

/** Generates the Prisma client when the schema, or Prisma itself, is not the one it was generated from. */
export async function ensurePrismaClient() {
  const schema = ['prisma/schema.prisma', 'schema.prisma']
    .map((path) => join(AUDIT, path))
    .find((path) => existsSync(path));
  if (schema === undefined) return;
  const generated = join(AUDIT, 'src', 'generated');
  const hash = hashOf([
    schema,
    join(AUDIT, 'prisma.config.ts'),
    join(ROOT, 'node_modules', 'prisma', 'package.json'),
  ]);
  if (existsSync(generated) && readJson(PRISMA_STAMP)?.hash === hash)
    return skipped('Database client', 'current');
  await step('Database client', 'Prisma writes the typed client of the audit views', async () => {
    await runQuietly(PINNED_NODE, [bin('prisma'), 'generate'], {
      cwd: AUDIT,
      // The client needs no engine, and the one that the command line would fetch is not an npm package.
      env: {
        PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
      remedy: `look at ${schema.replace(`${ROOT}/`, '')}: the lines above name what Prisma did not like.`,
    });
    mkdirSync(dirname(PRISMA_STAMP), { recursive: true });
    writeFileSync(PRISMA_STAMP, `${JSON.stringify({ hash })}\n`);
  });
}

/** Compiles what runs: the applications, the services, and every library beneath them. Unchanged parts are skipped. */
export async function buildRunnable() {
  const projects = ['apps', 'services'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .map((name) => join(folder, name))
      .filter((path) => existsSync(join(ROOT, path, 'tsconfig.json'))),
  );
  await step('Build', 'TypeScript of the applications, services and libraries', async () => {
    await compile(projects);
  });
}

const CONSOLE = join(ROOT, 'apps', 'console');
const WEB_STAMP = join(ROOT, 'node_modules', '.cache', 'bcmed-web.json');
/** What the page is built from, besides its own folder: libraries and types that it imports, and what compiles it. */
const WEB_SOURCES = [
  'apps/console/web/src',
  'apps/console/web/public',
  'apps/console/web/index.html',
  'apps/console/web/vite.config.ts',
  'apps/console/package.json',
  'libs/clinical-units/src',
  'package-lock.json',
];

/** Builds the page that the console's gateway serves, when one of its sources is another than at the last build. */
export async function buildWeb() {
  const hash = hashOf(WEB_SOURCES.flatMap((path) => filesIn(join(ROOT, path))));
  const page = join(CONSOLE, 'web', 'dist', 'index.html');
  if (existsSync(page) && readJson(WEB_STAMP)?.hash === hash) return skipped('Console page', 'current');
  await step('Console page', 'Vite bundles what the browser gets, a few seconds', async () => {
    await runQuietly(PINNED_NODE, [bin('vite'), 'build', '--logLevel', 'warn'], {
      cwd: join(CONSOLE, 'web'),
      remedy:
        'the lines above name file and line; an untouched clone builds, so look at what was changed last.',
    });
    mkdirSync(dirname(WEB_STAMP), { recursive: true });
    writeFileSync(WEB_STAMP, `${JSON.stringify({ hash })}\n`);
  });
}

/** The files of a folder and of those in it, in a fixed order; a file is itself. */
function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)))
    .filter((file) => !file.endsWith('.spec.ts'));
}

async function compile(projects) {
  await runQuietly(bin('tsc'), ['-b', ...projects], {
    remedy:
      'the lines above name file and line; an untouched clone builds, so look at what was changed last.',
  });
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) if (existsSync(file)) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
