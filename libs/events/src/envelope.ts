import { z } from 'zod';
import { decimal, instant, sha256, token } from './terms.js';

/** Attributes that every event carries inside its seal (CloudEvents 1.0, structured mode). */
export const envelope = z.object({
  specversion: z.literal('1.0').describe('Version of CloudEvents'),
  id: z
    .uuid({ error: 'must be a UUID' })
    .describe('UUIDv7, or derived from the cause where the same cause must give the same event again'),
  type: z
    .string()
    .regex(/^bcmed\.[a-z-]+\.[a-z-]+$/, 'must be bcmed.<area>.<event>')
    .describe('What happened'),
  source: z.string().min(1).max(128).describe('Service instance that recorded it, `<service>/<instance>`'),
  subject: token.describe('The entity: pump serial, credential, infusion, block position'),
  time: instant.describe('When it happened, not when it was sent'),
  site: token.describe('Site whose stream this is'),
  actor: z.string().min(1).max(128).describe('Who caused it: a person pseudonym, a machine, or front-panel'),
  datacontenttype: z.literal('application/json').describe('How data is written'),
  dataschema: z
    .string()
    .regex(/^urn:bcmed:schema:/, 'must begin with urn:bcmed:schema:')
    .describe('Name and version of the schema of data'),
  correlationid: z.string().max(128).optional().describe('One clinical story: an order and all that follows'),
  causationid: z.string().max(128).optional().describe('The event that led to this one'),
  chain: z
    .uuid()
    .optional()
    .describe('Edge senders: start id of this chain; a new one says openly that the sender began anew'),
  sequence: decimal.optional().describe("Edge senders: number of the event in its chain, from '1'"),
  previous: sha256
    .optional()
    .describe("Edge senders: leaf hash of the chain's previous entry; absent on the first"),
});

export type Envelope = z.infer<typeof envelope>;

/** An event of the stream: envelope and the data that its type prescribes. */
export type StreamEvent<Data = unknown> = Readonly<Envelope> & { readonly data: Data };
