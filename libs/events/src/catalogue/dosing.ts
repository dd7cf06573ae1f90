import { z } from 'zod';
import { defineEvent } from '../define.js';
import {
  address,
  bytes32,
  decimalText,
  instant,
  patient,
  person,
  rateMlPerHour,
  sha256,
  signedText,
  token,
  unit,
  volumeMl,
} from '../terms.js';

const infusion = 'id of the infusion';
const someInfusion = '01994f7e-7c00-7000-8000-0000000000d1';
const exampleHash = 'bQtGxcTRdogXqIDjuQZptV8bNqsXj4SjxNZla-v5tyE';
const exampleProtocol = `0x${'5a'.repeat(32)}`;

const orderId = z.uuid().describe('Id of the order, given when it was placed');
const libraryHash = sha256.describe('SHA-256 of the exact bytes of the drug library');
const libraryVersion = z.string().min(1).max(32).describe('Version that the library gives itself');
const protocolId = bytes32.describe('keccak256 of the protocol as the contract encodes it');
const somebody = z.string().min(1).max(128).describe('Person, or the service that did it');
const reason = z.string().min(1).max(512).describe('Why, in words; no name of a patient');
const dose = z
  .object({
    value: decimalText.describe('Exact decimal'),
    unit: z.string().min(1).max(32).describe('For example microgram/kg/min'),
  })
  .describe('A dose that runs');
const decidedBy = z
  .array(
    z.object({
      person,
      action: z.string().regex(/^[a-z][a-z-]{0,63}$/, 'must be an action'),
      policies: z.array(z.string().min(1).max(64)).max(16).describe('Policies that permitted it'),
      policyVersion: z.string().min(1).max(64),
    }),
  )
  .max(8)
  .optional()
  .describe('By which policies each of them was allowed; absent in events of before 2026.12');
const exampleDecidedBy = [
  {
    person: 'person-7f3a',
    action: 'order-set-rate',
    policies: ['nurses-order'],
    policyVersion: '1',
  },
];
const softLimit = z
  .enum(['soft-low', 'soft-high', 'tenfold-change'])
  .describe('Below or above a soft limit of the library; or ten times what was authorised before');
const vitals = z
  .object({
    measuredAt: instant,
    heartRateBpm: z.number().min(0).max(400).optional().describe('Heart rate, 1/min'),
    meanArterialPressureMmHg: z.number().min(-50).max(400).optional().describe('Mean arterial pressure'),
    saturationPercent: z.number().min(0).max(100).optional().describe('Oxygen saturation'),
  })
  .describe('The newest vitals on which it rests');
const exampleVitals = {
  measuredAt: '2026-11-20T12:00:02.000Z',
  heartRateBpm: 92,
  meanArterialPressureMmHg: 58,
  saturationPercent: 96,
};
const exampleDose = { value: '5', unit: 'microgram/kg/min' } as const;
const exampleSignature = {
  kind: 'key',
  person: 'person-7f3a',
  credentialId: 'cpwSHMHvXq-uvZCrmgQn0zoCQdHQkGZgvbqcYBdkWRc',
  signature: 'A'.repeat(86),
} as const;
const exampleOrder = {
  text: '{"kind":"pump-order","site":"icu-north","pump":"8002-51740","unit":"icu-1","patient":"stay-4d","action":"set-rate","rateMlPerHour":6,"dose":{"value":"5","unit":"microgram/kg/min"},"drug":"dopamine","careArea":"adult-icu","concentration":"200-mg","weightKg":"80","libraryHash":"bQtGxcTRdogXqIDjuQZptV8bNqsXj4SjxNZla-v5tyE","nonce":"AAAAAAAAAAAAAAAAAAAAAA","issuedAt":"2026-11-20T12:00:00.000Z","expiresAt":"2026-11-20T12:02:00.000Z"}',
  signatures: [exampleSignature],
} satisfies z.infer<typeof signedText>;

const proposal = z.uuid().describe('Id of the proposal');
const status = z.enum(['example', 'clinical']).describe('An example is never for patients');
const exampleProposal = '01994f7e-7c00-7000-8000-0000000000f1';
const exampleRelease = {
  text: `{"kind":"library-release","site":"icu-north","proposal":"${exampleProposal}","unit":"icu-1","library":"example","version":"2026.1","status":"example","libraryHash":"${exampleHash}","effectiveFrom":"2026-11-20T00:00:00.000Z","reason":"first example","warnings":0}`,
  signatures: [
    { ...exampleSignature, person: 'person-pharm' },
    { ...exampleSignature, person: 'person-7f3a' },
  ],
} satisfies z.infer<typeof signedText>;

