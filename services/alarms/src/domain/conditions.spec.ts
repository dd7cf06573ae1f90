import { asena } from '@bcmed/pump-protocols';
import { describe, expect, it } from 'vitest';
import { conditionNamed, conditionNames, conditionOfTerm, isVasoactive } from './conditions.js';
import { higher, priorityOfHazard } from './priority.js';

describe('the table of conditions', () => {
  it.each(asena.ASENA_ALARMS.filter(({ term }) => term !== 'none').map((one) => [one.code, one] as const))(
    '%s has a condition that is not less urgent than the protocol says',
    (_, { term, priority }) => {
      const name = conditionOfTerm(term);
      expect(name).toBe(`pump-${term}`);
      const ours = priorityOfHazard(conditionNamed(name).hazard);
      if (priority !== 'none') expect(higher(ours, priority)).toBe(ours);
    },
  );

  it('takes a term that nobody knows for the worst', () => {
    expect(conditionOfTerm('made-up')).toBe('pump-unknown-alarm');
    expect(priorityOfHazard(conditionNamed('never-heard-of').hazard)).toBe('high');
  });

  it('delays no condition beyond its guard, and lets none be learned beyond a minute', () => {
    for (const name of conditionNames()) {
      const { notifyAfterMs, guardMs } = conditionNamed(name);
      expect(notifyAfterMs).toBeGreaterThanOrEqual(guardMs[0]);
      expect(notifyAfterMs).toBeLessThanOrEqual(guardMs[1]);
      expect(guardMs[1]).toBeLessThanOrEqual(60_000);
    }
  });

  it.each([
    ['NORADRENALINE', true],
    ['Dopamine 4mg/ml', true],
    ['SNP', true],
    ['conc. nitroprusside', true],
    ['PROPOFOL', false],
    ['snapple', false],
    ['', false],
    [undefined, false],
  ])('label %s is vasoactive: %s', (label, expected) => {
    expect(isVasoactive(label)).toBe(expected);
  });
});
