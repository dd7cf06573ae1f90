import { Parser } from '@asyncapi/parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  CATALOGUE,
  EventInvalidError,
  RateChanged,
  asyncApiDocument,
  createEvent,
  derivedId,
  isEvent,
  parseEvent,
  serialiseEvent,
  subjectOf,
  toToken,
  type EventAttributes,
} from './index.js';

const chain = { chain: '01994f7e-7c00-7000-8000-00000000000a', sequence: '2', previous: 'A'.repeat(43) };
const attributes: EventAttributes = {
  id: '01994f7e-7c00-7000-8000-000000000001',
  source: 'pump-adapter/bed-7',
  entity: '8002-51740',
  time: '2026-11-20T12:00:00.000Z',
  site: 's1',
  actor: 'front-panel',
  chain,
};
const change = { fromMlPerHour: 3.5, toMlPerHour: 5, changedBy: 'front-panel', logEntryId: 7 } as const;
const rateChanged = createEvent(RateChanged, attributes, change);

/** An optional field carries the description of what is inside. */
const describedAs = (schema: unknown): string | undefined =>
  (schema as z.ZodType).description ??
  (schema instanceof z.ZodOptional ? describedAs(schema.unwrap()) : undefined);

describe('the catalogue', () => {
  it.each(CATALOGUE.map((definition) => [definition.type, definition] as const))(
    '%s: its example is a valid event',
    (_, definition) => {
      const { chain: _link, ...plain } = attributes;
      const event = createEvent(
        definition,
        { ...(definition.chained ? attributes : plain), entity: definition.example.entity },
        definition.example.data,
      );
      expect(parseEvent(serialiseEvent(event))).toMatchObject({ ok: true, event });
    },
  );

  it('describes every field and gives every event a sentence', () => {
    for (const definition of CATALOGUE) {
      expect(definition.sentence, definition.type).toMatch(/^[A-Z].+\.$/);
      for (const [field, schema] of Object.entries(definition.data.shape)) {
        expect(describedAs(schema), `${definition.type} ${field}`).toBeTruthy();
      }
    }
  });

  it('uses no type twice', () => {
    expect(new Set(CATALOGUE.map(({ type }) => type)).size).toBe(CATALOGUE.length);
  });

  it('becomes an AsyncAPI document that the specification’s own parser accepts', async () => {
    const diagnostics = await new Parser().validate(JSON.stringify(asyncApiDocument('0.0.0')));
    expect(diagnostics.filter(({ severity }) => (severity as number) === 0)).toEqual([]);
  });
});

describe('a writer', () => {
  it('is told the field when a value is out of range', () => {
    expect(() => createEvent(RateChanged, attributes, { ...change, toMlPerHour: -1 })).toThrow(
      /data\.toMlPerHour/,
    );
  });

  it('is refused a field that the event does not have', () => {
    const withPatient = { ...change, patientName: 'somebody' };
    expect(() => createEvent(RateChanged, attributes, withPatient)).toThrow(
      expect.objectContaining({
        problems: [{ field: 'data.patientName', problem: 'is not a field of this event' }],
      }),
    );
  });

  it('at the edge must number its events', () => {
    const { chain: _link, ...plain } = attributes;
    expect(() => createEvent(RateChanged, plain, change)).toThrow(EventInvalidError);
  });

  it('links every event but the first to the one before', () => {
    expect(() =>
      createEvent(RateChanged, { ...attributes, chain: { ...chain, sequence: '1' } }, change),
    ).toThrow(/previous/);
    const { previous: _previous, ...unlinked } = chain;
    expect(() => createEvent(RateChanged, { ...attributes, chain: unlinked }, change)).toThrow(/previous/);
  });
});

describe('a reader', () => {
  it('ignores fields that it does not know', () => {
    const later = { ...rateChanged, newAttribute: 1, data: { ...change, newField: 2 } };
    expect(parseEvent(Buffer.from(JSON.stringify(later)))).toMatchObject({ ok: true, event: rateChanged });
  });

  it('is told what is wrong with an event of a type that nobody declared', () => {
    const foreign = Buffer.from(JSON.stringify({ ...rateChanged, type: 'bcmed.pump.exploded' }));
    expect(parseEvent(foreign)).toEqual({
      ok: false,
      problems: [{ field: 'type', problem: 'bcmed.pump.exploded is not in the catalogue' }],
    });
  });

  it('survives any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !parseEvent(bytes).ok));
  });

  it('survives any JSON in place of the data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        parseEvent(Buffer.from(JSON.stringify({ ...rateChanged, data })));
      }),
    );
  });

  it('knows the event again by its definition', () => {
    expect(isEvent(rateChanged, RateChanged)).toBe(true);
  });
});

describe('an id that follows from its cause', () => {
  it('is the same UUID for the same cause and another for any other', () => {
    expect(derivedId('s1', '42', 'event-rejected')).toBe(derivedId('s1', '42', 'event-rejected'));
    expect(derivedId('s1', '42')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
        expect(derivedId(...one) === derivedId(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});

describe('a subject', () => {
  it('follows from the body alone', () => {
    expect(subjectOf(rateChanged)).toBe('bcmed.s1.pump.8002-51740.rate-changed');
    expect(subjectOf({ type: 'bcmed.ledger.block-anchored', site: 's1', subject: '12' })).toBe(
      'bcmed-block.s1.12.anchored',
    );
  });

  it('can be made of any name from outside', () => {
    fc.assert(fc.property(fc.string(), (name) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(toToken(name))));
    expect(toToken('8002-51740')).toBe('8002-51740');
    expect(toToken(' BD/PLASTIPAK 50 ')).toBe('bd-plastipak-50');
  });
});
