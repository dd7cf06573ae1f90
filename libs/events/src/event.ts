import type { z } from 'zod';
import { DEFINITION_BY_TYPE } from './catalogue/index.js';
import type { EventDefinition } from './define.js';
import { envelope, type Envelope, type StreamEvent } from './envelope.js';
import { EventInvalidError, type FieldProblem } from './errors.js';
import { TOKEN } from './terms.js';

/** What the writer of an event knows beyond its data; the rest of the envelope follows from the definition. */
export interface EventAttributes {
  readonly id: string;
  readonly source: string;
  /** Entity of the subject, already a token (see {@link toToken}). */
  readonly entity: string;
  readonly time: string;
  readonly site: string;
  readonly actor: string;
  readonly correlationid?: string;
  readonly causationid?: string;
  /** For edge senders: place in the sender's chain. */
  readonly chain?: { readonly chain: string; readonly sequence: string; readonly previous?: string };
}

/** Outcome of reading the bytes of an event. */
export type ParsedEvent =
  | { readonly ok: true; readonly event: StreamEvent; readonly definition: EventDefinition }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/**
 * An event that its own catalogue accepts, strictly: an unknown field is refused as well as a missing one.
 * Throws EventInvalidError naming each field; time and id come in, so the same input gives the same event.
 */
export function createEvent<Data extends z.ZodObject>(
  definition: EventDefinition<Data>,
  attributes: EventAttributes,
  data: z.input<Data>,
): StreamEvent<z.infer<Data>> {
  const { entity, chain, ...rest } = attributes;
  const event = {
    specversion: '1.0' as const,
    type: definition.type,
    ...rest,
    subject: entity,
    datacontenttype: 'application/json' as const,
    dataschema: definition.dataschema,
    ...chain,
    data,
  };
  const parsed = parseObject(event);
  if (!parsed.ok) throw new EventInvalidError(definition.type, parsed.problems);
  const unknown = unknownFields(event, parsed.event, '');
  if (unknown.length > 0) throw new EventInvalidError(definition.type, unknown);
  return parsed.event as StreamEvent<z.infer<Data>>;
}

/** The bytes that are sealed, sent, hashed and stored. Made once: nobody serialises an event a second time. */
export function serialiseEvent(event: StreamEvent): Uint8Array {
  return Buffer.from(JSON.stringify(event), 'utf8');
}

/**
 * Reads an event as a tolerant reader: fields that this version does not know are left out of the result.
 * Never throws, whatever the bytes are.
 */
export function parseEvent(body: Uint8Array): ParsedEvent {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    return { ok: false, problems: [{ field: '', problem: `is not JSON in UTF-8: ${String(error)}` }] };
  }
  return parseObject(value);
}

/** Narrows an event to one definition, for a reader who asked for that type. */
export function isEvent<Data extends z.ZodObject>(
  event: StreamEvent,
  definition: EventDefinition<Data>,
): event is StreamEvent<z.infer<Data>> {
  return event.type === definition.type;
}

/** Made once: a schema compiles itself at its first use, which costs more than a thousand uses. */
const outerEnvelope = envelope.loose();
const ENVELOPE_FIELDS = Object.keys(envelope.shape);

/** The envelope without what a later version may have added to it. */
function known(outer: Record<string, unknown>): Envelope {
  const kept: Record<string, unknown> = {};
  for (const field of ENVELOPE_FIELDS) if (outer[field] !== undefined) kept[field] = outer[field];
  // The schema has just accepted these very fields.
  return kept as Envelope;
}

function parseObject(value: unknown): ParsedEvent {
  const outer = outerEnvelope.safeParse(value);
  if (!outer.success) return { ok: false, problems: problemsOf(outer.error, []) };
  const definition = DEFINITION_BY_TYPE.get(outer.data.type);
  if (!definition)
    return {
      ok: false,
      problems: [{ field: 'type', problem: `${outer.data.type} is not in the catalogue` }],
    };
  const problems = envelopeProblems(outer.data, definition);
  if (problems.length > 0) return { ok: false, problems };
  const data = definition.data.safeParse(outer.data['data']);
  if (!data.success) return { ok: false, problems: problemsOf(data.error, ['data']) };
  return { ok: true, event: { ...known(outer.data), data: data.data }, definition };
}

function envelopeProblems(event: Envelope, definition: EventDefinition): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (event.dataschema !== definition.dataschema) {
    problems.push({ field: 'dataschema', problem: `must be ${definition.dataschema}` });
  }
  const linked = event.chain !== undefined && event.sequence !== undefined;
  if (definition.chained && !linked)
    problems.push({ field: 'chain', problem: 'an edge sender must number its events: chain and sequence' });
  if (!definition.chained && (event.chain ?? event.sequence ?? event.previous) !== undefined) {
    problems.push({ field: 'chain', problem: 'only edge senders number their events' });
  }
  if (linked && (event.sequence === '1') !== (event.previous === undefined)) {
    problems.push({
      field: 'previous',
      problem: 'must be absent on the first event of a chain and present on every other',
    });
  }
  if (event.sequence === '0') problems.push({ field: 'sequence', problem: "begins at '1'" });
  return problems;
}

function problemsOf(error: z.ZodError, root: readonly string[]): FieldProblem[] {
  return error.issues.map(({ path, message }) => ({
    field: [...root, ...path.map(String)].join('.'),
    problem: message,
  }));
}

/** Fields of `given` that the schema dropped: a tolerant reader ignores them, a strict writer may not send them. */
function unknownFields(given: unknown, kept: unknown, path: string): FieldProblem[] {
  if (Array.isArray(given)) {
    return given.flatMap((item, index) =>
      unknownFields(item, (kept as unknown[])[index], `${path}.${index}`),
    );
  }
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    const field = path === '' ? key : `${path}.${key}`;
    if (value === undefined) return [];
    if (typeof kept !== 'object' || kept === null || !(key in kept))
      return [{ field, problem: 'is not a field of this event' }];
    return unknownFields(value, (kept as Record<string, unknown>)[key], field);
  });
}

/** Makes a subject token of a name from outside, for example a pump serial: lower case, everything else a dash. */
export function toToken(name: string): string {
  const made = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 128);
  return TOKEN.test(made) ? made : 'unnamed';
}
