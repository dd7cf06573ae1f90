import { z } from 'zod';
import { defineEvent } from '../define.js';
import { publicJwk, sha256 } from '../terms.js';

const entity = 'thumbprint of the key, hexadecimal';
const exampleToken = '7c1f'.repeat(16);
const keyId = sha256.describe('RFC 7638 thumbprint of the key, as in `kid`');
const key = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
} as const;

export const CredentialEnrolled = defineEvent('access', 'credential-enrolled', {
  entity,
  sentence: 'The site makes a key known and says what it may seal; believed only under the site root key.',
  data: z.object({
    keyId,
    publicKey: publicJwk,
    kind: z
      .enum(['device', 'service'])
      .describe('A device seals what pumps do, a service what a service does'),
    holder: z.string().min(1).max(128).describe('Who keeps the private half, `<service>/<instance>`'),
    areas: z
      .array(z.string().regex(/^[a-z]+$/))
      .min(1)
      .max(16)
      .describe('Areas of events that this key may seal'),
  }),
  example: {
    entity: exampleToken,
    data: { keyId: key.x, publicKey: key, kind: 'device', holder: 'pump-adapter/bed-7', areas: ['pump'] },
  },
});

export const CredentialRevoked = defineEvent('access', 'credential-revoked', {
  entity,
  sentence: 'From this position on a key is believed no more; believed only under the site root key.',
  data: z.object({ keyId, reason: z.string().min(1).max(256).describe('Why, in words for the audit') }),
  example: { entity: exampleToken, data: { keyId: key.x, reason: 'the adapter was stolen' } },
});
