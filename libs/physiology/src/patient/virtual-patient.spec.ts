import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  generatorFrom,
  haemodynamics,
  initialState,
  InfusionError,
  monitorReadingOf,
  ParametersError,
  pk,
  StepError,
  vitalsOf,
  type Infusions,
  type VirtualPatientOptions,
  type VirtualPatientState,
} from '../index.js';
import { nextNormal, nextUniform } from './random.js';

const man: VirtualPatientOptions = {
  person: { ageYears: 35, weightKg: 70, heightCm: 170, sex: 'male' },
  propofolModel: 'schnider',
  remifentanilModel: 'minto',
};

describe('a patient without drugs', () => {
  it('stays at rest for a day', () => {
    const vitals = vitalsOf(advance(initialState(man), 86_400, {}));
    expect(vitals.heartRatePerMin).toBeCloseTo(62.8881, 4);
    expect(vitals.meanArterialPressureMmHg).toBeCloseTo(91.8363, 4);
    expect(vitals.cardiacOutputLPerMin).toBeCloseTo(5.63413, 5);
    expect(vitals.strokeVolumeMl).toBeCloseTo(89.5898, 4);
  });

  it('has a systolic and a diastolic pressure about its mean', () => {
    const { systolicPressureMmHg, diastolicPressureMmHg, meanArterialPressureMmHg } = vitalsOf(
      initialState(man),
    );
    expect(systolicPressureMmHg).toBeCloseTo(118.8, 1);
    expect(diastolicPressureMmHg).toBeCloseTo(78.4, 1);
    expect((systolicPressureMmHg + 2 * diastolicPressureMmHg) / 3).toBeCloseTo(meanArterialPressureMmHg, 9);
  });

  it('rests at its own values', () => {
    const baseline = { heartRatePerMin: 110, strokeVolumeMl: 45, meanArterialPressureMmHg: 58 };
    const vitals = vitalsOf(advance(initialState({ ...man, baseline }), 3600, {}));
    expect(vitals.heartRatePerMin).toBeCloseTo(110, 6);
    expect(vitals.meanArterialPressureMmHg).toBeCloseTo(58, 6);
    expect(vitals.strokeVolumeMl).toBeCloseTo(45, 6);
  });
});

