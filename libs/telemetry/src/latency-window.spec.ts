import { describe, expect, it } from 'vitest';
import { LatencyWindow } from './latency-window.js';

describe('the quantiles of a duration', () => {
  it('are none before the first sample', () => {
    expect(new LatencyWindow().quantiles()).toBeNull();
  });

  it('are nearest-rank, of the newest samples', () => {
    const window = new LatencyWindow(100);
    for (let ms = 1; ms <= 200; ms++) window.add(ms);
    expect(window.quantiles()).toEqual({ p50: 150, p95: 195, p99: 199 });
  });

  it('have one decimal', () => {
    const window = new LatencyWindow();
    window.add(1.26);
    expect(window.quantiles()).toEqual({ p50: 1.3, p95: 1.3, p99: 1.3 });
  });
});
