import type { z } from 'zod';

/** Which stream carries an event: everything is on EVENTS but the confirmations of blocks. */
export type StreamName = 'EVENTS' | 'BLOCKS';

/** One word of the language of the stream. */
export interface EventDefinition<Data extends z.ZodObject = z.ZodObject> {
  /** First word after `bcmed.` in the type, and the right to publish it. */
  readonly area: string;
  readonly name: string;
  readonly type: string;
  /** `infusion-started` → `InfusionStarted`: the name in code. */
  readonly title: string;
  readonly dataschema: string;
  readonly stream: StreamName;
  /** What the entity in the subject is. */
  readonly entity: string;
  /** What it says, in one sentence. */
  readonly sentence: string;
  readonly data: Data;
  readonly example: { readonly entity: string; readonly data: z.infer<Data> };
  /** Whether the sender numbers it in a chain of its own (architecture: edge senders). */
  readonly chained: boolean;
}

/** Declares an event. Area and name are kebab-case; the derived names follow from them, so they cannot disagree. */
export function defineEvent<Data extends z.ZodObject>(
  area: string,
  name: string,
  rest: Pick<EventDefinition<Data>, 'entity' | 'sentence' | 'data' | 'example'> & {
    readonly chained?: boolean;
    readonly stream?: StreamName;
  },
): EventDefinition<Data> {
  return {
    area,
    name,
    type: `bcmed.${area}.${name}`,
    title: name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    dataschema: `urn:bcmed:schema:${area}.${name}:1`,
    stream: rest.stream ?? 'EVENTS',
    chained: rest.chained ?? false,
    entity: rest.entity,
    sentence: rest.sentence,
    data: rest.data,
    example: rest.example,
  };
}
