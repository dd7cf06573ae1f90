import { describe, expect, it } from 'vitest';
import { logDestination } from './log-destination.js';

/** A disk with so many bytes of room. */
class Disk {
  text = '';

  constructor(public room: number) {}

  readonly write = (bytes: Buffer): number => {
    if (this.room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const written = bytes.subarray(0, this.room);
    this.text += written.toString();
    this.room -= written.length;
    return written.length;
  };
}

describe('log lines on a full disk', () => {
  it('are lost and counted, and whoever logs goes on', () => {
    const disk = new Disk(8);
    const log = logDestination(disk.write);
    log.write('{"n":1}\n');
    log.write('{"n":2}\n');
    log.write('{"n":3}\n');
    disk.room = 1_000;
    log.write('{"n":4}\n');
    log.write('{"n":5}\n');
    expect(disk.text.split('\n')).toEqual([
      '{"n":1}',
      '{"level":"warn","msg":"2 log lines could not be written"}',
      '{"n":4}',
      '{"n":5}',
      '',
    ]);
  });

  it('that are torn spoil no other line', () => {
    const disk = new Disk(11);
    const log = logDestination(disk.write);
    log.write('{"n":1}\n');
    log.write('{"n":2}\n');
    disk.room = 1_000;
    log.write('{"n":3}\n');
    expect(disk.text.split('\n')).toEqual([
      '{"n":1}',
      '{"n',
      '{"level":"warn","msg":"1 log lines could not be written"}',
      '{"n":3}',
      '',
    ]);
  });
});

describe('a reader that is slow for a moment', () => {
  it('gets every line whole', () => {
    let text = '';
    let calls = 0;
    const log = logDestination((bytes) => {
      if (++calls % 3 !== 0) throw Object.assign(new Error('try again'), { code: 'EAGAIN' });
      text += bytes.subarray(0, 3).toString();
      return Math.min(3, bytes.length);
    });
    log.write('{"n":1}\n');
    log.write('{"n":2}\n');
    expect(text).toBe('{"n":1}\n{"n":2}\n');
  });
});
