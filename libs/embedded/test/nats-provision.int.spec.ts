import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { natsServerBinary } from '../src/index.js';
import { temporaryFolder } from './temporary.js';

interface Provision {
  provisionNatsServer(options: {
    cacheDir: string;
    env?: NodeJS.ProcessEnv;
    aptRoot?: string;
    packages?: readonly object[];
    releases?: readonly object[];
  }): Promise<{ path: string; version: string; source: string }>;
}
interface Archive {
  debianArchives(root: string): string[];
}

// The set-up is plain JavaScript, since it runs before anything is built; its shape is stated here.
const { provisionNatsServer } = (await import(
  new URL('../../../tools/lib/nats-server.mjs', import.meta.url).href
)) as Provision;
const { debianArchives } = (await import(
  new URL('../../../tools/lib/debian-archive.mjs', import.meta.url).href
)) as Archive;

/** A machine whose only apt source is the given one. */
function machine(file: string, content: string): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'etc', 'apt', 'sources.list.d'), { recursive: true });
  writeFileSync(join(root, 'etc', 'apt', file), content);
  return root;
}

async function archiveServing(body: Buffer): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${String(port)}/debian`, asked };
}

const NOTHING_INSTALLED = { PATH: '' };

describe('the apt sources of a machine', () => {
  it('are read in both formats, and only those of Debian itself are used', () => {
    const modern = machine(
      'sources.list.d/debian.sources',
      'Types: deb deb-src\n# a comment\nURIs: http://mirror.example/debian\nSuites: bookworm\n bookworm-updates\nComponents: main\n\n' +
        'Types: deb\nURIs: http://mirror.example/security\nSuites: bookworm-security\nComponents: main\n\n' +
        'Types: deb\nEnabled: no\nURIs: http://off.example/debian\nSuites: sid\nComponents: main\n',
    );
    expect(debianArchives(modern)).toEqual(['http://mirror.example/debian/']);
    const classic = machine(
      'sources.list',
      '# deb http://comment.example/debian stable main\ndeb [arch=amd64 signed-by=/k.gpg] https://old.example/debian/ stable main contrib # near\ndeb http://apt.example/tool any main\n',
    );
    expect(debianArchives(classic)).toEqual(['https://old.example/debian/']);
    expect(debianArchives(temporaryFolder())).toEqual([]);
  });

  it('may name a file of mirrors, as cloud images do', () => {
    const root = machine(
      'sources.list.d/debian.sources',
      'Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: trixie\nComponents: main\n',
    );
    mkdirSync(join(root, 'etc', 'apt', 'mirrors'));
    writeFileSync(
      join(root, 'etc', 'apt', 'mirrors', 'debian.list'),
      'https://cloud.example/debian\tpriority:1\n',
    );
    expect(debianArchives(root)).toEqual(['https://cloud.example/debian/']);
  });
});

describe('the set-up of nats-server', () => {
  it('unpacks nothing whose checksum is not the pinned one, and lists what it tried', async () => {
    const archive = await archiveServing(Buffer.from('not the package that we know'));
    const cacheDir = join(temporaryFolder(), 'tools');
    const sha256 = Object.fromEntries(['amd64', 'arm64'].map((arch) => [arch, '0'.repeat(64)]));
    const attempt = provisionNatsServer({
      cacheDir,
      env: NOTHING_INSTALLED,
      aptRoot: machine('sources.list', `deb ${archive.url} sid main\n`),
      packages: [{ version: '9.9.9-1', sha256 }],
      releases: [],
    });
    await expect(attempt).rejects.toMatchObject({
      output: expect.stringMatching(/nats-server_9\.9\.9-1_\w+\.deb: its SHA-256 is/) as unknown,
      remedy: expect.stringContaining('NATS_SERVER_BIN') as unknown,
    });
    expect(archive.asked).toHaveLength(1);
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it('takes the server that the environment names, and refuses one that does not run', async () => {
    const cacheDir = join(temporaryFolder(), 'tools');
    const NATS_SERVER_BIN = natsServerBinary();
    const found = await provisionNatsServer({ cacheDir, env: { ...NOTHING_INSTALLED, NATS_SERVER_BIN } });
    expect(found).toMatchObject({ path: NATS_SERVER_BIN, source: 'NATS_SERVER_BIN' });
    await expect(
      provisionNatsServer({ cacheDir, env: { ...NOTHING_INSTALLED, NATS_SERVER_BIN: '/bin/true' } }),
    ).rejects.toThrow(/NATS_SERVER_BIN names \/bin\/true/);
  });

  it('computes the checksum of its cached copy again, and does not use a damaged one', async () => {
    const cacheDir = temporaryFolder();
    const program = readFileSync(natsServerBinary());
    const sha256 = createHash('sha256').update(program).digest('hex');
    writeFileSync(join(cacheDir, 'nats-server-9.9.9'), program);
    writeFileSync(
      join(cacheDir, 'nats-server.json'),
      JSON.stringify({ version: '9.9.9', source: 'a test', sha256 }),
    );
    const offline = { cacheDir, env: NOTHING_INSTALLED, aptRoot: temporaryFolder(), releases: [] };
    await expect(provisionNatsServer(offline)).resolves.toMatchObject({ source: 'a test' });
    program[0] = 0;
    writeFileSync(join(cacheDir, 'nats-server-9.9.9'), program);
    await expect(provisionNatsServer(offline)).rejects.toThrow(/could not be fetched/);
    expect(existsSync(join(cacheDir, 'nats-server.json'))).toBe(true);
  });
});
