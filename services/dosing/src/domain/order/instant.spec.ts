import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantMs } from './instant.js';

describe('an instant', () => {
  it('is the number that the platform has for it', () => {
    const range = { min: new Date('0001-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z') };
    fc.assert(
      fc.property(fc.date({ ...range, noInvalidDate: true }), (date) => {
        expect(instantMs(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  it.each(['', '2026-11-20', '2026-11-20T12:00:00Z', '2026-11-20T12:00:00.000+01:00'])(
    'is no number for %j',
    (text) => {
      expect(instantMs(text)).toBeNaN();
    },
  );
});
