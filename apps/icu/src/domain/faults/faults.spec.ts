import { describe, expect, it } from 'vitest';
import { EmulatedAsena } from '../emulated-asena.js';
import { planWard } from '../../ward-plan.js';
import { backgroundFaults } from './background.js';
import { FaultPlayer, merged, type FaultStep } from './fault.js';

const HOUR = 3_600_000;
const hold = (pump: string, atMs: number): FaultStep => ({
  atMs,
  fault: { pump, action: { action: 'stop' } },
});

describe('faults of several sources', () => {
  it('happen in the order of time, each at its own time however late one looks', () => {
    const seen: [string, number][] = [];
    const sources = [[hold('a', 10), hold('a', 30)].values(), [hold('b', 20), hold('b', 40)].values()];
    const player = new FaultPlayer(merged(sources), (step) => {
      if ('fault' in step && 'pump' in step.fault) seen.push([step.fault.pump, step.atMs]);
      return null;
    });
    player.advance(35);
    expect(seen).toEqual([
      ['a', 10],
      ['b', 20],
      ['a', 30],
    ]);
    player.advance(100);
    expect(player.report).toEqual({ done: 4, refused: [] });
  });

  it('that cannot happen are told with the reason', () => {
    const player = new FaultPlayer([hold('a', 1)].values(), () => 'it is on hold already');
    player.advance(1);
    expect(player.report).toMatchObject({ done: 0, refused: [{ reason: 'it is on hold already' }] });
  });
});

/** Lets things go wrong on a ward of running pumps, looked at in steps of this length. */
function live(hours: number, { seed = 1, factor = 1, stepMs = 60_000 } = {}) {
  const pumps = new Map(
    planWard(3, seed).map((setup) => {
      const pump = new EmulatedAsena({ ...setup, setRateMlPerHour: 20 }, { minMs: 0, maxMs: 0 });
      pump.act({ action: 'start' }, 0);
      return [setup.serial, pump] as const;
    }),
  );
  const happened: string[] = [];
  const state = (serial: string) => pumps.get(serial)!.state;
  const steps = backgroundFaults({ serials: [...pumps.keys()], seed, factor, state });
  const player = new FaultPlayer(steps, (step) => {
    const serial = 'look' in step ? step.look : 'pump' in step.fault ? step.fault.pump : '';
    const pump = pumps.get(serial)!;
    if ('look' in step) {
      pump.advanceTo(step.atMs);
      return null;
    }
    if (!('pump' in step.fault && 'action' in step.fault)) throw new Error('nothing else happens by itself');
    happened.push(`${step.atMs.toFixed(3)} ${serial} ${step.fault.action.action}`);
    return pump.act(step.fault.action, step.atMs);
  });
  for (let nowMs = 0; nowMs <= hours * HOUR; nowMs += stepMs) player.advance(nowMs);
  return { happened, report: player.report, pumps: [...pumps.values()] };
}

describe('things that go wrong by themselves', () => {
  it('come about as often as on a real ward', () => {
    const state = new EmulatedAsena(planWard(1, 1)[0]!, { minMs: 0, maxMs: 0 }).state;
    const serials = ['a', 'b', 'c'];
    const steps = backgroundFaults({
      serials,
      seed: 3,
      factor: 1,
      // Pumps that nothing can stop: every hour is one in which they infuse.
      state: () => ({ ...state, running: true }),
    });
    const counts: Record<string, number> = {};
    const hours = 400;
    for (const step of steps) {
      if (step.atMs > hours * HOUR) break;
      if (!('fault' in step && 'pump' in step.fault && 'action' in step.fault)) continue;
      const { action } = step.fault.action;
      counts[action] = (counts[action] ?? 0) + 1;
    }
    const perHour = (action: string): number => (counts[action] ?? 0) / (hours * serials.length);
    // Within four standard deviations of a Poisson count.
    const near = (rate: number): number => 4 * Math.sqrt(rate / (hours * serials.length));
    expect(Math.abs(perHour('occlude') - 0.1)).toBeLessThan(near(0.1));
    expect(Math.abs(perHour('remove-syringe') - 0.15)).toBeLessThan(near(0.15));
    expect(Math.abs(perHour('stop') - 0.05)).toBeLessThan(near(0.05));
  });

  it('are put right by somebody, with full syringes in place of empty ones', () => {
    const { happened, report, pumps } = live(6, { factor: 10 });
    expect(report.refused).toEqual([]);
    expect(happened.filter((one) => one.endsWith(' occlude')).length).toBeGreaterThan(5);
    expect(happened.filter((one) => one.endsWith(' start')).length).toBeGreaterThan(20);
    for (const { state } of pumps) expect(state.volumeInfusedMl).toBeGreaterThan(60);
  });

  it('are decided by the seed, however fast time runs', () => {
    const { happened } = live(2, { factor: 20 });
    expect(happened.length).toBeGreaterThan(20);
    expect(live(2, { factor: 20, stepMs: 997 }).happened).toEqual(happened);
    expect(live(2, { factor: 20, seed: 2 }).happened).not.toEqual(happened);
  });
});
