import type { EventDefinition } from '@bcmed/events';
import type { z } from 'zod';

/** Something that is to be said, before it has an envelope and a seal. */
export interface Fact {
  readonly definition: EventDefinition;
  readonly entity: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A fact whose data the compiler has checked against its definition. */
export function fact<Data extends z.ZodObject>(
  definition: EventDefinition<Data>,
  entity: string,
  data: z.input<Data>,
): Fact {
  return { definition, entity, data };
}

/** What a decider answers: facts (none when there is nothing new to say), or why not. */
export type Answer<Reason extends string> =
  | { readonly outcome: 'decided'; readonly facts: readonly Fact[] }
  | { readonly outcome: 'refused'; readonly reason: Reason };

export const decided = (...facts: readonly Fact[]): Answer<never> => ({ outcome: 'decided', facts });

export const refused = <Reason extends string>(reason: Reason): Answer<Reason> => ({
  outcome: 'refused',
  reason,
});
