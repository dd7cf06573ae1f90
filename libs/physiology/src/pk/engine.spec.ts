import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InfusionError, ParametersError, SeriesError, StepError } from '../errors.js';
import {
  advancePk,
  discretise,
  EMPTY,
  giveBolus,
  infuse,
  type PkState,
  type RateConstants,
} from './compartments.js';
import { effectSiteOf } from './effect-site.js';
import {
  afterUnitBolus,
  decayConstantsPerMin,
  exponentialForm,
  ke0OfPeakTimePerMin,
  peakEffect,
} from './exponentials.js';
import { constantsFor, type PkModel } from './model.js';
import {
  BELOEIL_NOREPINEPHRINE,
  GEPTS_SUFENTANIL,
  HANNIVOORT_DEXMEDETOMIDINE,
  SHAFER_FENTANYL,
} from './other-drugs.js';
import { REFERENCE_MAN, type Person } from './person.js';
import {
  ELEVELD_PROPOFOL,
  ELEVELD_PROPOFOL_WITH_OPIOID,
  MARSH,
  MARSH_MODIFIED,
  SCHNIDER,
} from './propofol.js';
import { ELEVELD_REMIFENTANIL, eleveldRemifentanilWith, MINTO } from './remifentanil.js';

const fifty: Person = { ageYears: 50, weightKg: 70, heightCm: 170, sex: 'male' };
const forty: Person = { ...REFERENCE_MAN, ageYears: 40 };
const old: Person = { ageYears: 80, weightKg: 60, heightCm: 160, sex: 'female' };

const k = (k10: number, k12: number, k13: number, k21: number, k31: number) => ({
  k10PerMin: k10,
  k12PerMin: k12,
  k13PerMin: k13,
  k21PerMin: k21,
  k31PerMin: k31,
});

describe('sums of exponentials, against the unit tests of stanpumpR', () => {
  it.each([
    [k(0.01, 0.02, 0.03, 0.04, 0.05), [0.101857993, 0.043642958, 0.004499049]],
    [k(0.01, 0.02, 0, 0.04, 0), [0.063722813, 0.006277187, 0]],
    [k(0.01, 0, 0, 0, 0), [0.01, 0, 0]],
  ])('decay constants of %j', (constants, expected) => {
    decayConstantsPerMin(constants).forEach((lambda, index) =>
      expect(lambda).toBeCloseTo(expected[index]!, 9),
    );
  });

  const constants = constantsFor(ELEVELD_PROPOFOL_WITH_OPIOID, fifty);

  it('propofol at 50 years: constants and coefficients of bolus and infusion', () => {
    const form = exponentialForm({ ...constants, ke0PerMin: 0.6871175 });
    const seven = (actual: number, expected: number) =>
      expect(Math.abs(actual / expected - 1)).toBeLessThan(3e-6);
    seven(constants.k10PerMin, 0.24691);
    seven(constants.k12PerMin, 0.2413017);
    seven(constants.k13PerMin, 0.1062012);
    seven(constants.k21PerMin, 0.07516406);
    seven(constants.k31PerMin, 0.004880391);
    [0.6280493, 0.04305881, 0.003349251].forEach((value, index) => seven(form.lambdasPerMin[index]!, value));
    [0.1500541, 0.008398034, 0.0007054883].forEach((value, index) => seven(form.plasma[index]!, value));
    // λ1 and ke0 lie near one another, which costs two digits here.
    [1.745523, 0.008959488, 0.0007089439, -1.755191].forEach((value, index) =>
      expect(Math.abs(form.effect[index]! / value - 1)).toBeLessThan(2e-5),
    );
    [0.2389209, 0.1950364, 0.2106406].forEach((value, index) =>
      seven(form.plasma[index]! / form.lambdasPerMin[index]!, value),
    );
    [2.779276, 0.2080756, 0.2116724, -2.554426].forEach((value, index) =>
      expect(Math.abs(form.effect[index]! / form.exponentsPerMin[index]! / value - 1)).toBeLessThan(2e-5),
    );
  });

  it('ke0 of a peak at 1.6 min, to the tolerance of their optimiser', () => {
    const ke0 = ke0OfPeakTimePerMin(constants, 1.6);
    expect(ke0).toBeCloseTo(0.687097, 6);
    expect(Math.abs(ke0 / 0.6871175 - 1)).toBeLessThan(4e-5);
    expect(peakEffect({ ...constants, ke0PerMin: ke0 }).minutes).toBeCloseTo(1.6, 9);
  });

  it('the effect site under a recorded plasma course', () => {
    const steps = [
      0, 0.8522619, 0.1693822, 0.203046, 0.2434002, 0.2917747, 0.3497632, 0.4192767, 0.5026056, 0.6024956,
      0.7222382, 0.8657789, 1.0378476, 1.2441139, 1.4913745, 1.7877767, 2.1430873, 2.5690137, 3.0795907,
      3.6916419, 4.4253349, 5.3048451, 6.3591531, 7.6229988, 9.1380267, 4.8831719,
    ];
    const expected = [
      0, 0.2409, 0.31746, 0.44629, 0.64218, 0.92222, 1.30544, 1.81212, 2.4625, 3.27492, 4.26317, 5.43341,
      6.78087, 8.28703, 9.91848, 11.62843, 13.36164, 15.06278, 16.68619, 18.20415, 19.61008, 20.91533,
      22.14102, 23.30932, 24.4379, 25.15763,
    ];
    let minutes = 0;
    const samples = steps.map((step, index) => ({ minutes: (minutes += step), concentration: index + 1 }));
    effectSiteOf(samples, 0.2032826).forEach((effect, index) =>
      expect(effect).toBeCloseTo(expected[index]!, 5),
    );
  });
});

