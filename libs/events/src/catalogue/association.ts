import { z } from 'zod';
import { defineEvent } from '../define.js';
import { instant, patient, token, unit } from '../terms.js';

const entity = 'id of the association';
const someAssociation = '01994f7e-7c00-7000-8000-0000000000a1';
const recordedBy = z
  .string()
  .min(1)
  .max(128)
  .describe('Who recorded it: a person, or a machine such as icu-monitor/1');

export const AssociationMade = defineEvent('association', 'made', {
  entity,
  sentence: 'A pump with this syringe is connected to a patient in a bed (IHE PCIM), until it is ended.',
  data: z.object({
    patient,
    bed: token.describe('Bed, for example bed-7'),
    unit,
    pumpSerial: z.string().min(1).max(64).describe('Serial number as the pump writes it'),
    syringe: z
      .object({
        drug: token.describe('Name of the drug as in the drug library, for example noradrenaline'),
        concentration: z
          .string()
          .regex(
            /^\d+(?:\.\d+)? [a-z]+(?:\/ml| in \d+(?:\.\d+)? ml)$/,
            'must be like "1.6 mg/ml" or "8 mg in 50 ml"',
          )
          .max(64)
          .describe('As it stands on the label, for example 8 mg in 50 ml'),
        lot: z.string().min(1).max(64).optional().describe('Lot of the drug, where the label says it'),
        expiry: z.iso.date().optional().describe('Day until which it may be used, YYYY-MM-DD'),
      })
      .describe('What is in the syringe'),
    recordedBy,
    validFrom: instant.describe('Since when it is so, which may be before it was recorded'),
  }),
  example: {
    entity: someAssociation,
    data: {
      patient: 'stay-4d',
      bed: 'bed-7',
      unit: 'icu-1',
      pumpSerial: '8002-51740',
      syringe: { drug: 'noradrenaline', concentration: '8 mg in 50 ml', lot: 'LOT42', expiry: '2027-01-31' },
      recordedBy: 'icu-monitor/1',
      validFrom: '2026-11-20T12:00:00.000Z',
    },
  },
});

export const AssociationValidated = defineEvent('association', 'validated', {
  entity,
  sentence: 'Somebody looked at the bed and confirms that patient, pump and syringe are as recorded.',
  data: z.object({
    validatedBy: z.string().min(1).max(128).describe('Who looked'),
    method: z.enum(['scan', 'read']).describe('scan: all three were scanned; read: compared by eye'),
    validatedAt: instant.describe('When it was looked at'),
  }),
  example: {
    entity: someAssociation,
    data: { validatedBy: 'person-7f3a', method: 'scan', validatedAt: '2026-11-20T12:01:00.000Z' },
  },
});

export const AssociationEnded = defineEvent('association', 'ended', {
  entity,
  sentence: 'A pump is no longer connected to the patient, or not in this bed or with this syringe.',
  data: z.object({
    cause: z
      .enum(['disconnected', 'patient-moved', 'syringe-changed', 'recorded-wrongly'])
      .describe('Why it ended'),
    recordedBy,
    validUntil: instant.describe('Until when it was so'),
  }),
  example: {
    entity: someAssociation,
    data: { cause: 'patient-moved', recordedBy: 'icu-monitor/1', validUntil: '2026-11-20T18:30:00.000Z' },
  },
});
