import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEIGHTS, higher, priorityOfHazard, reckon, type Hazard, type Weighable } from './priority.js';

const hazard: fc.Arbitrary<Hazard> = fc.record({
  harm: fc.constantFrom('irreversible', 'reversible', 'minor'),
  onset: fc.constantFrom('immediate', 'prompt', 'delayed'),
});
const weighable: fc.Arbitrary<Weighable> = fc.record({
  hazard,
  vasoactive: fc.boolean(),
  infusing: fc.constantFrom(true, false, undefined),
  members: fc.integer({ min: 1, max: 64 }),
  ageMs: fc.nat(3_600_000),
});

describe('the priority of a hazard', () => {
  it.each([
    ['irreversible', 'high', 'high', 'medium'],
    ['reversible', 'high', 'medium', 'low'],
    ['minor', 'medium', 'low', 'low'],
  ] as const)('%s harm is as in table 1 of IEC 60601-1-8', (harm, immediate, prompt, delayed) => {
    expect(priorityOfHazard({ harm, onset: 'immediate' })).toBe(immediate);
    expect(priorityOfHazard({ harm, onset: 'prompt' })).toBe(prompt);
    expect(priorityOfHazard({ harm, onset: 'delayed' })).toBe(delayed);
  });
});

describe('the reckoning', () => {
  const medium: Hazard = { harm: 'reversible', onset: 'prompt' };
  const base = { hazard: medium, vasoactive: false, infusing: true, members: 1, ageMs: 0 } as const;

  it('has weights that sum to one', () => {
    expect(Object.values(WEIGHTS).reduce((sum: number, weight) => sum + weight, 0)).toBeCloseTo(1);
  });

  it('is the sum of its terms, each with its parts (property)', () => {
    fc.assert(
      fc.property(weighable, (given) => {
        const { score, terms } = reckon(given).reckoning;
        expect(score).toBeCloseTo(
          terms.reduce((sum, { weight, value }) => sum + weight * value, 0),
          2,
        );
        for (const { weight, value, product } of terms) expect(product).toBeCloseTo(weight * value, 3);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never outvotes a hazard that is high (property)', () => {
    fc.assert(
      fc.property(weighable, (given) => {
        if (priorityOfHazard(given.hazard) === 'high') expect(reckon(given).priority).toBe('high');
      }),
    );
  });

  it('never lowers an open episode (property)', () => {
    fc.assert(
      fc.property(weighable, fc.constantFrom('low', 'medium', 'high'), (given, before) => {
        const { priority } = reckon({ ...given, before });
        expect(higher(priority, before)).toBe(priority);
      }),
    );
  });

  it('lowers what is medium at a pump that stands still, and lifts it where it lasts and spreads', () => {
    expect(reckon(base).priority).toBe('medium');
    expect(reckon({ ...base, infusing: false }).priority).toBe('low');
    const worst = reckon({ ...base, vasoactive: true, members: 5, ageMs: 600_000 });
    expect(worst).toMatchObject({ priority: 'high', reckoning: { decidedBy: 'score', byScore: 'high' } });
  });

  it('says when the floor decided', () => {
    const idle = reckon({ ...base, hazard: { harm: 'irreversible', onset: 'prompt' }, infusing: false });
    expect(idle).toMatchObject({ priority: 'high', reckoning: { byScore: 'medium', decidedBy: 'floor' } });
  });
});