/** Bolus at 0 and infusion until 30 min, then off; plasma and effect at these minutes. Reference section 2.2 B. */
const MINUTES = [1, 2, 5, 10, 30, 60];
const ENGINE: [string, PkModel, Person, number, number, number[], number[]][] = [
  [
    'Marsh 70 kg',
    MARSH,
    fifty,
    70,
    7,
    [3.73368, 3.25664, 2.4783, 2.14017, 2.35895, 0.46799],
    [0.9224, 1.50621, 2.18305, 2.21205, 2.30577, 0.5212],
  ],
  [
    'Marsh modified 70 kg',
    MARSH_MODIFIED,
    fifty,
    70,
    7,
    [3.73368, 3.25664, 2.4783, 2.14017, 2.35895, 0.46799],
    [2.78105, 3.23903, 2.63962, 2.16492, 2.34767, 0.47796],
  ],
  [
    'Schnider 40 y',
    SCHNIDER,
    forty,
    70,
    7,
    [7.48359, 4.16624, 2.35029, 2.36352, 2.6785, 0.40427],
    [3.98719, 4.51647, 3.15101, 2.41917, 2.65182, 0.43172],
  ],
  [
    'Eleveld propofol 35 y, no opioid',
    ELEVELD_PROPOFOL,
    REFERENCE_MAN,
    70,
    7,
    [6.10667, 3.81947, 2.13069, 2.05303, 2.32803, 0.36206],
    [1.11887, 1.61705, 1.96701, 2.00633, 2.24743, 0.47374],
  ],
  [
    'Eleveld propofol 35 y, opioid',
    ELEVELD_PROPOFOL_WITH_OPIOID,
    REFERENCE_MAN,
    70,
    7,
    [6.57993, 4.34438, 2.49227, 2.37182, 2.73906, 0.48469],
    [1.15976, 1.72259, 2.18885, 2.28056, 2.62877, 0.62623],
  ],
  [
    'Minto 40 y',
    MINTO,
    forty,
    50,
    10,
    [5.37662, 3.85683, 3.21339, 3.4083, 3.71954, 0.11357],
    [3.13172, 3.70479, 3.35311, 3.35283, 3.70925, 0.13201],
  ],
  [
    'Minto 80 y, 60 kg, 160 cm, female',
    MINTO,
    old,
    50,
    10,
    [9.00886, 6.64833, 5.11315, 5.23637, 5.6305, 0.13474],
    [3.03126, 4.2667, 4.99113, 5.12636, 5.60085, 0.1902],
  ],
  [
    'Eleveld remifentanil 35 y',
    ELEVELD_REMIFENTANIL,
    REFERENCE_MAN,
    50,
    10,
    [5.3782, 4.04274, 3.27092, 3.41834, 3.7376, 0.13858],
    [4.30183, 4.43089, 3.38006, 3.38633, 3.73159, 0.14794],
  ],
  [
    'fentanyl',
    SHAFER_FENTANYL,
    fifty,
    100,
    2,
    [8.00451, 4.37999, 1.83247, 1.55766, 1.42933, 0.55174],
    [1.3055, 1.82565, 2.04708, 1.85598, 1.49323, 0.66777],
  ],
  [
    'sufentanil',
    GEPTS_SUFENTANIL,
    fifty,
    10,
    0.2,
    [0.58836, 0.49856, 0.31958, 0.18852, 0.12651, 0.04791],
    [0.10311, 0.17355, 0.26297, 0.2457, 0.13244, 0.05194],
  ],
  [
    'dexmedetomidine 70 kg',
    HANNIVOORT_DEXMEDETOMIDINE,
    fifty,
    0,
    1,
    [0.21836, 0.25122, 0.2977, 0.36558, 0.57144, 0.19181],
    [0.00619, 0.01591, 0.04723, 0.10239, 0.32551, 0.26722],
  ],
];

