import { z } from 'zod';
import { CATALOGUE } from './catalogue/index.js';
import type { EventDefinition } from './define.js';
import { envelope } from './envelope.js';

/** AsyncAPI 3.0 document of the whole catalogue; pure, so that a check can compare it with the committed file. */
export function asyncApiDocument(version: string): object {
  const entries = CATALOGUE.map((definition) => [key(definition), definition] as const);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'BCMed event catalogue',
      version,
      license: { name: 'Apache-2.0' },
      description:
        'Every event that crosses a service. The body is one CloudEvents 1.0 event; the header Bcmed-Seal carries its detached JWS. Research software: not a medical device, not for clinical use.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(entries.map(([name, definition]) => [name, channel(name, definition)])),
    operations: Object.fromEntries(
      entries.map(([name]) => [
        `receive${name}`,
        {
          action: 'receive',
          channel: { $ref: `#/channels/${name}` },
          messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(entries.map(([name, definition]) => [name, message(definition)])),
      schemas: { Seal: SEAL_HEADERS },
    },
  };
}

const SEAL_HEADERS = {
  type: 'object',
  required: ['Bcmed-Seal', 'Nats-Msg-Id'],
  properties: {
    'Bcmed-Seal': {
      type: 'string',
      description: 'Compact detached JWS over the exact body bytes (RFC 7515 appendix F, RFC 7797 b64:false)',
    },
    'Nats-Msg-Id': {
      type: 'string',
      description: 'The id of the event; the broker drops a second copy within its duplicate window',
    },
    traceparent: { type: 'string', description: 'W3C trace context, unsigned' },
  },
};

/** Two areas may use the same word (`alarm-raised` of a pump, `raised` of an episode): the key carries the area. */
function key({ area, title }: EventDefinition): string {
  return `${area.charAt(0).toUpperCase()}${area.slice(1)}${title}`;
}

function channel(name: string, definition: EventDefinition): object {
  const address =
    definition.stream === 'BLOCKS'
      ? 'bcmed-block.{site}.{entity}.anchored'
      : `bcmed.{site}.${definition.area}.{entity}.${definition.name}`;
  return {
    address,
    summary: definition.sentence,
    parameters: { site: { description: 'Site token' }, entity: { description: definition.entity } },
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    'x-stream': definition.stream,
  };
}

function message(definition: EventDefinition): object {
  const { type, example } = definition;
  const payload = envelope.extend({
    type: z.literal(type),
    dataschema: z.literal(definition.dataschema),
    data: definition.data,
  });
  return {
    name: type,
    title: definition.title,
    summary: definition.sentence,
    contentType: 'application/cloudevents+json',
    headers: { $ref: '#/components/schemas/Seal' },
    payload: z.toJSONSchema(payload, { target: 'draft-7', io: 'input' }),
    examples: [{ name: 'example', payload: { subject: example.entity, data: example.data } }],
  };
}
