import { z } from 'zod';
import { actionSchema, bedActionSchema } from '../control/schemas.js';
import type { Fault, FaultStep } from '../domain/faults/fault.js';
import { PlanFileError } from '../errors.js';
import { readPlanFile } from './yaml-file.js';

const name = z.string({ error: 'must be a text' }).min(1).max(40);
const atSeconds = z
  .number({ error: 'must be a number of virtual seconds from the start' })
  .min(0, 'must be 0 or more')
  .max(31_536_000, 'must be within a year');

const step = z
  .strictObject({
    atSeconds,
    pump: name.optional(),
    bed: name.optional(),
    cable: z.enum(['unplug', 'replug'], { error: 'must be unplug or replug' }).optional(),
    do: z.looseObject({ action: z.string() }, { error: 'must be like { action: occlude }' }).optional(),
  })
  .transform((entry, context): FaultStep => {
    const fault = faultOf(entry, context);
    return { atMs: Math.round(entry.atSeconds * 1000), fault: fault ?? z.NEVER };
  });

interface Entry {
  readonly pump?: string | undefined;
  readonly bed?: string | undefined;
  readonly cable?: 'unplug' | 'replug' | undefined;
  readonly do?: { readonly action: string } | undefined;
}

function faultOf({ pump, bed, cable, do: action }: Entry, context: z.RefinementCtx): Fault | null {
  const problem = (path: PropertyKey[], message: string): null => {
    context.addIssue({ code: 'custom', path, message });
    return null;
  };
  if ((pump === undefined) === (bed === undefined)) return problem(['pump'], 'give either pump or bed');
  if ((cable === undefined) === (action === undefined))
    return problem(['do'], 'give either do or, for a pump, cable');
  if (pump !== undefined && cable !== undefined) return { pump, cable };
  if (cable !== undefined) return problem(['cable'], 'is of a pump; a bed has none');
  const parsed = pump === undefined ? bedActionSchema.safeParse(action) : actionSchema.safeParse(action);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problem(['do', ...issue.path], issue.message);
    return null;
  }
  // Which of the two schemas read it follows from which of the two names is there.
  return (pump === undefined ? { bed, action: parsed.data } : { pump, action: parsed.data }) as Fault;
}

const scriptSchema = z.strictObject({
  kind: z.literal('icu-faults', { error: 'must be icu-faults' }),
  notice: z.string().max(512).optional(),
  steps: z.array(step).max(10_000, 'must be at most 10000 steps'),
});

/** What a script may name. */
export interface Stage {
  readonly serials: readonly string[];
  readonly beds: readonly string[];
}

/** Reads a fault script for this ward; steps come in the order of their times. @throws PlanFileError */
export function readFaultScript(path: string, stage: Stage): readonly FaultStep[] {
  const { steps } = readPlanFile(path, scriptSchema);
  const problems = steps.flatMap((one, index) => {
    if (!('fault' in one)) return [];
    const unknown = unknownIn(one.fault, stage);
    return unknown === null ? [] : [`${path} steps[${index}].${unknown}`];
  });
  if (problems.length > 0) throw new PlanFileError(problems.join('\n'));
  return [...steps].sort((one, other) => one.atMs - other.atMs);
}

function unknownIn(fault: Fault, { serials, beds }: Stage): string | null {
  if ('pump' in fault) {
    return serials.includes(fault.pump) ? null : `pump: ${fault.pump} is not one of: ${serials.join(', ')}`;
  }
  const named = fault.action.action === 'move-patient' ? [fault.bed, fault.action.to] : [fault.bed];
  const stranger = named.find((bed) => !beds.includes(bed));
  return stranger === undefined ? null : `bed: ${stranger} is not one of: ${beds.join(', ')}`;
}