describe('a bolus, half an hour of infusion and half an hour of nothing', () => {
  it.each(ENGINE)('%s', (_, model, who, bolus, rate, plasma, effect) => {
    const constants = constantsFor(model, who);
    const start = giveBolus(constants, EMPTY, bolus);
    for (const [index, minutes] of MINUTES.entries()) {
      const running = infuse(constants, start, Math.min(minutes, 30), rate);
      const state = infuse(constants, running, Math.max(0, minutes - 30), 0);
      expect(Math.abs(state.plasma - plasma[index]!)).toBeLessThan(1.01e-5);
      expect(Math.abs(state.effect - effect[index]!)).toBeLessThan(1.01e-5);
    }
  });

  it.each([
    [MARSH, fifty, 3.9189, 0.02292066],
    [MARSH_MODIFIED, fifty, 1.6161, 0.04068001],
    [SCHNIDER, forty, 1.5206, 0.05756587],
    [ELEVELD_PROPOFOL_WITH_OPIOID, REFERENCE_MAN, 3.1609, 0.02340714],
    [MINTO, forty, 1.4339, 0.05848256],
    [ELEVELD_REMIFENTANIL, REFERENCE_MAN, 1.132, 0.07611724],
    [SHAFER_FENTANYL, fifty, 3.5502, 0.01942741],
    [GEPTS_SUFENTANIL, fifty, 5.5998, 0.02473812],
    [HANNIVOORT_DEXMEDETOMIDINE, fifty, 14.8637, 0.01141341],
  ])('peak effect of $name', (model, who, minutes, concentration) => {
    const peak = peakEffect(constantsFor(model, who));
    expect(peak.minutes).toBeCloseTo(minutes, 4);
    expect(Math.abs(peak.concentration / concentration - 1)).toBeLessThan(2e-5);
  });
});

