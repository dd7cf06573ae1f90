import { count, list, spoken } from './words.ts';

/** What would become of an order, for a person. */
export interface CheckWords {
  readonly verdict: 'authorised' | 'waiting' | 'refused';
  readonly title: string;
  readonly lines: readonly string[];
}

/** `POST /api/dosing/orders/check`: what the decider says of a wish now. */
interface CheckAnswer {
  readonly state?: string;
  readonly needs?: { readonly signatures?: number; readonly overrides?: readonly string[] };
  readonly refusal?: {
    readonly reason?: string;
    readonly words?: string;
    readonly limit?: string;
    readonly value?: string;
  };
}

export function readCheck(answer: unknown): CheckWords {
  const { needs, refusal } = (typeof answer === 'object' && answer !== null ? answer : {}) as CheckAnswer;
  if (refusal !== undefined) {
    return {
      verdict: 'refused',
      title: `It would be refused: ${spoken(refusal.reason ?? 'no reason')}`,
      lines: refusal.words === undefined ? [] : [refusal.words],
    };
  }
  const { signatures = 0, overrides = [] } = needs ?? {};
  // The person who signs is one of those whose signatures lack before the order is placed.
  const others = Math.max(0, signatures - 1);
  if (others > 0 || overrides.length > 0) {
    const wants = [
      ...(others > 0 ? [`${count(others, 'signature')} of somebody else`] : []),
      ...(overrides.length > 0 ? [`an override of ${list(overrides.map(spoken))}`] : []),
    ];
    return {
      verdict: 'waiting',
      title: 'It would wait for other people',
      lines: [`It needs ${list(wants)} besides yours.`],
    };
  }
  return {
    verdict: 'authorised',
    title: 'The pump would be told at once',
    lines: ['Dosing has checked drug, concentration, limits, patient and pump as they are now.'],
  };
}
