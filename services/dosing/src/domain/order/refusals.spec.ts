import { describe, expect, it } from 'vitest';
import { livingVitals, placing, reasonOf, signed, when } from '../../../test/ward.js';

const dose = (value: string, rateMlPerHour: number, unit = 'microgram/kg/min') => ({
  order: signed({ dose: { value, unit }, rateMlPerHour }),
});

describe('an order that must not be', () => {
  it.each([
    ['above the hard limit', placing(dose('31', 37.2)), 'above-hard-limit'],
    ['ten times the dose', placing(dose('50', 60)), 'above-hard-limit'],
    ['in milligrams for micrograms', placing(dose('5', 6, 'mg/kg/min')), 'wrong-unit'],
    ['in a unit that another spelling has', placing(dose('5', 6, 'mcg/kg/min')), 'wrong-unit'],
    ['with a dose that is no number', placing(dose('5e0', 6)), 'wrong-unit'],
    ['with a dose below nothing', placing(dose('-5', 6)), 'wrong-unit'],
    ['without a dose', placing({ order: signed({ dose: undefined }) }), 'dose-missing'],
    ['with another rate than the dose gives', placing(dose('5', 60)), 'rate-differs'],
    ['slower than the pump can run', placing(dose('0.01', 0)), 'rate-not-deliverable'],
    ['for a patient without weight', placing({ order: signed({ weightKg: undefined }) }), 'weight-missing'],
    ['for a patient of 0 kg', placing({ order: signed({ weightKg: '0' }) }), 'weight-implausible'],
    ['for a patient of 800 kg', placing({ order: signed({ weightKg: '800' }) }), 'weight-implausible'],
    ['for a patient of much', placing({ order: signed({ weightKg: 'much' }) }), 'text-unreadable'],
    ['for a bed without that pump', placing({ facts: { association: undefined } }), 'pump-not-at-bed'],
    [
      'for another patient than the pump has',
      placing({ order: signed({ patient: 'stay-9z' }) }),
      'pump-not-at-bed',
    ],
    ['for a pump at another bed', placing({ order: signed({ pump: '8002-51741' }) }), 'pump-not-at-bed'],
    ['from another unit', placing({ order: signed({ unit: 'icu-2' }) }), 'pump-not-at-bed'],
    [
      'of a drug that the library has not',
      placing({ order: signed({ drug: 'noradrenaline' }) }),
      'not-in-library',
    ],
    [
      'in a care area that has not the drug',
      placing({ order: signed({ careArea: 'anaesthesia' }) }),
      'not-in-library',
    ],
    [
      'of a concentration that nobody mixes',
      placing({ order: signed({ concentration: '999-mg' }) }),
      'concentration-unknown',
    ],
    [
      'seen in another library',
      placing({ order: signed({ libraryHash: 'A'.repeat(43) }) }),
      'library-changed',
    ],
    ['without any library', placing({ facts: { library: undefined } }), 'library-missing'],
    ['a second time', placing({ facts: { nonceUsedElsewhere: true } }), 'nonce-used'],
    ['after its end', placing({ at: '2026-11-20T12:02:00.000Z' }), 'expired'],
    ['before its beginning', placing({ at: '2026-11-20T11:59:54.999Z' }), 'issued-in-future'],
    ['that is a stop', placing({ order: signed({ action: 'stop' }) }), 'action-not-dosed'],
    ['to start what was never authorised', placing({ order: signed({ action: 'start' }) }), 'dose-missing'],
    [
      'that nobody can read',
      placing({ order: { ...signed(), text: '{"kind":"pump-order"' } }),
      'text-unreadable',
    ],
    ['without a care area', placing({ order: signed({ careArea: undefined }) }), 'text-unreadable'],
    ['without a concentration', placing({ order: signed({ concentration: undefined }) }), 'text-unreadable'],
    ['without a library', placing({ order: signed({ libraryHash: undefined }) }), 'text-unreadable'],
    [
      'with a field that nobody knows',
      placing({ order: signed({ urgent: true } as never) }),
      'text-unreadable',
    ],
    ['without vitals', placing({ facts: { vitals: [] } }), 'vitals-missing'],
    ['on vitals of half a minute ago', placing({ facts: { vitals: livingVitals(30_001) } }), 'vitals-stale'],
    ['on vitals of the future', placing({ facts: { vitals: livingVitals(-1_001) } }), 'vitals-ahead'],
  ] as const)('is refused: %s', (_, command, reason) => {
    const events = when(command);
    expect(reasonOf(events)).toBe(reason);
    expect(events[0]).toMatchObject({ data: { words: expect.stringMatching(/^.+\.$/) as string } });
  });

  it('is refused on vitals that have not moved for two minutes, and not on vitals that moved once', () => {
    const frozen = livingVitals().map((sample) => ({
      ...sample,
      heartRateBpm: 90,
      meanArterialPressureMmHg: 58,
    }));
    expect(reasonOf(when(placing({ facts: { vitals: frozen } })))).toBe('vitals-frozen');
    const moved = frozen.map((sample, index) => (index === 11 ? { ...sample, heartRateBpm: 91 } : sample));
    expect(reasonOf(when(placing({ facts: { vitals: moved } })))).toBe('order-placed');
    expect(reasonOf(when(placing({ facts: { vitals: frozen.slice(0, 12) } })))).toBe('order-placed');
  });

  it('needs no vitals where the drug does not ask for them', () => {
    const dose = { dose: { value: '3', unit: 'mg/h' }, rateMlPerHour: 3 };
    const order = signed({ drug: 'midazolam', concentration: '50-mg', ...dose });
    const command = placing({ order, facts: { vitals: [] } });
    expect(reasonOf(when(command))).toBe('order-placed');
  });

  it('tells the limit and what was asked', () => {
    expect(when(placing(dose('50', 60)))).toMatchObject([
      { data: { limit: '30 microgram/kg/min', value: '50 microgram/kg/min' } },
    ]);
  });
});