/** Reference section 1.7: constant infusions, computed with the code of PAS, man of 35 years. */
describe('infusions of PAS', () => {
  const PROPOFOL_PER_MIN = 0.13 * 60;
  const REMIFENTANIL_PER_MIN = 0.2 * 60;
  const pasRemifentanil: PkModel = {
    ...ELEVELD_REMIFENTANIL,
    constantsOf: eleveldRemifentanilWith({
      volumesL: [5.81, 8.882, 5.03],
      clearancesLPerMin: [2.58, 1.72, 0.124],
    }),
  };
  const pasMarsh: PkModel = {
    ...MARSH_MODIFIED,
    constantsOf: (person) => ({
      ...MARSH_MODIFIED.constantsOf(person),
      k21PerMin: (0.112 * 0.228) / 0.463,
      k31PerMin: (0.042 * 0.228) / 2.893,
    }),
  };

  it.each([
    [SCHNIDER, 60, 1.16824, 0.26363],
    [SCHNIDER, 300, 1.98932, 1.58854],
    [SCHNIDER, 600, 2.2085, 2.08613],
    [SCHNIDER, 1800, 2.7605, 2.71455],
    [SCHNIDER, 3600, 3.14737, 3.12796],
    [ELEVELD_PROPOFOL_WITH_OPIOID, 600, 2.19508, 1.44266],
    [ELEVELD_PROPOFOL_WITH_OPIOID, 3600, 3.27283, 3.19217],
    [pasMarsh, 600, 1.8112, 1.75647],
    [pasMarsh, 3600, 2.85155, 2.84339],
  ])('propofol $name for %i s', (model, seconds, plasma, effect) => {
    const state = infuse(constantsFor(model, REFERENCE_MAN), EMPTY, seconds / 60, PROPOFOL_PER_MIN);
    expect(Math.abs(state.plasma / plasma - 1)).toBeLessThan(2e-5);
    expect(Math.abs(state.effect / effect - 1)).toBeLessThan(4e-5);
  });

  it.each([
    [MINTO, 60, 1.5034, 0.43906],
    [MINTO, 300, 2.91956, 2.47059],
    [MINTO, 600, 3.51866, 3.34033],
    [MINTO, 1800, 4.27066, 4.24884],
    [MINTO, 3600, 4.39711, 4.39478],
    [pasRemifentanil, 600, 3.66167, 3.57238],
    [pasRemifentanil, 3600, 4.57702, 4.57509],
  ])('remifentanil $name for %i s', (model, seconds, plasma, effect) => {
    const state = infuse(constantsFor(model, REFERENCE_MAN), EMPTY, seconds / 60, REMIFENTANIL_PER_MIN);
    expect(Math.abs(state.plasma / plasma - 1)).toBeLessThan(2e-5);
    expect(Math.abs(state.effect / effect - 1)).toBeLessThan(4e-5);
  });

  it.each([
    [60, 0.60743],
    [300, 2.03208],
    [600, 2.68771],
    [1800, 2.99662],
    [3600, 3],
  ])('norepinephrine for %i s', (seconds, plasma) => {
    const constants = constantsFor(BELOEIL_NOREPINEPHRINE, REFERENCE_MAN);
    expect(infuse(constants, EMPTY, seconds / 60, 6).plasma).toBeCloseTo(plasma, 5);
  });

  it('an induction: 2 mg/s for a minute', () => {
    const constants = constantsFor(SCHNIDER, REFERENCE_MAN);
    const expected = [
      [30, 11.11421, 1.26742],
      [60, 17.97295, 4.05584],
      [90, 11.14869, 6.11302],
      [120, 7.0282, 6.66864],
      [180, 3.03137, 5.89389],
      [300, 1.01096, 3.30785],
      [600, 0.59799, 0.92908],
    ] as const;
    for (const [seconds, plasma, effect] of expected) {
      const running = infuse(constants, EMPTY, Math.min(seconds, 60) / 60, 120);
      const state = infuse(constants, running, Math.max(0, seconds - 60) / 60, 0);
      expect(Math.abs(state.plasma - plasma)).toBeLessThan(1.01e-5);
      expect(Math.abs(state.effect - effect)).toBeLessThan(1.01e-5);
    }
  });

  it.each([
    [SCHNIDER, 36.627019],
    [MINTO, 22.332364],
    [ELEVELD_PROPOFOL_WITH_OPIOID, 37.053385],
    [ELEVELD_REMIFENTANIL, 23.255814],
    [BELOEIL_NOREPINEPHRINE, 30],
  ])('steady state per rate of $name', (model, gain) => {
    const { v1L, k10PerMin } = constantsFor(model, REFERENCE_MAN);
    expect(Math.abs(60 / (v1L * k10PerMin) / gain - 1)).toBeLessThan(2e-6);
  });
});

