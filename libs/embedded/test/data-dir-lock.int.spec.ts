import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockDataDir } from '../src/index.js';
import { temporaryFolder } from './temporary.js';

const HOOKS = new URL('./typescript-sources.mjs', import.meta.url).href;
const LOCK = fileURLToPath(new URL('../src/data-dir-lock.ts', import.meta.url));

describe('a data folder', () => {
  it('belongs to one process at a time, and the second is told which', () => {
    const dir = temporaryFolder();
    const lock = lockDataDir(dir);
    expect(() => lockDataDir(dir)).toThrow(new RegExp(`process ${String(process.pid)} since`));
    lock.release();
    lockDataDir(dir).release();
  });

  it('is free again at once when its owner was killed', async () => {
    const dir = temporaryFolder();
    const program = join(dir, 'owner.mjs');
    writeFileSync(
      program,
      `import { lockDataDir } from ${JSON.stringify(LOCK)};
       globalThis.lock = lockDataDir(process.argv[2]);
       setInterval(() => {}, 1000);
       process.send('locked');`,
    );
    const owner = fork(program, [dir], {
      execArgv: ['--experimental-transform-types', '--no-warnings', '--import', HOOKS],
    });
    onTestFinished(() => void owner.kill('SIGKILL'));
    await once(owner, 'message');
    expect(() => lockDataDir(dir)).toThrow(new RegExp(`process ${String(owner.pid)} since`));
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    lockDataDir(dir).release();
  });
});
