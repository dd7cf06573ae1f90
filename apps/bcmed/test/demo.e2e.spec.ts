import { describe, expect, it } from 'vitest';
import { bcmed } from './harness.js';

describe('bcmed demo', () => {
  it('plays the session, confirms every event on the chain, and verifies all of it', async () => {
    const { code, stdout, stderr } = await bcmed('demo', '--seconds', '45', '--json');
    expect(code, stderr).toBe(0);
    const summary = JSON.parse(stdout) as {
      events: number;
      types: Record<string, number>;
      latencyMs: { p50: number };
    };
    expect(summary).toMatchObject({
      rejected: 0,
      verified: true,
      bytesPerEvent: expect.any(Number) as number,
    });
    expect(summary.latencyMs.p50).toBeGreaterThan(0);
    const said = Object.keys(summary.types).map((type) => type.replace('bcmed.', ''));
    expect(said).toEqual(
      expect.arrayContaining([
        'pump.connected',
        'pump.infusion-started',
        'pump.rate-changed',
        'pump.infusion-stopped',
        'pump.bolus-given',
        'pump.alarm-raised',
        'pump.alarm-cleared',
        'pump.syringe-changed',
        'pump.status-sampled',
      ]),
    );
  });
});
