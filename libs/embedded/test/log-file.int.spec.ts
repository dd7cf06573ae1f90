import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LogFile } from '../src/log-file.js';
import { temporaryFolder } from './temporary.js';

describe('the log of a child', () => {
  it('stays bounded under a writer that never stops, and keeps the newest lines', () => {
    const path = join(temporaryFolder(), 'log');
    const log = new LogFile(path, 1_000);
    onTestFinished(() => log.close());
    const write = (text: string): unknown =>
      spawnSync('printf', ['%s\\n', text], { stdio: ['ignore', log.descriptor, log.descriptor] });
    write('a'.repeat(900));
    write('b'.repeat(900));
    log.rotateIfNeeded();
    write('after');
    expect(readFileSync(path, 'utf8')).toBe('after\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toContain('bbb');
    expect(log.tail()).toBe('after');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('quotes only what this run wrote', () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'the error of yesterday\n');
    const log = new LogFile(path);
    onTestFinished(() => log.close());
    expect(log.tail()).toBe('');
  });
});