export const LibraryProposed = defineEvent('dosing', 'library-proposed', {
  entity: 'name of the library',
  sentence: 'Somebody wants a library to be used; nobody has released it.',
  data: z.object({
    proposal,
    libraryHash,
    version: libraryVersion,
    status,
    unit,
    effectiveFrom: instant.describe('Not to be activated before'),
    reason,
    warnings: z.number().int().min(0).describe('Warnings of the linter'),
    proposedBy: person,
    text: z.string().min(1).max(48_000).describe('The library itself, to the byte'),
    releaseText: z.string().min(2).max(4_096).describe('The exact text that people sign to release it'),
    decidedBy,
  }),
  example: {
    entity: 'example',
    data: {
      proposal: exampleProposal,
      libraryHash: exampleHash,
      version: '2026.1',
      status: 'example',
      unit: 'icu-1',
      effectiveFrom: '2026-11-20T00:00:00.000Z',
      reason: 'first example',
      warnings: 0,
      proposedBy: 'person-pharm',
      text: 'kind: drug-library',
      releaseText: exampleRelease.text,
    },
  },
});

export const LibraryReleased = defineEvent('dosing', 'library-released', {
  entity: 'name of the library',
  sentence: 'Different people signed the hash of a library: it may be used.',
  data: z.object({
    proposal,
    libraryHash,
    version: libraryVersion,
    status,
    unit,
    effectiveFrom: instant.describe('Not to be activated before'),
    reason,
    releasedBy: z.array(person).min(2).max(8).describe('Different people who signed the hash'),
    release: signedText.describe('The text that they signed, with their signatures'),
    approvalId: z.uuid().describe('The approval that this consumes'),
    warnings: z.number().int().min(0).describe('Warnings of the linter that the releasers accepted'),
    decidedBy,
  }),
  example: {
    entity: 'example',
    data: {
      proposal: exampleProposal,
      libraryHash: exampleHash,
      version: '2026.1',
      status: 'example',
      unit: 'icu-1',
      effectiveFrom: '2026-11-20T00:00:00.000Z',
      reason: 'first example',
      releasedBy: ['person-pharm', 'person-7f3a'],
      release: exampleRelease,
      approvalId: '01994f7e-7c00-7000-8000-0000000000a1',
      warnings: 0,
    },
  },
});

export const LibraryActivated = defineEvent('dosing', 'library-activated', {
  entity: 'name of the library',
  sentence: 'From here on orders of a unit are checked against this library and no other.',
  data: z.object({
    proposal,
    libraryHash,
    version: libraryVersion,
    unit,
    replacesHash: libraryHash.optional().describe('The library that was active before; absent for the first'),
    activatedBy: somebody,
    onChain: z
      .object({
        chainId: z
          .string()
          .regex(/^\d{1,20}$/)
          .describe('Chain of the register'),
        contract: address.describe('The LibraryRegister that holds the hash'),
        number: z
          .string()
          .regex(/^\d{1,20}$/)
          .describe('Number of the release there: its position on the log'),
      })
      .optional()
      .describe('Where the hash was seen before it was activated; absent without a chain'),
  }),
  example: {
    entity: 'example',
    data: {
      proposal: exampleProposal,
      libraryHash: exampleHash,
      version: '2026.1',
      unit: 'icu-1',
      activatedBy: 'dosing/1',
      onChain: {
        chainId: '31337',
        contract: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
        number: '412',
      },
    },
  },
});

export const ProtocolReleased = defineEvent('dosing', 'protocol-released', {
  entity: 'id of the protocol',
  sentence: 'A protocol is in force on the chain: a dose follows from vitals by its numbers.',
  data: z.object({
    protocolId,
    documentHash: bytes32.describe('SHA-256 of the document that people released'),
    name: token.describe('What people call it'),
    drug: token.describe('Drug of the library'),
    numbers: z
      .record(z.string().max(32), z.string().regex(/^-?\d{1,20}$/))
      .describe('Every number of the protocol by the name that the contract gives it, in its units'),
    contract: address.describe('The DrugProtocol that answers it'),
    chainId: z
      .string()
      .regex(/^\d{1,20}$/)
      .describe('Chain of the contract'),
    releasedBy: z.array(somebody).min(1).max(8).describe('Who released it'),
  }),
  example: {
    entity: exampleProtocol,
    data: {
      protocolId: exampleProtocol,
      documentHash: `0x${'22'.repeat(32)}`,
      name: 'nitroprusside-by-pressure',
      drug: 'nitroprusside',
      numbers: { beta: '50000', pressureReference: '80000', doseHigh: '10000' },
      contract: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
      chainId: '31337',
      releasedBy: ['person-pharm', 'person-7f3a'],
    },
  },
});

