import { describe, expect, it } from 'vitest';
import { askedFor } from './approval.ts';

const order = {
  kind: 'pump-order',
  site: 's1',
  pump: '8002-60031',
  unit: 'icu-1',
  patient: 'stay-4d',
  action: 'set-rate',
  drug: 'dopamine',
  dose: { value: '5', unit: 'microgram/kg/min' },
  rateMlPerHour: 6,
  nonce: 'abc',
};

describe('what a second person is asked to sign', () => {
  it('is said in words, with everything that the text says about pump and patient', () => {
    const asked = askedFor({ purpose: 'pump-order', text: JSON.stringify(order) });
    expect(asked).toMatchObject({
      title: 'Set the rate to 6 ml/h (5 microgram/kg/min)',
      pump: '8002-60031',
      rateMlPerHour: 6,
    });
    expect(asked.lines).toEqual([
      ['Pump', '8002-60031'],
      ['Unit', 'icu-1'],
      ['Patient', 'stay-4d'],
      ['Drug', 'dopamine'],
      ['Dose', '5 microgram/kg/min'],
      ['Rate, ml/h', '6'],
    ]);
  });

  it('hides no member that nobody here has a word for', () => {
    const text = JSON.stringify({ ...order, surprise: { deep: [1], more: 'x' } });
    expect(askedFor({ purpose: 'pump-order', text }).lines).toContainEqual(['surprise', 'deep 0 1, more x']);
  });

  it('names library and version', () => {
    const text = JSON.stringify({ kind: 'library-release', library: 'adult', version: '2', warnings: 0 });
    expect(askedFor({ purpose: 'library-release', text }).title).toBe('Release the drug library adult 2');
  });

  it.each(['', '[1]', '{"a"', '7'])('that cannot be read is shown as it is: %s', (text) => {
    expect(askedFor({ purpose: 'pump-order', text })).toEqual({
      title: 'A text that cannot be read',
      lines: [['Text', text]],
    });
  });
});
