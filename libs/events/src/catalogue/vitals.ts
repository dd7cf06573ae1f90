import { z } from 'zod';
import { defineEvent } from '../define.js';

/**
 * One quantity as a monitor gives it: the number, how far it may be believed, and what measured it. The unit is that of the
 * field's name.
 */
const reading = (low: number, high: number, says: string) =>
  z
    .object({
      value: z.number().min(low).max(high).optional().describe('The number; absent when quality is bad'),
      quality: z
        .enum(['good', 'questionable', 'frozen', 'bad'])
        .describe(
          'good; questionable: disturbed; frozen: repeated from before, not measured now; bad: nothing measured, for example a lead is off',
        ),
      source: z.string().min(1).max(64).describe('What measured it, for example arterial-line'),
    })
    .refine(
      ({ value, quality }) => (value === undefined) === (quality === 'bad'),
      'has a value exactly when quality is not bad',
    )
    .describe(says);

export const VitalsSampled = defineEvent('vitals', 'sampled', {
  entity: "pseudonym of the patient's stay",
  chained: true,
  sentence: 'What a monitor shows of a patient: a quantity that is not connected is absent.',
  data: z.object({
    heartRateBpm: reading(0, 400, 'Heart rate, 1/min').optional(),
    systolicPressureMmHg: reading(-50, 500, 'Systolic arterial pressure, mmHg').optional(),
    diastolicPressureMmHg: reading(-50, 400, 'Diastolic arterial pressure, mmHg').optional(),
    meanArterialPressureMmHg: reading(-50, 400, 'Mean arterial pressure, mmHg').optional(),
    saturationPercent: reading(0, 100, 'Oxygen saturation of arterial blood, %').optional(),
    respiratoryRatePerMin: reading(0, 150, 'Breaths, 1/min').optional(),
    temperatureCelsius: reading(10, 50, 'Core temperature, °C').optional(),
    urineOutputMlPerHour: reading(0, 5_000, 'Urine output, ml/h').optional(),
  }),
  example: {
    entity: 'stay-4d',
    data: {
      heartRateBpm: { value: 92, quality: 'good', source: 'ecg' },
      systolicPressureMmHg: { value: 88.4, quality: 'good', source: 'arterial-line' },
      diastolicPressureMmHg: { value: 43.2, quality: 'good', source: 'arterial-line' },
      meanArterialPressureMmHg: { value: 58.3, quality: 'good', source: 'arterial-line' },
      saturationPercent: { quality: 'bad', source: 'pulse-oximeter' },
    },
  },
});
