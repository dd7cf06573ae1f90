/** Priority of an alarm in the sense of IEC 60601-1-8. */
export type Priority = 'low' | 'medium' | 'high';

const RANK: Readonly<Record<Priority, number>> = { low: 1, medium: 2, high: 3 };

export function higher(a: Priority, b: Priority): Priority {
  return RANK[a] >= RANK[b] ? a : b;
}

/** What happens if nobody answers, and how soon. */
export interface Hazard {
  readonly harm: 'irreversible' | 'reversible' | 'minor';
  /** immediate: no time for a person to act; prompt: usually time enough; delayed: more than that. */
  readonly onset: 'immediate' | 'prompt' | 'delayed';
}

/** IEC 60601-1-8, table 1. Where the table leaves the choice between low and no alarm at all, it is low. */
const TABLE_1: Readonly<Record<Hazard['harm'], Readonly<Record<Hazard['onset'], Priority>>>> = {
  irreversible: { immediate: 'high', prompt: 'high', delayed: 'medium' },
  reversible: { immediate: 'high', prompt: 'medium', delayed: 'low' },
  minor: { immediate: 'medium', prompt: 'low', delayed: 'low' },
};

export function priorityOfHazard({ harm, onset }: Hazard): Priority {
  return TABLE_1[harm][onset];
}

/** Weights of the terms; they sum to 1. */
export const WEIGHTS = { hazard: 0.6, therapy: 0.2, spread: 0.1, persistence: 0.1 } as const;
type Term = keyof typeof WEIGHTS;

const HAZARD_VALUE: Readonly<Record<Priority, number>> = { low: 0.2, medium: 0.55, high: 1 };
/** Scores from here on give this priority. */
export const BANDS = { high: 0.65, medium: 0.35 } as const;
/** So many further members count as the worst spread. */
const FULL_SPREAD = 4;
/** From this age on the term has this value; the steps are few so that an episode does not change all the time. */
export const PERSISTENCE_STEPS = [
  { afterMs: 120_000, value: 0.33 },
  { afterMs: 300_000, value: 0.67 },
  { afterMs: 600_000, value: 1 },
] as const;

export interface Weighed {
  readonly term: Term;
  readonly weight: number;
  readonly value: number;
  readonly product: number;
  readonly because: string;
}

/** A priority with everything that led to it. */
export interface Reckoning {
  readonly score: number;
  readonly terms: Weighed[];
  readonly byScore: Priority;
  readonly floor: Priority;
  readonly decidedBy: 'score' | 'floor' | 'before';
}

export interface Weighable {
  readonly hazard: Hazard;
  /** Of the members that last. */
  readonly vasoactive: boolean;
  readonly infusing: boolean | undefined;
  readonly members: number;
  readonly ageMs: number;
  /** An open episode is never lowered: a priority that goes up and down is not believed. */
  readonly before?: Priority;
}

/**
 * P = Σ wᵢ·sᵢ, cut into three bands, then clamped: what table 1 calls high stays high whatever else is weighed, so a high
 * condition is never outvoted. Scores may lift the others, and lower a medium one at a pump that does not infuse.
 */
export function reckon(given: Weighable): { readonly priority: Priority; readonly reckoning: Reckoning } {
  const byHazard = priorityOfHazard(given.hazard);
  const terms = [
    weigh(
      'hazard',
      HAZARD_VALUE[byHazard],
      `${given.hazard.harm} harm, ${given.hazard.onset} onset: ${byHazard}`,
    ),
    therapy(given),
    weigh('spread', Math.min(1, (given.members - 1) / FULL_SPREAD), `${given.members} pumps`),
    persistence(given.ageMs),
  ];
  const score = round(terms.reduce((sum, { product }) => sum + product, 0));
  const byScore = score >= BANDS.high ? 'high' : score >= BANDS.medium ? 'medium' : 'low';
  const floor = byHazard === 'high' ? 'high' : 'low';
  const clamped = higher(byScore, floor);
  const priority = given.before === undefined ? clamped : higher(clamped, given.before);
  const decidedBy = priority === byScore ? 'score' : priority === floor ? 'floor' : 'before';
  return { priority, reckoning: { score, terms, byScore, floor, decidedBy } };
}

function therapy({ vasoactive, infusing }: Weighable): Weighed {
  if (vasoactive) return weigh('therapy', 1, 'a vasoactive drug');
  if (infusing === false) return weigh('therapy', 0, 'the pump does not infuse');
  return weigh('therapy', 0.5, infusing === undefined ? 'not known whether it infuses' : 'the pump infuses');
}

function persistence(ageMs: number): Weighed {
  const step = PERSISTENCE_STEPS.findLast(({ afterMs }) => ageMs >= afterMs);
  const because = step ? `lasts longer than ${step.afterMs / 60_000} min` : 'began just now';
  return weigh('persistence', step?.value ?? 0, because);
}

function weigh(term: Term, value: number, because: string): Weighed {
  const weight = WEIGHTS[term];
  const rounded = round(Math.max(0, value));
  return { term, weight, value: rounded, product: round(weight * rounded), because };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
