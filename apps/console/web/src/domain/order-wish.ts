/** What is wished of a pump, as `POST /orders/texts` of access takes it. */
export interface OrderWish {
  readonly pump: string;
  readonly unit: string;
  readonly patient: string;
  readonly action: 'set-rate' | 'start' | 'set-vtbi' | 'bolus' | 'set-target';
  readonly drug: string;
  readonly careArea: string;
  readonly concentration: string;
  readonly libraryHash: string;
  readonly rateMlPerHour?: number;
  readonly volumeMl?: number;
  readonly dose?: { readonly value: string; readonly unit: string };
  readonly weightKg?: string;
  readonly target?: unknown;
}

/** What only the server adds to a text: everything else in it was wished. */
const SERVER_FIELDS = new Set(['kind', 'site', 'nonce', 'issuedAt', 'expiresAt']);

/**
 * Why a text is not what was wished; undefined when it says exactly that. A person signs what the screen shows: a text that says more,
 * less or something else is never given to the passkey.
 */
export function textFault(text: string, wish: OrderWish, site: string): string | undefined {
  const parsed = parse(text);
  if (parsed === undefined) return 'The text to sign cannot be read.';
  if (parsed['kind'] !== 'pump-order' || parsed['site'] !== site)
    return 'The text to sign is no order of this site.';
  const fields = new Set([
    ...Object.keys(parsed).filter((key) => !SERVER_FIELDS.has(key)),
    ...Object.keys(wish),
  ]);
  const wished: Readonly<Record<string, unknown>> = { ...wish };
  const other = [...fields].filter((field) => canonical(parsed[field]) !== canonical(wished[field]));
  return other.length === 0
    ? undefined
    : `The text to sign says something else than the screen: ${other.join(', ')}.`;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The same text for the same value, whatever the order of its members. */
function canonical(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`;
}

/** Words for an order, in one line: what it does to the pump. */
export function orderWords(order: {
  readonly action?: unknown;
  readonly rateMlPerHour?: unknown;
  readonly volumeMl?: unknown;
  readonly dose?: unknown;
}): string {
  const { action, rateMlPerHour: rate, volumeMl: volume } = order;
  const dose = order.dose as { value?: string; unit?: string } | undefined;
  const inDose = dose === undefined ? '' : ` (${dose.value ?? ''} ${dose.unit ?? ''})`;
  switch (action) {
    case 'set-rate':
      return `Set the rate to ${String(rate)} ml/h${inDose}`;
    case 'start':
      return 'Start the pump';
    case 'stop':
      return 'Stop the pump';
    case 'set-vtbi':
      return `Set the volume to be infused to ${String(volume)} ml`;
    case 'bolus':
      return `Give a bolus of ${String(volume)} ml at ${String(rate)} ml/h${inDose}`;
    default:
      return String(action);
  }
}