export const OrderPlaced = defineEvent('dosing', 'order-placed', {
  entity: infusion,
  sentence: 'Somebody ordered a dose; nothing has been sent to a pump.',
  data: z.object({
    orderId,
    order: signedText,
    textHash: sha256.describe('SHA-256 of the exact text; approvals name it'),
    pump: z.string().min(1).max(64).describe('Serial number as the pump writes it, from the signed text'),
    patient: patient.optional().describe('From the signed text'),
    drug: token.describe('Drug of the library'),
    nonce: z.string().min(22).max(86).describe('From the signed text; used once'),
    careArea: token.describe('Care area of the library, from the signed text'),
    concentration: token.describe('Name of the concentration in the library, from the signed text'),
    weightKg: decimalText
      .optional()
      .describe('Weight that the dose was reckoned with, if it is per kilogram; from the signed text'),
    libraryHash: libraryHash.describe('SHA-256 of the exact bytes of the drug library, from the signed text'),
    needsOverride: z.array(softLimit).max(3).describe('Soft limits that somebody has to override first'),
    decidedBy,
  }),
  example: {
    entity: someInfusion,
    data: {
      orderId: '01994f7e-7c00-7000-8000-0000000000b1',
      order: exampleOrder,
      textHash: exampleHash,
      pump: '8002-51740',
      patient: 'stay-4d',
      drug: 'dopamine',
      nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
      careArea: 'adult-icu',
      concentration: '200-mg',
      weightKg: '80',
      libraryHash: exampleHash,
      needsOverride: [],
      decidedBy: exampleDecidedBy,
    },
  },
});

const REFUSAL_REASONS = [
  'text-unreadable',
  'signature-invalid',
  'action-not-dosed',
  'episode-closed',
  'episode-differs',
  'order-unknown',
  'nonce-used',
  'expired',
  'issued-in-future',
  'pump-not-at-bed',
  'library-missing',
  'library-changed',
  'not-in-library',
  'concentration-unknown',
  'dose-missing',
  'wrong-unit',
  'weight-missing',
  'weight-implausible',
  'below-hard-limit',
  'above-hard-limit',
  'rate-differs',
  'rate-not-deliverable',
  'rate-above-maximum',
  'cap-reached',
  'bolus-not-in-library',
  'volume-differs',
  'target-unusable',
  'pump-steered',
  'vitals-missing',
  'vitals-stale',
  'vitals-ahead',
  'vitals-frozen',
  'protocol-refused',
  'protocol-differs',
  'approval-invalid',
  'override-missing',
  'signatures-missing',
] as const;

export const OrderRefused = defineEvent('dosing', 'order-refused', {
  entity: infusion,
  sentence: 'An order, or a step of it, was refused; nothing was sent to a pump.',
  data: z.object({
    orderId,
    reason: z.enum(REFUSAL_REASONS).describe('Why, as a stable word'),
    limit: z.string().max(64).optional().describe('What would have been right, with its unit'),
    value: z.string().max(64).optional().describe('What was given instead'),
    words: z.string().min(1).max(512).describe('What the person is told; no name of a patient'),
  }),
  example: {
    entity: someInfusion,
    data: {
      orderId: '01994f7e-7c00-7000-8000-0000000000b1',
      reason: 'above-hard-limit',
      limit: '30 microgram/kg/min',
      value: '50 microgram/kg/min',
      words: '50 microgram/kg/min is above the hard limit of 30 microgram/kg/min.',
    },
  },
});

export const LimitOverridden = defineEvent('dosing', 'limit-overridden', {
  entity: infusion,
  sentence: 'Soft limits of one order were overridden, for a reason, by an approval that is used up with it.',
  data: z.object({
    orderId,
    limits: z.array(softLimit).min(1).max(3).describe('What was overridden'),
    reason,
    approvalId: z.uuid().describe('The approval that this consumes'),
    approvedBy: z.array(person).min(1).max(7).describe('People who approved, none of whom ordered'),
    decidedBy,
  }),
  example: {
    entity: someInfusion,
    data: {
      orderId: '01994f7e-7c00-7000-8000-0000000000b1',
      limits: ['soft-high'],
      reason: 'refractory shock',
      approvalId: '01994f7e-7c00-7000-8000-0000000000a1',
      approvedBy: ['person-91c0'],
    },
  },
});

