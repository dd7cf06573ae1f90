import { z } from 'zod';
import { token, unit } from './terms.js';

const milliseconds = z.number().int().min(0).max(100_000);

/**
 * The text that people sign for another alarm threshold. The alarm service writes it, once, in `threshold-proposed`; whoever asks for
 * approval at access gives these very bytes.
 */
export const alarmThresholdText = z
  .strictObject({
    kind: z.literal('alarm-threshold'),
    site: z.string().min(1).max(128),
    proposal: z.uuid(),
    condition: token,
    setting: z.enum(['notify-after-ms']),
    unit,
    bed: token.optional(),
    fromMs: milliseconds,
    toMs: milliseconds,
    episodes: z.number().int().min(1).describe('Episodes that it was replayed on'),
    spared: z.number().int().min(0).describe('Of these, nobody would have been told'),
    later: z.number().int().min(0).describe('Of these, mattered and would have been told later'),
    missed: z.number().int().min(0).max(0),
  })
  .describe('Exactly what two people approve about a threshold');

export type AlarmThresholdText = z.infer<typeof alarmThresholdText>;
