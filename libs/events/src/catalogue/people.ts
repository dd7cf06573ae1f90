import { z } from 'zod';
import { defineEvent } from '../define.js';
import { credentialId, instant, person, publicJwk, role, unit } from '../terms.js';

const entity = 'pseudonym of the person';
const somebody = 'person-7f3a';
const reason = z.string().min(1).max(256).describe('Why, in words for the audit; no name of a patient');
const exampleKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
} as const;
const exampleCredential = 'mL9hZ0QkWq3c1vJp8bX2Ag';

export const AuthenticatorEnrolled = defineEvent('access', 'authenticator-enrolled', {
  entity,
  sentence: 'A person has a passkey, or an automation its key, with which it signs in and signs orders.',
  data: z.object({
    credentialId,
    kind: z.enum(['passkey', 'key']).describe('Passkey: WebAuthn. Key: a P-256 key that a program holds'),
    publicKey: publicJwk,
    relyingParty: z.string().min(1).max(253).optional().describe('Passkey: host for which it was made'),
    origins: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(8)
      .optional()
      .describe('Passkey: origins from which an assertion is believed'),
    enrolledBy: z.string().min(1).max(128).describe('Person, or `first-start` for the one-time link'),
    demonstration: z
      .boolean()
      .optional()
      .describe('Made for a demonstration; a production configuration believes none of these'),
  }),
  example: {
    entity: somebody,
    data: {
      credentialId: exampleCredential,
      kind: 'passkey',
      publicKey: exampleKey,
      relyingParty: 'bcmed.example',
      origins: ['https://bcmed.example'],
      enrolledBy: 'first-start',
    },
  },
});

export const AuthenticatorRevoked = defineEvent('access', 'authenticator-revoked', {
  entity,
  sentence: 'From this position on nothing that this authenticator signs is believed.',
  data: z.object({ credentialId, revokedBy: person, reason }),
  example: {
    entity: somebody,
    data: { credentialId: exampleCredential, revokedBy: 'person-admin', reason: 'phone lost' },
  },
});

export const PersonRevoked = defineEvent('access', 'person-revoked', {
  entity,
  sentence: 'From this position on a person may nothing: every authenticator, role and session ends.',
  data: z.object({ revokedBy: person, reason }),
  example: { entity: somebody, data: { revokedBy: 'person-admin', reason: 'left the hospital' } },
});

export const RoleGranted = defineEvent('access', 'role-granted', {
  entity,
  sentence: 'A person has a role on a unit.',
  data: z.object({
    role,
    unit,
    until: instant.optional().describe('The role ends by itself then; absent without an end'),
    grantedBy: z.string().min(1).max(128).describe('Person, or `first-start`'),
  }),
  example: { entity: somebody, data: { role: 'nurse', unit: 'icu-1', grantedBy: 'person-admin' } },
});

export const RoleWithdrawn = defineEvent('access', 'role-withdrawn', {
  entity,
  sentence: 'A person no longer has a role on a unit.',
  data: z.object({ role, unit, withdrawnBy: person, reason }),
  example: {
    entity: somebody,
    data: { role: 'nurse', unit: 'icu-1', withdrawnBy: 'person-admin', reason: 'moved to another unit' },
  },
});
