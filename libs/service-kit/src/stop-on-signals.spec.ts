import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { HealthRegistry } from './health.js';
import { stopOnSignals } from './stop-on-signals.js';

class FakeHost extends EventEmitter {
  readonly exits: number[] = [];
  constructor(readonly connected = false) {
    super();
  }
  exit(code: number): void {
    this.exits.push(code);
  }
}

beforeEach(() => Logger.overrideLogger(false));

describe('a service that is told to end', () => {
  it('is not ready any more, closes, and then exits with 0', async () => {
    const host = new FakeHost();
    const health = new HealthRegistry();
    const steps: string[] = [];
    stopOnSignals(
      { close: async () => void steps.push((await health.report()).status) },
      { host, health, afterwards: () => Promise.resolve(steps.push('flushed')) },
    );
    host.emit('SIGTERM');
    await vi.waitFor(() => expect(host.exits).toStrictEqual([0]));
    expect(steps).toStrictEqual(['down', 'flushed']);
  });

  it('exits with 1 when closing fails or hangs', async () => {
    const failing = new FakeHost();
    stopOnSignals({ close: () => Promise.reject(new Error('no')) }, { host: failing });
    failing.emit('SIGINT');
    await vi.waitFor(() => expect(failing.exits).toStrictEqual([1]));
    const hanging = new FakeHost();
    stopOnSignals({ close: () => new Promise(() => undefined) }, { host: hanging, deadlineMs: 5 });
    hanging.emit('SIGINT');
    await vi.waitFor(() => expect(hanging.exits).toStrictEqual([1]));
  });

  it('ends at once on a second signal', () => {
    const host = new FakeHost();
    stopOnSignals({ close: () => new Promise(() => undefined) }, { host });
    host.emit('SIGINT');
    host.emit('SIGINT');
    expect(host.exits).toStrictEqual([130]);
    host.removeAllListeners();
  });

  it('ends with its launcher when it was started with a channel, and only then', async () => {
    const [child, free] = [new FakeHost(true), new FakeHost(false)];
    for (const host of [child, free]) {
      stopOnSignals({ close: () => Promise.resolve() }, { host });
      host.emit('disconnect');
    }
    await vi.waitFor(() => expect(child.exits).toStrictEqual([0]));
    expect(free.exits).toStrictEqual([]);
  });
});