export const InfusionAuthorised = defineEvent('dosing', 'infusion-authorised', {
  entity: infusion,
  sentence: 'An order passed every check at this moment; the command to the pump goes with it.',
  data: z.object({
    orderId,
    commandId: z.uuid().describe('Id of the command-authorised event'),
    action: z
      .enum(['set-rate', 'start', 'set-vtbi', 'bolus', 'set-target'])
      .describe('What the pump is told'),
    dose: dose.describe('What was authorised: a dose that runs, or that of a bolus'),
    rateMlPerHour,
    amountPerMl: z
      .number()
      .positive()
      .optional()
      .describe('Of set-target: amount in one ml of the syringe, in the unit of mass of the model'),
    libraryHash,
    ruleVersion: z.string().min(1).max(128).describe('Library and version that allowed it'),
    protocolId: protocolId.optional().describe('The protocol whose dose it is; absent without one'),
    vitals: vitals.optional().describe('Absent where nothing demands them and none were there'),
    signedBy: z.array(person).min(1).max(8).describe('Different people whose signatures were checked'),
    overridden: z.array(softLimit).max(3).describe('Soft limits that were overridden'),
    decidedBy,
  }),
  example: {
    entity: someInfusion,
    data: {
      orderId: '01994f7e-7c00-7000-8000-0000000000b1',
      commandId: '01994f7e-7c00-7000-8000-0000000000c1',
      action: 'set-rate',
      dose: exampleDose,
      rateMlPerHour: 6,
      libraryHash: exampleHash,
      ruleVersion: 'example 2026.1',
      vitals: exampleVitals,
      signedBy: ['person-7f3a', 'person-91c0'],
      overridden: [],
    },
  },
});

export const AuthorisationWithdrawn = defineEvent('dosing', 'authorisation-withdrawn', {
  entity: infusion,
  sentence: 'What was authorised no longer is; what the pump does is told by the pump.',
  data: z.object({
    orderId,
    cause: z
      .enum(['person', 'stop', 'superseded', 'expired', 'vitals-lost', 'library-changed'])
      .describe('How it came to its end'),
    withdrawnBy: somebody,
    reason,
    decidedBy,
  }),
  example: {
    entity: someInfusion,
    data: {
      orderId: '01994f7e-7c00-7000-8000-0000000000b1',
      cause: 'stop',
      withdrawnBy: 'person-7f3a',
      reason: 'stop ordered',
    },
  },
});

export const ResponseAssessed = defineEvent('dosing', 'response-assessed', {
  entity: infusion,
  sentence: 'What pump and patient did after an authorisation, as far as it is known.',
  data: z.object({
    orderId: orderId.optional().describe('The order in force; absent when there is none'),
    delivery: z
      .enum(['running', 'held', 'unknown'])
      .describe('What the pump does by its own events; unknown while it is silent'),
    rateMlPerHour: rateMlPerHour.optional().describe('Set rate as the pump tells it'),
    volumeInfusedMl: volumeMl.describe('Infused since the infusion began'),
    vitals: vitals.optional(),
    finding: z
      .enum(['as-ordered', 'not-as-ordered', 'below-target', 'at-target', 'above-target', 'not-assessable'])
      .describe('What it comes to'),
    words: z.string().min(1).max(512).describe('For people; no name of a patient'),
  }),
  example: {
    entity: someInfusion,
    data: {
      orderId: '01994f7e-7c00-7000-8000-0000000000b1',
      delivery: 'running',
      rateMlPerHour: 6,
      volumeInfusedMl: 0.4,
      vitals: exampleVitals,
      finding: 'below-target',
      words: 'mean arterial pressure 58 mmHg, target 65',
    },
  },
});

export const InfusionClosed = defineEvent('dosing', 'infusion-closed', {
  entity: infusion,
  sentence: 'An infusion is over; another dose is another infusion.',
  data: z.object({
    outcome: z.enum(['completed', 'abandoned']).describe('Whether it came to its intended end'),
    closedBy: somebody,
    volumeInfusedMl: volumeMl.describe('Infused in all'),
    reason,
  }),
  example: {
    entity: someInfusion,
    data: { outcome: 'completed', closedBy: 'person-7f3a', volumeInfusedMl: 48.2, reason: 'weaned off' },
  },
});
