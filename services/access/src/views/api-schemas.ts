import {
  ApprovalConsumed,
  ApprovalRequested,
  AuthenticatorEnrolled,
  EmergencyAccessOpened,
  EmergencyAccessReviewed,
  PersonRevoked,
  RoleGranted,
  pumpOrderText,
} from '@bcmed/events';
import { z } from 'zod';

// Every word that also stands on the stream has its form from the catalogue. Unknown fields are refused: a misspelt one could
// otherwise pass for none.

const { role, unit } = RoleGranted.data.shape;
const { credentialId, publicKey } = AuthenticatorEnrolled.data.shape;
const { reason } = PersonRevoked.data.shape;
const instant = ApprovalRequested.data.shape.expiresAt;
const sessionToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the token of the link');

/** A prefix of their own keeps people apart from everything else that has events in the area. */
const person = z
  .string()
  .regex(
    /^person-[a-z0-9](?:[a-z0-9-]{0,54}[a-z0-9])?$/,
    'must be person- and 1 to 56 characters of a-z, 0-9 and inner -',
  )
  .describe('Pseudonym of a person');

const roleWish = z.strictObject({ role, unit, until: instant.optional().describe('The role ends then') });
const roles = z.array(roleWish).max(16).describe('Granted together with the enrolment');

const [passkeySignature, keySignature] = ApprovalRequested.data.shape.signature.options;

/** A signature by whoever is signed in: an authenticator belongs to one person. */
export const signature = z
  .discriminatedUnion('kind', [
    z.strictObject(passkeySignature.omit({ person: true }).shape),
    z.strictObject(keySignature.omit({ person: true }).shape),
  ])
  .describe("A passkey's assertion with the challenge, or a key's signature over the text");

export const linkToken = z.strictObject({
  token: sessionToken.describe('What stands behind the # of the link'),
});

const base64url = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');
export const registration = z.strictObject({
  token: linkToken.shape.token,
  response: z
    .object({
      id: base64url,
      rawId: base64url,
      type: z.literal('public-key'),
      response: z.object({ clientDataJSON: base64url, attestationObject: base64url }),
      authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional().catch(undefined),
    })
    .describe('What `navigator.credentials.create` gave, as RegistrationResponseJSON of WebAuthn'),
});

export const signIn = z.strictObject({
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a challenge of POST /sessions/challenges'),
  signature,
});

export const personParam = z.object({ person });
export const idParam = z.object({ id: z.uuid('must be a UUID') });
export const unitQuery = z.strictObject({ unit });

export const newLink = z.strictObject({
  roles,
  person: person
    .optional()
    .describe('Somebody whose authenticators were all revoked; absent for somebody new'),
});
export const newKeyPerson = z.strictObject({
  publicKey: z.strictObject(publicKey.shape).describe('P-256, RFC 7517'),
  roles,
  person: person.optional().describe('Absent for a new pseudonym'),
});
export const roleGrant = roleWish;
export const roleWithdrawal = z.strictObject({ role, unit, reason });
export const authenticatorRevocation = z.strictObject({ credentialId, reason });
export const withReason = z.strictObject({ reason });

const order = pumpOrderText.shape;
export const orderWish = z.strictObject({
  pump: order.pump,
  unit,
  patient: order.patient,
  action: order.action,
  rateMlPerHour: order.rateMlPerHour,
  volumeMl: order.volumeMl,
  dose: order.dose,
  target: order.target,
  untilAt: order.untilAt,
  drug: order.drug,
  careArea: order.careArea,
  concentration: order.concentration,
  weightKg: order.weightKg,
  libraryHash: order.libraryHash,
  goodForSeconds: z
    .number()
    .int()
    .min(10, 'must be 10 or more')
    .max(600, 'must be 600 or less')
    .default(120)
    .describe('How long the order may be carried out'),
});
export type OrderRequest = z.infer<typeof orderWish>;

