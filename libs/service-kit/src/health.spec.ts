import { describe, expect, it } from 'vitest';
import { HealthRegistry, type HealthResult } from './health.js';

const check = (name: string, result: HealthResult) => ({ name, check: () => Promise.resolve(result) });

describe('the health of a service', () => {
  it('is the worst of its checks', async () => {
    const health = new HealthRegistry();
    health.add(
      check('nats', { status: 'up' }),
      check('chain', { status: 'degraded', detail: '12 s behind' }),
    );
    expect(await health.report()).toStrictEqual({
      status: 'degraded',
      checks: { nats: { status: 'up' }, chain: { status: 'degraded', detail: '12 s behind' } },
    });
    health.add(check('nats', { status: 'down', detail: 'disconnected' }));
    expect((await health.report()).status).toBe('down');
  });

  it('counts a check that throws or hangs as down and says so', async () => {
    const health = new HealthRegistry(5);
    health.add(
      { name: 'disk', check: () => Promise.reject(new Error('no space left')) },
      { name: 'chain', check: () => new Promise<HealthResult>(() => undefined) },
    );
    expect((await health.report()).checks).toStrictEqual({
      disk: { status: 'down', detail: 'no space left' },
      chain: { status: 'down', detail: 'no answer within 5 ms' },
    });
  });

  it('is not ready before a check is registered, nor while it drains', async () => {
    const health = new HealthRegistry();
    expect((await health.report()).status).toBe('down');
    health.add(check('nats', { status: 'up' }));
    expect((await health.report()).status).toBe('up');
    health.drain('SIGTERM');
    expect(await health.report()).toMatchObject({
      status: 'down',
      checks: { process: { detail: 'SIGTERM' } },
    });
  });
});
