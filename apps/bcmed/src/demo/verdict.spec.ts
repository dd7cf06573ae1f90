import { describe, expect, it } from 'vitest';
import { shortcomings, type Performance } from './verdict.js';

const PUMP_EVENTS = [
  'connected',
  'infusion-started',
  'rate-changed',
  'vtbi-changed',
  'infusion-stopped',
  'bolus-given',
  'alarm-raised',
  'alarm-cleared',
  'syringe-changed',
  'status-sampled',
];

const good: Performance = {
  verified: true,
  rejected: 0,
  session: { state: 'finished', steps: 106, refused: [] },
  types: Object.fromEntries(PUMP_EVENTS.map((name) => [`bcmed.pump.${name}`, 1])),
  pumpAlarms: { AL_OCCLU: 5, AL_SYRCO: 6, AL_NEOIN: 6 },
  latencyMs: { p50: 20, p95: 30, p99: 40 },
};

function without<Value>(record: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

describe('a demonstration that showed everything', () => {
  it('has no shortcoming', () => {
    expect(shortcomings(good)).toEqual([]);
  });
});

describe('a demonstration that did not show what it is to show', () => {
  it.each<[string, Partial<Performance>, RegExp]>([
    ['a log that does not verify', { verified: false }, /does not verify/],
    ['an event that the ledger refused', { rejected: 2 }, /refused 2 events/],
    [
      'a session that was broken off',
      { session: { state: 'stopped', steps: 12, refused: [] } },
      /stopped before its end/,
    ],
    [
      'a pump that did not take a step',
      {
        session: {
          state: 'finished',
          steps: 106,
          refused: [{ pump: 1, action: 'bolus', reason: 'no syringe' }],
        },
      },
      /pump 2 did not take bolus: no syringe/,
    ],
    [
      'no near end of an infusion',
      { pumpAlarms: without(good.pumpAlarms, 'AL_NEOIN') },
      /no pump raised AL_NEOIN/,
    ],
    ['nothing confirmed', { latencyMs: null }, /confirmed block/],
    ...PUMP_EVENTS.map((name): [string, Partial<Performance>, RegExp] => [
      `no ${name}`,
      { types: without(good.types, `bcmed.pump.${name}`) },
      new RegExp(`there was no bcmed\\.pump\\.${name}`),
    ]),
  ])('says so: %s', (_, change, says) => {
    expect(shortcomings({ ...good, ...change })).toEqual([expect.stringMatching(says)]);
  });
});
