import { orderWords } from './order-wish.ts';

/** What waits for a further signature, as access gives it. */
export interface Approval {
  readonly id: string;
  readonly text: string;
  readonly textHash: string;
  readonly purpose: 'pump-order' | 'library-release' | 'alarm-threshold';
  readonly unit: string;
  readonly requestedBy: string;
  readonly approvalsNeeded: number;
  readonly grantedBy: readonly string[];
  readonly expiresAt: string;
}

/** What a person is asked to sign: every member of the text stands in it, in words where we have some. */
export interface AskedFor {
  readonly title: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
  /** The pump that it is about. */
  readonly pump?: string;
  /** What the pump would be set to, ml/h. */
  readonly rateMlPerHour?: number;
}

const LABELS: Readonly<Record<string, string>> = {
  pump: 'Pump',
  patient: 'Patient',
  unit: 'Unit',
  drug: 'Drug',
  concentration: 'Concentration',
  careArea: 'Care area',
  dose: 'Dose',
  rateMlPerHour: 'Rate, ml/h',
  volumeMl: 'Volume, ml',
  weightKg: 'Weight, kg',
  target: 'Target',
  untilAt: 'Until',
  expiresAt: 'Good until',
  issuedAt: 'Written at',
  library: 'Library',
  version: 'Version',
  libraryHash: 'Hash of the library',
  effectiveFrom: 'In effect from',
  reason: 'Reason',
  warnings: 'Warnings of the linter',
  replacesHash: 'Replaces',
  condition: 'Alarm',
  fromMs: 'Told so far after, ms',
  toMs: 'Told then after, ms',
};

/** These name the text and not what it does. */
const FORMAL = new Set(['kind', 'site', 'nonce', 'action', 'proposal']);

/** Reads a text that is to be signed. One that cannot be read is shown as it is, so that nobody signs what they do not see. */
export function askedFor({ text, purpose }: Pick<Approval, 'text' | 'purpose'>): AskedFor {
  const members = parse(text);
  if (members === undefined) return { title: 'A text that cannot be read', lines: [['Text', text]] };
  const lines = Object.entries(members)
    .filter(([name]) => !FORMAL.has(name))
    .map(([name, value]) => [LABELS[name] ?? name, inWords(value)] as const);
  const { pump, rateMlPerHour } = members;
  return {
    title: titleOf(purpose, members),
    lines,
    ...(typeof pump === 'string' && { pump }),
    ...(typeof rateMlPerHour === 'number' && { rateMlPerHour }),
  };
}

function titleOf(purpose: Approval['purpose'], members: Readonly<Record<string, unknown>>): string {
  if (purpose === 'pump-order') return orderWords(members);
  if (purpose === 'library-release')
    return `Release the drug library ${inWords(members['library'])} ${inWords(members['version'])}`;
  return `Tell people of "${inWords(members['condition'])}" after another delay`;
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return JSON.stringify(value);
  const { value: amount, unit, ...rest } = value as { value?: unknown; unit?: unknown };
  if (amount !== undefined && Object.keys(rest).length === 0) return `${inWords(amount)} ${inWords(unit)}`;
  return Object.entries(value)
    .map(([name, member]) => `${name} ${inWords(member)}`)
    .join(', ');
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
