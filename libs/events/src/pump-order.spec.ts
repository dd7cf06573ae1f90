import { describe, expect, it } from 'vitest';
import { isDosedOrder, pumpOrderText } from './index.js';

const ORDER = {
  kind: 'pump-order',
  site: 's1',
  pump: '8002-51740',
  unit: 'icu-1',
  patient: 'stay-4d',
  action: 'set-rate',
  rateMlPerHour: 6,
  dose: { value: '5', unit: 'microgram/kg/min' },
  drug: 'dopamine',
  careArea: 'adult-icu',
  concentration: '200-mg',
  weightKg: '80',
  libraryHash: 'A'.repeat(43),
  nonce: 'A'.repeat(22),
  issuedAt: '2026-11-20T12:00:00.000Z',
  expiresAt: '2026-11-20T12:02:00.000Z',
};
const faultsOf = (change: object) =>
  pumpOrderText.safeParse({ ...ORDER, ...change }).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('the text of an order', () => {
  it('says what its dose is reckoned from', () => {
    expect(isDosedOrder(pumpOrderText.parse(ORDER))).toBe(true);
  });

  it.each(['careArea', 'concentration', 'libraryHash'])('without %s is no order', (field) => {
    expect(faultsOf({ [field]: undefined })).toEqual([field]);
    const start = { action: 'start', rateMlPerHour: undefined, dose: undefined };
    expect(faultsOf({ ...start, [field]: undefined })).toEqual([field]);
  });

  it.each(['80 kg', '8e1', '-80', '+80', '80,0', '.5', ''])(
    'with %j for a weight is no order',
    (weightKg) => {
      expect(faultsOf({ weightKg })).toEqual(['weightKg']);
    },
  );

  it('of a stop lacks nothing without them, and is not refused for naming them', () => {
    const stop = { action: 'stop', rateMlPerHour: undefined };
    expect(faultsOf(stop)).toEqual([]);
    expect(
      faultsOf({ ...stop, careArea: undefined, concentration: undefined, libraryHash: undefined }),
    ).toEqual([]);
    expect(isDosedOrder(pumpOrderText.parse({ ...ORDER, ...stop }))).toBe(false);
  });
});