const MODELS = [
  MARSH,
  SCHNIDER,
  ELEVELD_PROPOFOL,
  MINTO,
  ELEVELD_REMIFENTANIL,
  SHAFER_FENTANYL,
  GEPTS_SUFENTANIL,
];
const close = (actual: PkState, expected: PkState): void => {
  for (const name of ['plasma', 'fast', 'slow', 'effect'] as const) {
    expect(Math.abs(actual[name] - expected[name])).toBeLessThan(1e-11 * (1 + Math.abs(expected[name])));
  }
};
const minutesArbitrary = fc.double({ min: 0, max: 600, noNaN: true });
const amount = fc.double({ min: 0, max: 200, noNaN: true });

describe('for any infusion', () => {
  it('one step is as good as two', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODELS),
        minutesArbitrary,
        minutesArbitrary,
        amount,
        amount,
        (model, a, b, bolus, rate) => {
          const constants = constantsFor(model, REFERENCE_MAN);
          const start = giveBolus(constants, EMPTY, bolus);
          close(
            infuse(constants, infuse(constants, start, a, rate), b, rate),
            infuse(constants, start, a + b, rate),
          );
        },
      ),
    );
  });

  it('the matrix exponential and the sum of exponentials agree', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), minutesArbitrary, (model, minutes) => {
        const constants = constantsFor(model, REFERENCE_MAN);
        const state = infuse(constants, giveBolus(constants, EMPTY, 1), minutes, 0);
        const closed = afterUnitBolus(exponentialForm(constants), minutes);
        expect(state.plasma).toBeCloseTo(closed.plasma, 11);
        expect(state.effect).toBeCloseTo(closed.effect, 11);
      }),
    );
  });

  it('more drug gives more everywhere, in proportion', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODELS),
        fc.double({ min: 0.01, max: 600, noNaN: true }),
        amount,
        (model, minutes, rate) => {
          const step = discretise(constantsFor(model, REFERENCE_MAN), minutes);
          const one = advancePk(step, EMPTY, 1);
          const many = advancePk(step, EMPTY, rate);
          expect(Math.min(one.plasma, one.fast, one.slow, one.effect)).toBeGreaterThan(0);
          expect(many.effect).toBeCloseTo(rate * one.effect, 9);
        },
      ),
    );
  });
});

describe('what the engine refuses', () => {
  const constants: RateConstants = constantsFor(MARSH, REFERENCE_MAN);

  it('negative drugs, time that runs backwards, and constants without meaning', () => {
    expect(() => infuse(constants, EMPTY, 1, -1)).toThrow(InfusionError);
    expect(() => giveBolus(constants, EMPTY, Number.NaN)).toThrow(InfusionError);
    expect(() => discretise(constants, -1)).toThrow(StepError);
    expect(() => discretise({ ...constants, v1L: 0 }, 1)).toThrow(ParametersError);
    expect(() => discretise({ ...constants, k12PerMin: -0.1 }, 1)).toThrow(ParametersError);
    expect(() =>
      exponentialForm({ ...constants, k12PerMin: 0, k13PerMin: 0, k21PerMin: 0, k31PerMin: 0 }),
    ).toThrow(ParametersError);
    expect(() =>
      effectSiteOf(
        [
          { minutes: 1, concentration: 1 },
          { minutes: 1, concentration: 2 },
        ],
        0.2,
      ),
    ).toThrow(SeriesError);
  });

  it('a falling plasma course: exact where plasma falls exponentially, also as fast as ke0', () => {
    const fall = (slope: number, ke0: number): number =>
      effectSiteOf(
        [
          { minutes: 0, concentration: 4 },
          { minutes: 2, concentration: 4 * Math.exp(-slope * 2) },
        ],
        ke0,
      )[1]!;
    expect(fall(0.3, 0.5)).toBeCloseTo((4 * 0.5 * (Math.exp(-0.6) - Math.exp(-1))) / 0.2, 12);
    expect(fall(0.5, 0.5)).toBeCloseTo(4 * 0.5 * 2 * Math.exp(-1), 9);
    expect(fall(0.5, 0)).toBe(0);
  });
});
