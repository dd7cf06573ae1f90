import { z } from 'zod';
import { defineEvent } from '../define.js';
import { decimal, rateMlPerHour, volumeMl } from '../terms.js';

const entity = 'pump serial in lower case';
const serial = '8002-51740';
const exampleCommand = '01994f7e-7c00-7000-8000-0000000000c1';

const commandId = z.uuid().describe('Id of the command that set the target');
const step = z.number().int().min(1).describe('Number of the step, from 1 for each command');
const concentration = z.number().min(0).max(10_000).describe('In the unit of the signed target');
const ml = volumeMl.describe('What the pump has given since the target was set, ml');

export const TargetStep = defineEvent('dosing', 'target-step', {
  entity,
  sentence:
    'The next rate of a pump that is steered to a concentration; good for some seconds, and only within what people signed.',
  data: z.object({
    commandId,
    step,
    rateMlPerHour,
    holdRateMlPerHour: rateMlPerHour.describe('What the pump is to run when no further step comes, ml/h'),
    plasma: concentration.describe('Reckoned now, from what the pump gave'),
    effect: concentration.describe('Reckoned now, from what the pump gave'),
    predictedPlasma: concentration.describe('At the end of this step'),
    predictedEffect: concentration.describe('At the end of this step'),
    volumeGivenMl: ml,
    isLast: z
      .boolean()
      .optional()
      .describe('The order was withdrawn: the pump keeps this rate, and nobody steers it any more'),
  }),
  example: {
    entity: serial,
    data: {
      commandId: exampleCommand,
      step: 7,
      rateMlPerHour: 42.3,
      holdRateMlPerHour: 31.5,
      plasma: 3.41,
      effect: 2.1,
      predictedPlasma: 3.38,
      predictedEffect: 2.2,
      volumeGivenMl: 4.8,
    },
  },
});

export const TargetHeld = defineEvent('pump', 'target-held', {
  entity,
  chained: true,
  sentence:
    'No step came in time, so the pump runs at the rate that never passes the target; nobody steers it.',
  data: z.object({
    commandId,
    lastStep: z.number().int().min(0).describe('0 when none was read back'),
    rateMlPerHour: rateMlPerHour.describe('What the pump runs at, ml/h'),
    detail: z.string().max(256).describe('In words, for people'),
  }),
  example: {
    entity: serial,
    data: {
      commandId: exampleCommand,
      lastStep: 7,
      rateMlPerHour: 31.5,
      detail: 'no step for 30 s',
    },
  },
});

export const TargetResumed = defineEvent('pump', 'target-resumed', {
  entity,
  chained: true,
  sentence: 'Steps come again, and the pump follows them.',
  data: z.object({ commandId, step, rateMlPerHour }),
  example: { entity: serial, data: { commandId: exampleCommand, step: 8, rateMlPerHour: 40.1 } },
});

export const TargetEnded = defineEvent('pump', 'target-ended', {
  entity,
  chained: true,
  sentence: 'A pump is no longer steered to a concentration; what it runs at is told by the pump.',
  data: z.object({
    commandId,
    lastStep: z.number().int().min(0).describe('0 when none was taken'),
    reason: z
      .enum([
        'stop',
        'superseded',
        'last-step',
        'no-step',
        'expired',
        'not-permitted',
        'bedside-changed',
        'changed-at-pump',
        'pump-held',
      ])
      .describe('Why; after the last five nobody is known to look after the rate'),
    rateMlPerHour: rateMlPerHour.optional().describe('What the pump was left at, where it was read back'),
    detail: z.string().max(256).describe('In words, for people'),
    commandPosition: decimal.describe('Position of the command on EVENTS'),
  }),
  example: {
    entity: serial,
    data: {
      commandId: exampleCommand,
      lastStep: 31,
      reason: 'changed-at-pump',
      detail: 'somebody set 20 ml/h at the pump',
      commandPosition: '1207',
    },
  },
});