describe('drugs through the facade', () => {
  const running: Infusions = {
    propofolMgPerMin: 7.8,
    remifentanilMicrogramPerMin: 12,
    norepinephrineMicrogramPerMin: 6,
  };

  it('have the concentrations of PAS after ten minutes', () => {
    const state = advance(initialState(man), 600, running);
    expect(state.propofol.plasma).toBeCloseTo(2.2085, 4);
    expect(state.propofol.effect).toBeCloseTo(2.08613, 4);
    expect(state.remifentanil.plasma).toBeCloseTo(3.51866, 4);
    expect(state.norepinephrine.plasma).toBeCloseTo(2.68771, 4);
  });

  it('propofol and remifentanil lower pressure, each alone and more together', () => {
    const map = (infusions: Infusions): number =>
      vitalsOf(advance(initialState(man), 900, infusions)).meanArterialPressureMmHg;
    const propofol = map({ propofolMgPerMin: 7.8 });
    const remifentanil = map({ remifentanilMicrogramPerMin: 12 });
    const both = map({ propofolMgPerMin: 7.8, remifentanilMicrogramPerMin: 12 });
    expect(propofol).toBeLessThan(86);
    expect(remifentanil).toBeLessThan(90);
    expect(both).toBeLessThan(Math.min(propofol, remifentanil));
  });

  it('norepinephrine at 3 ng/ml adds 17.5 mmHg, and the heart slows as the feedback says', () => {
    const state = advance(initialState(man), 4 * 3600, { norepinephrineMicrogramPerMin: 6 });
    const vitals = vitalsOf(state);
    const relative = 1 + 17.496 / 91.8363;
    expect(vitals.meanArterialPressureMmHg - 91.8363).toBeCloseTo(17.5, 1);
    expect(vitals.heartRatePerMin).toBeCloseTo(56.1 * relative ** -0.661 + 0.121 * 56.1, 2);
    expect(vitals.cardiacOutputLPerMin).toBeLessThan(5.63413);
    const withOualha = advance(initialState({ ...man, pressor: 'oualha' }), 4 * 3600, {
      norepinephrineMicrogramPerMin: 6,
    });
    expect(vitalsOf(withOualha).meanArterialPressureMmHg - 91.8363).toBeCloseTo(13.5, 1);
  });

  it('norepinephrine that has washed out leaves the patient as if it had never been', () => {
    const given = advance(initialState(man), 1800, { norepinephrineMicrogramPerMin: 6 });
    expect(vitalsOf(advance(given, 6 * 3600, {})).heartRatePerMin).toBeCloseTo(62.8881, 3);
  });

  it('nitroprusside and dopamine act as the linear bank says, on pressure and output', () => {
    const vitals = vitalsOf(advance(initialState(man), 180, { sodiumNitroprussideMicrogramPerKgPerMin: 1 }));
    expect(vitals.meanArterialPressureMmHg - 91.8363).toBeCloseTo(-5.7912, 3);
    expect(vitals.cardiacOutputLPerMin - 5.63413).toBeCloseTo((11.5824 * 70) / 1000, 4);
    const dopamine = vitalsOf(advance(initialState(man), 600, { dopamineMicrogramPerKgPerMin: 2 }));
    expect(dopamine.meanArterialPressureMmHg - 91.8363).toBeCloseTo(2 * 2.9667, 3);
  });

  it('a patient who is twice as sensitive is as one who gets twice as much', () => {
    const sensitivity = {
      sodiumNitroprusside: 2,
      dopamine: 2,
      propofol: 2,
      remifentanil: 2,
      norepinephrine: 2,
    };
    const once = { ...running, sodiumNitroprussideMicrogramPerKgPerMin: 1, dopamineMicrogramPerKgPerMin: 1 };
    const twice = Object.fromEntries(Object.entries(once).map(([name, rate]) => [name, 2 * rate]));
    const sensitive = vitalsOf(advance(initialState({ ...man, sensitivity }), 900, once));
    const plain = vitalsOf(advance(initialState(man), 900, twice));
    expect(sensitive.meanArterialPressureMmHg).toBeCloseTo(plain.meanArterialPressureMmHg, 9);
    expect(sensitive.heartRatePerMin).toBeCloseTo(plain.heartRatePerMin, 9);
  });

  it('an absurd dose ends at zero and not below', () => {
    const vitals = vitalsOf(advance(initialState(man), 900, { sodiumNitroprussideMicrogramPerKgPerMin: 50 }));
    expect(vitals.meanArterialPressureMmHg).toBe(0);
    expect(vitals.diastolicPressureMmHg).toBe(0);
    expect(vitals.systolicPressureMmHg).toBe(0);
  });
});

const piece = fc.record({
  seconds: fc.integer({ min: 0, max: 120 }),
  infusions: fc.record({
    propofolMgPerMin: fc.integer({ min: 0, max: 100 }),
    remifentanilMicrogramPerMin: fc.integer({ min: 0, max: 50 }),
    norepinephrineMicrogramPerMin: fc.constantFrom(0, 0, 6, 20),
    sodiumNitroprussideMicrogramPerKgPerMin: fc.integer({ min: 0, max: 5 }),
    dopamineMicrogramPerKgPerMin: fc.integer({ min: 0, max: 10 }),
  }),
});
const course = fc.array(piece, { maxLength: 6 });

function numbersOf(state: VirtualPatientState): number[] {
  const vitals = monitorReadingOf(state);
  return [...Object.values<number>({ ...vitals }), state.propofol.plasma, state.remifentanil.effect];
}

