import { z } from 'zod';
import { defineEvent } from '../define.js';
import { pumpAction } from '../pump-order.js';
import { decimal, rateMlPerHour, signedText, volumeMl } from '../terms.js';

const entity = 'pump serial in lower case';
const serial = '8002-51740';
const commandId = z.uuid().describe('Id of the command: the id of the event that authorised it');
const exampleCommand = '01994f7e-7c00-7000-8000-0000000000c1';
const exampleSignature = {
  kind: 'key',
  person: 'automation-1',
  credentialId: 'cpwSHMHvXq-uvZCrmgQn0zoCQdHQkGZgvbqcYBdkWRc',
  signature: 'A'.repeat(86),
} as const;

export const CommandAuthorised = defineEvent('dosing', 'command-authorised', {
  entity,
  sentence: 'A pump may be told this once, until it expires; the signed text says what.',
  data: z.object({
    order: signedText,
    approvalsNeeded: z.number().int().min(1).max(8).describe('Different people who must have signed'),
    ruleVersion: z.string().min(1).max(128).describe('Version of the rules that allowed it'),
    assumedRateMlPerHour: rateMlPerHour
      .optional()
      .describe('Set rate on which the decision rests; when the pump has another, nothing is done'),
  }),
  example: {
    entity: serial,
    data: {
      order: {
        text: '{"kind":"pump-order","site":"icu-north","pump":"8002-51740","unit":"icu-1","patient":"stay-4d","action":"set-rate","rateMlPerHour":5,"dose":{"value":"5","unit":"mg/h"},"drug":"midazolam","careArea":"adult-icu","concentration":"50-mg","libraryHash":"bQtGxcTRdogXqIDjuQZptV8bNqsXj4SjxNZla-v5tyE","nonce":"AAAAAAAAAAAAAAAAAAAAAA","issuedAt":"2026-11-20T12:00:00.000Z","expiresAt":"2026-11-20T12:00:30.000Z"}',
        signatures: [exampleSignature],
      },
      approvalsNeeded: 1,
      ruleVersion: 'library-1',
    },
  },
});

export const StopOrdered = defineEvent('dosing', 'stop-ordered', {
  entity,
  sentence: 'A pump must stop. It needs somebody who signed, and no permission; every earlier command ends.',
  data: z.object({ order: signedText }),
  example: {
    entity: serial,
    data: {
      order: {
        text: '{"kind":"pump-order","site":"icu-north","pump":"8002-51740","unit":"icu-1","action":"stop","nonce":"AAAAAAAAAAAAAAAAAAAAAA","issuedAt":"2026-11-20T12:00:00.000Z","expiresAt":"2026-11-20T12:05:00.000Z"}',
        signatures: [exampleSignature],
      },
    },
  },
});

const action = pumpAction.describe('What was ordered');

export const CommandExecuted = defineEvent('pump', 'command-executed', {
  entity,
  chained: true,
  sentence: 'A command was written to the pump, and the pump was read back as ordered.',
  data: z.object({
    commandId,
    action,
    framesWritten: z.array(z.string().max(128)).max(8).describe('What was written, without the checksum'),
    setRateMlPerHour: rateMlPerHour.optional().describe('Set rate that was read back'),
    volumeToBeInfusedMl: volumeMl.optional().describe('VTBI that was read back'),
    delivering: z.boolean().describe('Whether the pump infuses, as read back'),
    volumeGivenMl: volumeMl.optional().describe('Of a bolus: what the pump says that it infused meanwhile'),
    readBackAfterMs: z.number().int().min(0).describe('From the first frame to the last read-back'),
    commandPosition: decimal.describe('Position of the command on EVENTS'),
  }),
  example: {
    entity: serial,
    data: {
      commandId: exampleCommand,
      action: 'set-rate',
      framesWritten: ['INF_RATE^5.00^ml/h'],
      setRateMlPerHour: 5,
      delivering: true,
      readBackAfterMs: 64,
      commandPosition: '1207',
    },
  },
});

export const CommandFailed = defineEvent('pump', 'command-failed', {
  entity,
  chained: true,
  sentence:
    'A command was not carried out, and the pump is known not to have taken it; a bolus may have been cut short.',
  data: z.object({
    commandId,
    action: action.optional().describe('Absent when the text could not be read'),
    reason: z
      .enum([
        'text-unreadable',
        'wrong-pump',
        'patient-differs',
        'association-changed',
        'signature-invalid',
        'not-permitted',
        'approvals-missing',
        'expired',
        'issued-in-future',
        'used-before',
        'fenced-by-stop',
        'earlier-outcome-unknown',
        'value-unwritable',
        'not-recorded',
        'state-changed',
        'pump-not-connected',
        'remote-control-refused',
        'pump-refused',
        'read-back-differs',
        'cut-short',
      ])
      .describe('Why'),
    volumeGivenMl: volumeMl
      .optional()
      .describe('Of a bolus that was begun: what the pump says that it infused before it ended'),
    detail: z.string().max(256).describe('In words, for people'),
    commandPosition: decimal.describe('Position of the command on EVENTS'),
  }),
  example: {
    entity: serial,
    data: {
      commandId: exampleCommand,
      action: 'set-rate',
      reason: 'expired',
      detail: 'expired 4 s before the pump could be reached',
      commandPosition: '1207',
    },
  },
});

export const CommandOutcomeUnknown = defineEvent('pump', 'command-outcome-unknown', {
  entity,
  chained: true,
  sentence:
    'A command was written, and nobody knows yet whether the pump took it; it is never written again.',
  data: z.object({
    commandId,
    action,
    detail: z.string().max(256).describe('What was missing'),
    commandPosition: decimal.describe('Position of the command on EVENTS'),
  }),
  example: {
    entity: serial,
    data: {
      commandId: exampleCommand,
      action: 'set-rate',
      detail: 'the adapter ended between the frame and the read-back',
      commandPosition: '1207',
    },
  },
});

export const CommandOutcomeResolved = defineEvent('pump', 'command-outcome-resolved', {
  entity,
  chained: true,
  sentence: 'What became of a command whose outcome was unknown, as the pump shows it now.',
  data: z.object({
    commandId,
    outcome: z.enum(['as-ordered', 'not-as-ordered']).describe('Whether the pump now is as was ordered'),
    detail: z.string().max(256).describe('What was read'),
    commandPosition: decimal.describe('Position of the command on EVENTS'),
  }),
  example: {
    entity: serial,
    data: {
      commandId: exampleCommand,
      outcome: 'as-ordered',
      detail: 'set rate 5 ml/h, infusing',
      commandPosition: '1207',
    },
  },
});
