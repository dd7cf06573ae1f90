import { describe, expect, it } from 'vitest';
import { bcmed } from './harness.js';

interface Summary {
  readonly events: number;
  readonly blocks: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly bytesPerEvent: number;
  readonly types: Record<string, number>;
  readonly pumpAlarms: Record<string, number>;
}

describe('bcmed demo', () => {
  it('plays the session to its end, confirms every event on the chain, and verifies all of it', async () => {
    const { code, stdout, stderr } = await bcmed('demo', '--seconds', '45', '--json');
    expect(code, `${stderr}\n${stdout}`).toBe(0);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary).toMatchObject({
      rejected: 0,
      verified: true,
      session: { state: 'finished', refused: [] },
      shortcomings: [],
    });
    const { p50, p95, p99 } = summary.latencyMs;
    expect(p50).toBeGreaterThan(0);
    expect([p50, p95, p99]).toEqual([p50, p95, p99].toSorted((a, b) => a - b));
    expect(summary.events).toBeGreaterThan(100);
    expect(summary.blocks).toBeGreaterThan(10);
    expect(summary.bytesPerEvent).toBeGreaterThan(100);

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
    expect(Object.keys(summary.pumpAlarms)).toEqual(
      expect.arrayContaining(['AL_OCCLU', 'AL_SYRCO', 'AL_NEOIN']),
    );
  });
});
