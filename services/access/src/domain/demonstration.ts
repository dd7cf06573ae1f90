import type { Role } from '@bcmed/events';

/** Who enrols people of a demonstration: nobody. */
export const DEMONSTRATION = 'demonstration';

/** With this begin the names of all who came by the doors of a demonstration; a name says nothing else of anybody. */
export const DEMONSTRATION_PREFIX = 'person-demo-';

/** Whether somebody came by the doors of a demonstration, as its cast and its visitors do. */
export function isOfDemonstration(person: string): boolean {
  return person.startsWith(DEMONSTRATION_PREFIX);
}

/** The cast: enough for two pairs of eyes, and one of everybody else. */
export const CAST: readonly { readonly name: string; readonly role: Role; readonly unit: string }[] = [
  { name: 'physician', role: 'physician', unit: 'icu-1' },
  { name: 'nurse', role: 'nurse', unit: 'icu-1' },
  { name: 'second-nurse', role: 'nurse', unit: 'icu-1' },
  { name: 'pharmacist', role: 'pharmacist', unit: 'icu-1' },
  { name: 'second-pharmacist', role: 'pharmacist', unit: 'icu-1' },
  { name: 'engineer', role: 'engineer', unit: 'all' },
  { name: 'auditor', role: 'auditor', unit: 'all' },
  { name: 'administrator', role: 'administrator', unit: 'all' },
];
