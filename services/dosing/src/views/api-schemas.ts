import { CommandAuthorised, InfusionAuthorised, pumpOrderText, type SignedText } from '@bcmed/events';
import { z } from 'zod';

/** The catalogue's own schema of a signed text: what fits here fits into an event. */
export const signedText: z.ZodType<SignedText> = CommandAuthorised.data.shape.order;

/** `POST /orders`. The signed text is the order, and says itself how its dose was reckoned. */
export const newOrder = z.strictObject({ order: signedText });
export type NewOrderBody = z.infer<typeof newOrder>;

/** What is wished of a pump: the text without what makes it one of its own. Its rules as a whole are the decider's. */
export const orderWish = z
  .strictObject(pumpOrderText.shape)
  .omit({ kind: true, site: true, nonce: true, issuedAt: true, expiresAt: true });
export type OrderWish = z.infer<typeof orderWish>;
/** `POST /orders/check`. */
export const orderCheck = z.strictObject({ wish: orderWish });
export type OrderCheckBody = z.infer<typeof orderCheck>;

export const furtherSignatures = z.strictObject({
  signatures: CommandAuthorised.data.shape.order.shape.signatures,
});
export type FurtherSignatures = z.infer<typeof furtherSignatures>;

/** A text of the kind `limit-override`, signed by one of those who approved. */
export const overrideBody = z.strictObject({ override: signedText });
export type OverrideBody = z.infer<typeof overrideBody>;

/** A text of the kind `order-withdrawal`. */
export const withdrawalBody = z.strictObject({ withdrawal: signedText });
export type WithdrawalBody = z.infer<typeof withdrawalBody>;

/** `POST /stops`. What else stands in the body is not looked at: a stop is not refused for it. */
export const stopBody = z.object({ order: signedText });
export type StopBody = z.infer<typeof stopBody>;

export const libraryText = z.strictObject({
  text: z.string().max(90_000).describe('The library, YAML'),
});
export type LibraryText = z.infer<typeof libraryText>;

export const idParam = z.object({ id: z.uuid('must be an id') });
export type IdParam = z.infer<typeof idParam>;

export const serialParam = z.object({ serial: z.string().min(1).max(64) });
export type SerialParam = z.infer<typeof serialParam>;

export const orderAnswer = z.object({
  infusionId: z.uuid(),
  orderId: z.uuid(),
  state: z.enum(['waiting', 'authorised', 'withdrawn']),
  commandId: z.uuid().optional().describe('Id of command-authorised; absent while the order waits'),
  needs: z
    .object({
      signatures: z.number().int().min(0).describe('People who have yet to sign'),
      overrides: z.array(z.string()).describe('Soft limits that somebody has to override'),
    })
    .optional(),
});

const needs = orderAnswer.shape.needs.unwrap();
export const checkAnswer = z.object({
  state: z
    .enum(['waiting', 'authorised'])
    .optional()
    .describe('Once one person has signed; absent when refused'),
  needs: needs.optional().describe('Before anybody signed'),
  refusal: z
    .object({
      reason: z.string(),
      words: z.string(),
      limit: z.string().optional(),
      value: z.string().optional(),
    })
    .optional()
    .describe('Why it would be refused now'),
  predicted: z
    .array(
      z.object({
        afterSeconds: z.number().int(),
        rateMlPerHour: z.number().describe('For the ten seconds from then on'),
        plasma: z.number().describe('Then, in the unit of the target'),
        effect: z.number(),
      }),
    )
    .optional()
    .describe('Of a target: half an hour, if the pump does as told'),
});

export const stopAnswer = z.object({
  stopId: z.uuid().describe('Id of stop-ordered'),
  position: z.string().describe('Where it stands on EVENTS'),
});

const dose = InfusionAuthorised.data.shape.dose;

export const infusionAnswer = z.object({
  id: z.uuid(),
  phase: z.enum(['none', 'ordered', 'authorised', 'running', 'held', 'closed']),
  pump: z.string().nullable(),
  patient: z.string().nullable(),
  drug: z.string().nullable(),
  waiting: z
    .object({ orderId: z.uuid(), needsOverride: z.array(z.string()), expiresAt: z.string() })
    .nullable(),
  authorised: z
    .object({
      orderId: z.uuid(),
      commandId: z.uuid(),
      dose,
      rateMlPerHour: z.number(),
      signedBy: z.array(z.string()),
      answered: z.boolean().describe('Whether an adapter said what became of the command'),
    })
    .nullable(),
  delivery: z.enum(['running', 'held', 'unknown']),
  volumeInfusedMl: z.number(),
});
export type InfusionAnswer = z.infer<typeof infusionAnswer>;