describe('for any course of infusions', () => {
  it('the same course from the same seed is the same course, also through JSON', () => {
    fc.assert(
      fc.property(course, fc.integer(), (pieces, seed) => {
        const run = (between: (state: VirtualPatientState) => VirtualPatientState): VirtualPatientState =>
          pieces.reduce(
            (state, { seconds, infusions }) => between(advance(state, seconds, infusions)),
            initialState(man, generatorFrom(seed)),
          );
        const stored = run((state) => JSON.parse(JSON.stringify(state)) as VirtualPatientState);
        expect(stored).toEqual(run((state) => state));
      }),
      { numRuns: 30 },
    );
  });

  it('whole seconds may be split at will, noise included', () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 1, max: 17 }), (pieces, share) => {
        let coarse = initialState(man, generatorFrom(7));
        let fine = coarse;
        for (const { seconds, infusions } of pieces) {
          coarse = advance(coarse, seconds, infusions);
          for (let left = seconds; left > 0; left -= share)
            fine = advance(fine, Math.min(share, left), infusions);
        }
        const expected = numbersOf(coarse);
        numbersOf(fine).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 7));
      }),
      { numRuns: 30 },
    );
  });

  it('a state is never changed, and all numbers stay numbers', () => {
    fc.assert(
      fc.property(course, (pieces) => {
        let state = initialState(man);
        for (const { seconds, infusions } of pieces) {
          const before = structuredClone(state);
          const next = advance(state, seconds, infusions);
          expect(state).toEqual(before);
          for (const value of numbersOf(next)) expect(value).toBeGreaterThanOrEqual(0);
          state = next;
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('parts of a second', () => {
  it('add up to whole ones within a hundredth of a mmHg', () => {
    const infusions = { propofolMgPerMin: 60, norepinephrineMicrogramPerMin: 6 };
    let fine = initialState(man);
    for (let count = 0; count < 160; count++) fine = advance(fine, 0.375, infusions);
    const whole = advance(initialState(man), 60, infusions);
    expect(fine.timeSeconds).toBe(60);
    expect(fine.propofol.plasma).toBeCloseTo(whole.propofol.plasma, 9);
    expect(vitalsOf(fine).meanArterialPressureMmHg).toBeCloseTo(vitalsOf(whole).meanArterialPressureMmHg, 2);
  });
});

describe('noise', () => {
  it('is on the monitor and not in the patient', () => {
    const noisy = advance(initialState(man, generatorFrom(1)), 60, { propofolMgPerMin: 10 });
    const quiet = advance(initialState(man), 60, { propofolMgPerMin: 10 });
    expect(vitalsOf(noisy)).toEqual(vitalsOf(quiet));
    expect(monitorReadingOf(quiet)).toEqual(vitalsOf(quiet));
    expect(monitorReadingOf(noisy).meanArterialPressureMmHg).not.toBe(
      vitalsOf(noisy).meanArterialPressureMmHg,
    );
  });

  it('has the spread that was asked for, whatever the seed', () => {
    for (const seed of [0, 1, -5, 4_294_967_295]) {
      let state = initialState({ ...man, noise: { correlationSeconds: 5 } }, generatorFrom(seed));
      const deviations: number[] = [];
      for (let second = 0; second < 20_000; second++) {
        state = advance(state, 1, {});
        deviations.push(state.noise!.pressureMmHg);
      }
      const mean = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
      const variance = deviations.reduce((sum, value) => sum + (value - mean) ** 2, 0) / deviations.length;
      expect(Math.abs(mean)).toBeLessThan(0.2);
      expect(Math.sqrt(variance)).toBeCloseTo(2, 0);
    }
  });

  it('comes from a generator that is even and normal', () => {
    let generator = generatorFrom(42);
    const bins = new Array<number>(16).fill(0);
    let sum = 0;
    let squares = 0;
    for (let count = 0; count < 32_000; count++) {
      const [uniform, next] = nextUniform(generator);
      bins[Math.floor(uniform * 16)]! += 1;
      const [normal, after] = nextNormal(next);
      sum += normal;
      squares += normal * normal;
      generator = after;
    }
    for (const bin of bins) expect(Math.abs(bin - 2000)).toBeLessThan(200);
    expect(Math.abs(sum / 32_000)).toBeLessThan(0.03);
    expect(squares / 32_000).toBeCloseTo(1, 1);
  });
});

describe('what a virtual patient refuses', () => {
  it('drugs below zero, time that runs backwards, parameters without meaning', () => {
    const state = initialState(man);
    expect(() => advance(state, 1, { propofolMgPerMin: -1 })).toThrow(InfusionError);
    expect(() => advance(state, 1, { dopamineMicrogramPerKgPerMin: Number.NaN })).toThrow(InfusionError);
    expect(() => advance(state, -1, {})).toThrow(StepError);
    expect(() => advance(state, Infinity, {})).toThrow(StepError);
    expect(() => initialState({ ...man, sensitivity: { propofol: -1 } })).toThrow(InfusionError);
    expect(() => initialState({ ...man, noise: { correlationSeconds: 0 } })).toThrow(ParametersError);
    const dopamine = { ...haemodynamics.FOPTD_LITERATURE_TYPICAL_UNVERIFIED.dopamine };
    const bank = {
      ...haemodynamics.FOPTD_LITERATURE_TYPICAL_UNVERIFIED,
      dopamine: { ...dopamine, pressure: { gain: Number.NaN, timeConstantMin: 1, deadTimeMin: 1 } },
    };
    expect(() => initialState({ ...man, bank })).toThrow(ParametersError);
    expect(() => initialState({ person: { ...man.person, weightKg: 0 } })).toThrow(/weightKg/);
    expect(pk.isWithinRange(pk.MINTO, man.person)).toBe(true);
  });
});
