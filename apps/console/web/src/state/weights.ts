/** Weights that somebody typed, by the stay's pseudonym, until the window is closed: nobody types one twice in a shift. */
const SLOT = 'bcmed-weights';

function all(): Readonly<Record<string, string>> {
  try {
    return JSON.parse(sessionStorage.getItem(SLOT) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
}

export const weightOf = (patient: string): string => all()[patient] ?? '';

export function keepWeight(patient: string, weightKg: string): void {
  sessionStorage.setItem(SLOT, JSON.stringify({ ...all(), [patient]: weightKg }));
}
