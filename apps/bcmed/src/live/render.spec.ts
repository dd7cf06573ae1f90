import { describe, expect, it } from 'vitest';
import { renderLive, type LiveFacts } from './render.js';

const facts: LiveFacts = {
  site: 'demo',
  upSeconds: 3_725,
  verification: '',
  processes: [
    { name: 'ledger', state: 'running', pid: 1, restarts: 2, lastExit: undefined, problem: undefined },
  ],
  places: [],
  snapshot: {
    pumps: [
      {
        serial: '8002-51740',
        connected: false,
        state: 'infusing',
        rateMlPerHour: 3.5,
        volumeInfusedMl: 1,
        pressureMmHg: 20,
        drugName: undefined,
        lastEvent: 'lost',
      },
    ],
    events: 12,
    eventsPerSecond: 1.25,
    blocks: 0,
    lastBlock: undefined,
    rejected: 0,
    latencyMs: null,
  },
};

describe('the live view', () => {
  it('never shows the old figures of a pump that is lost', () => {
    const line = renderLive(facts).find((text) => text.includes('8002-51740'));
    expect(line).toContain('not connected');
    expect(line).not.toContain('3.50');
  });

  it('shows dashes for a pump that nothing was heard of, and for a rate that nobody counts', () => {
    const [pump] = facts.snapshot.pumps;
    if (!pump) throw new RangeError('no pump');
    const unheard = { ...pump, connected: undefined, rateMlPerHour: undefined, state: '' };
    const lines = renderLive({
      ...facts,
      snapshot: { ...facts.snapshot, pumps: [unheard], eventsPerSecond: null },
    });
    expect(lines.find((text) => text.includes('8002-51740'))).toMatch(/8002-51740 +--- +--- +--- +--- /);
    expect(lines.join('\n')).toContain('12 since the start, ---/s');
  });

  it('says what it does not know yet instead of a zero', () => {
    expect(renderLive(facts).filter((line) => line.includes('---'))).not.toHaveLength(0);
  });

  it('tells the time that it is up and the restarts of a process', () => {
    expect(renderLive(facts).join('\n')).toMatch(/up 01:02:05[^]*ledger \(restarted 2×\) ✓/);
  });
});