const { text, purpose, approvalsNeeded } = ApprovalRequested.data.shape;
export const newApproval = z.strictObject({
  text,
  signature,
  purpose,
  unit,
  approvalsNeeded,
  expiresAt: instant,
});
export const grant = z.strictObject({ signature });
const { textHash, consumedBy } = ApprovalConsumed.data.shape;
export const consumption = z.strictObject({ textHash, consumedBy });

const emergency = EmergencyAccessOpened.data.shape;
export const newEmergency = z.strictObject({
  patient: emergency.patient,
  unit,
  cause: emergency.cause,
  reason: emergency.reason.describe('Why, in words for the audit; no name of a patient'),
});
const judged = EmergencyAccessReviewed.data.shape;
export const review = z.strictObject({ justified: judged.justified, words: judged.words });

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), fix: z.string() })).optional(),
});

export const challengeAnswer = z.object({
  text: z.string().describe('What a key signs, exactly as it stands'),
  challenge: z.string().describe('SHA-256 of the text: the challenge of a passkey'),
  expiresAt: z.string(),
  relyingParty: z.string().describe('Host for which the passkeys are made'),
});
export const sessionAnswer = z.object({
  person: z.string(),
  until: z.string().describe('Ends then at the latest'),
  roles: z.array(z.object({ role, unit: z.string() })),
  token: z.string().optional().describe('For a key only: send it as bearer. A passkey gets a cookie instead'),
});
export const passAnswer = z.object({
  pass: z.string().describe('Sent to another service as `Authorization: Bearer <pass>`'),
  expiresAt: z.string().describe('Get a new one before'),
});
export const enrolledAnswer = z.object({ person: z.string() });
export const linkAnswer = z.object({ person: z.string(), address: z.string(), expiresAt: z.string() });
export const keyAnswer = z.object({ person: z.string(), credentialId: z.string() });
export const peopleAnswer = z.object({
  people: z.array(
    z.object({
      person: z.string(),
      revoked: z.boolean(),
      roles: z.array(
        z.object({
          role,
          unit: z.string(),
          until: z.string().optional(),
          except: z.array(z.string()).optional(),
        }),
      ),
      authenticators: z.array(
        z.object({
          credentialId: z.string(),
          kind: z.enum(['passkey', 'key']),
          revoked: z.boolean(),
          demonstration: z.boolean(),
        }),
      ),
    }),
  ),
});
export const orderTextAnswer = z.object({
  text: z.string().describe('The exact text: sign these bytes, send these bytes'),
  challenge: z.string().describe('SHA-256 of the text, base64url: the challenge of a passkey'),
  expiresAt: z.string(),
  relyingParty: z.string(),
  credentialIds: z.array(z.string()).describe('Passkeys of the person, for allowCredentials'),
});
export const approvalAnswer = z.object({
  id: z.string(),
  phase: z.enum(['open', 'consumed', 'refused', 'withdrawn', 'expired']),
  text: z.string(),
  textHash: z.string(),
  purpose,
  unit: z.string(),
  requestedBy: z.string(),
  approvalsNeeded: z.number().int(),
  grantedBy: z.array(z.string()),
  expiresAt: z.string(),
});
export const approvalsAnswer = z.object({ approvals: z.array(approvalAnswer) });
export const createdAnswer = z.object({ id: z.string() });
export const emergencyAnswer = z.object({
  id: z.string(),
  until: z.string(),
  skipped: z.array(z.string()).describe('Everybody whom the policy would have had act instead'),
});
export const emergenciesAnswer = z.object({
  accesses: z.array(
    z.object({
      id: z.string(),
      person: z.string(),
      patient: z.string(),
      unit: z.string(),
      until: z.string(),
      closed: z.boolean(),
    }),
  ),
});
export const demonstrationAnswer = z.object({ people: z.array(z.string()), keys: z.string() });
export const visitorWish = z.strictObject({
  roles: roles.min(1).describe('What the visitor plays; granted together with the enrolment'),
});
export const visitorAnswer = linkAnswer.extend({
  token: sessionToken.describe('What POST /enrolments/options takes'),
});
