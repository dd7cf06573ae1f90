import { z } from 'zod';
import { ask } from '../shift/ask.js';

const loaded = z.object({ people: z.array(z.string()), keys: z.string() });

/** The people of the demonstration, by their pseudonyms, and the file with the keys by which programs act them. */
export type DemonstrationPeople = z.infer<typeof loaded>;

/**
 * Has the access service enrol the nurse, the physician, the pharmacist, the engineer, the auditor and the administrator of the
 * demonstration, by events as everybody is enrolled. Repeatable: whoever is there already is left alone.
 *
 * Demands an access service on this machine that allows a demonstration; one for patients refuses, and StackError says so.
 */
export function loadDemonstrationPeople(accessUrl: string): Promise<DemonstrationPeople> {
  return ask(loaded, `${accessUrl}/demonstration/people`, {});
}
