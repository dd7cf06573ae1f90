import { describe, expect, it } from 'vitest';
import { EmulatedAsena, type LogEntry } from '../domain/emulated-asena.js';
import { planWard } from '../ward-plan.js';
import { multiInfusionDemo } from './multi-infusion-demo.js';
import { SessionPlayer, type SessionReport } from './player.js';
import type { Session } from './session.js';
import { wardLife } from './ward-life.js';

interface Played {
  readonly report: SessionReport;
  readonly logs: readonly (readonly LogEntry[])[];
  /** Every log entry of every pump, by the virtual second in which it was written. */
  readonly busySeconds: ReadonlySet<number>;
  readonly pumps: readonly EmulatedAsena[];
}

interface Wish {
  readonly seconds?: number;
  readonly forSeconds?: number;
  readonly count?: number;
  readonly seed?: number;
  readonly times?: number;
}

/** Plays a session on virtual time, in beats of a tenth of a second. */
function play(session: Session, wish: Wish): Played {
  const { seconds = 60, count = 3, seed = 1, times = 1 } = wish;
  const forSeconds = wish.forSeconds ?? seconds;
  const pumps = planWard(count, seed).map((setup) => new EmulatedAsena(setup, { minMs: 0, maxMs: 0 }));
  const at = (index: number): EmulatedAsena => pumps[index]!;
  const logs = pumps.map((): LogEntry[] => []);
  let report: SessionReport | null = null;
  let nowMs = 0;
  for (let time = 0; time < times; time += 1) {
    const begin = nowMs;
    const context = { pumps: count, seconds, seed, state: (pump: number) => at(pump).state };
    const player = new SessionPlayer(session, context, (pump, action, ms) =>
      at(pump).act(action, begin + ms),
    );
    for (let ms = 0; ms <= forSeconds * 1000; ms += 100) {
      nowMs = begin + ms;
      player.advance(ms);
      for (const [index, pump] of pumps.entries()) {
        pump.advanceTo(nowMs);
        const known = logs[index]!.at(-1);
        logs[index]!.push(...pump.log.slice(known === undefined ? 0 : pump.log.indexOf(known) + 1));
      }
    }
    report = player.report;
  }
  const busySeconds = new Set(logs.flat().map(({ atMs }) => Math.floor(atMs / 1000)));
  return { report: report!, logs, pumps, busySeconds };
}

const words = (log: readonly LogEntry[]): string[] =>
  log.map(({ event }) =>
    event.type.startsWith('alarm') && 'code' in event ? `${event.type} ${event.code}` : event.type,
  );

describe('the demonstration', () => {
  it.each([20, 60, 600])('of %i seconds tells every story, and every pump takes its part', (seconds) => {
    const { report, logs, pumps } = play(multiInfusionDemo, { seconds });
    expect(report).toMatchObject({ state: 'finished', refused: [], seconds });
    expect(words(logs[0]!)).toEqual([
      ...['rate-changed', 'infusion-started', 'rate-changed'],
      ...['alarm-raised AL_SYRCO', 'syringe-changed', 'alarm-cleared AL_SYRCO', 'infusion-started'],
      'alarm-raised AL_NEOIN',
    ]);
    expect(words(logs[1]!)).toEqual([
      ...[
        'rate-changed',
        'infusion-started',
        'vtbi-changed',
        'infusion-stopped',
        'infusion-started',
        'bolus-given',
      ],
    ]);
    expect(words(logs[2]!)).toEqual([
      ...[
        'rate-changed',
        'infusion-started',
        'alarm-raised AL_OCCLU',
        'alarm-cleared AL_OCCLU',
        'infusion-started',
      ],
    ]);
    for (const { state } of pumps) expect(state.running).toBe(true);
  });

  it('can be played again and again, on more pumps too', () => {
    const { report, pumps } = play(multiInfusionDemo, { seconds: 20, count: 7, times: 3 });
    expect(report).toMatchObject({ state: 'finished', refused: [] });
    expect(pumps.filter(({ state }) => !state.running)).toEqual([]);
  });

  it('is the same every time under the same seed', () => {
    expect(play(multiInfusionDemo, { seconds: 20 }).logs).toEqual(
      play(multiInfusionDemo, { seconds: 20 }).logs,
    );
  });
});

describe('life on the ward', () => {
  const SHIFT = 8 * 3600;

  it('is never still for long, and no step fails, for a shift of eight hours', () => {
    const { report, busySeconds, pumps } = play(wardLife, { forSeconds: SHIFT });
    expect(report).toMatchObject({ state: 'running', refused: [] });
    const seconds = [...busySeconds].sort((one, other) => one - other);
    const pauses = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(40);
    for (const { state } of pumps) expect(state.syringe?.contentMl ?? 50).toBeGreaterThan(1);
  });

  it('shows an occlusion, a bolus, a pause, mains lost and a syringe change within it', () => {
    const { logs } = play(wardLife, { forSeconds: SHIFT });
    const all = new Set(logs.flatMap(words));
    for (const word of [
      'alarm-raised AL_OCCLU',
      'bolus-given',
      'infusion-stopped',
      'alarm-raised AL_ACDIS',
    ]) {
      expect(all).toContain(word);
    }
    expect(all).toContain('syringe-changed');
  });

  it('is decided by the seed', () => {
    const log = (seed: number): unknown => play(wardLife, { forSeconds: 300, seed }).logs;
    expect(log(3)).toEqual(log(3));
    expect(log(3)).not.toEqual(log(4));
  });
});