export const infusionsAnswer = z.object({ infusions: z.array(infusionAnswer), position: z.string() });

export const pumpAnswer = z.object({
  serial: z.string(),
  connected: z.boolean().nullable().describe('null for a pump that has said nothing'),
  delivering: z.boolean().nullable(),
  setRateMlPerHour: z.number().nullable(),
  heardAt: z.string().nullable(),
  bed: z
    .object({
      bed: z.string(),
      unit: z.string(),
      patient: z.string(),
      drug: z.string(),
      concentration: z.string(),
    })
    .nullable(),
  target: z
    .object({
      commandId: z.uuid(),
      model: z.string(),
      site: z.enum(['plasma', 'effect']),
      concentration: z.string(),
      unit: z.string(),
      plasma: z.number().describe('As of the last word of the pump'),
      effect: z.number(),
      lastStep: z.number().int(),
      rateMlPerHour: z.number().describe('Of the last step'),
      volumeGivenMl: z.number(),
      untilAt: z.string(),
    })
    .nullable()
    .describe('What the pump is steered to'),
  infusions: z.array(z.uuid()),
});
export type PumpAnswer = z.infer<typeof pumpAnswer>;

export const libraryAnswer = z.object({
  hash: z.string().describe('What an order names as libraryHash'),
  name: z.string(),
  version: z.string(),
  status: z.enum(['example', 'clinical']),
  unit: z.string(),
  effectiveFrom: z.string(),
  text: z.string().describe('The exact bytes, as UTF-8'),
});

export const lintAnswer = z.object({
  hash: z.string(),
  releasable: z.boolean().describe('Whether there is no error; warnings are for those who release'),
  problems: z.array(
    z.object({
      path: z.string(),
      line: z.number().int(),
      severity: z.string(),
      rule: z.string(),
      words: z.string(),
      fix: z.string(),
    }),
  ),
});

/** `POST /libraries`. What does not fit into an event is not taken. */
export const proposedLibrary = z.strictObject({
  text: z.string().min(1).max(48_000, 'must have 48,000 characters at most').describe('The library, YAML'),
});
export type ProposedLibraryBody = z.infer<typeof proposedLibrary>;

export const proposalParam = z.object({ proposal: z.uuid('must be the id of a proposal') });
export type ProposalParam = z.infer<typeof proposalParam>;

export const againstQuery = z.object({
  against: z.uuid('must be the id of a proposal').optional(),
});
export type AgainstQuery = z.infer<typeof againstQuery>;

export const proposalAnswer = z.object({
  proposal: z.uuid(),
  state: z.enum(['proposed', 'released', 'active', 'replaced']),
  libraryHash: z.string(),
  name: z.string(),
  version: z.string(),
  status: z.enum(['example', 'clinical']),
  unit: z.string(),
  effectiveFrom: z.string(),
  reason: z.string(),
  warnings: z.number().int(),
  proposedBy: z.string(),
  proposedAt: z.string(),
  releasedBy: z.array(z.string()).nullable(),
  releasedAt: z.string().nullable(),
  onChain: z.object({ contract: z.string(), number: z.string() }).nullable().describe('Of the active one'),
  releaseText: z.string().describe('Exactly what two people sign, as an approval at access'),
});
export type ProposalAnswer = z.infer<typeof proposalAnswer>;

export const proposalsAnswer = z.object({ libraries: z.array(proposalAnswer).describe('Newest first') });

export const proposalTextAnswer = proposalAnswer.extend({
  text: z.string().describe('The exact bytes, as UTF-8'),
  problems: lintAnswer.shape.problems.describe('Warnings of the linter'),
});

export const differencesAnswer = z.object({
  from: z.uuid().nullable().describe('Proposal that it is compared with; null: with nothing'),
  to: z.uuid(),
  differences: z.array(
    z.object({
      path: z.string().describe('For example drugs/dopamine/entries/adult-icu/limits/hardHigh/value'),
      before: z.string().nullable().describe('null: was not there'),
      after: z.string().nullable().describe('null: is no longer there'),
    }),
  ),
});

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), fix: z.string() })).optional(),
});

/** A refusal of the decider; beside it stands `order-refused` on the stream. */
export const refusalProblem = problem.extend({
  orderId: z.uuid(),
  reason: z.string().describe('Stable word, as in order-refused'),
  words: z.string().describe('For the person who ordered'),
  limit: z.string().optional(),
  value: z.string().optional(),
});
