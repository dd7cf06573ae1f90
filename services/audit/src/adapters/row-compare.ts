/** Sentences about the columns in which a row is not what the stream says; none when it is. */
export function wrongColumns<Row extends object>(
  columns: readonly (string & keyof Row)[],
  expected: Row,
  found: Readonly<Record<string & keyof Row, unknown>>,
): string[] {
  return columns
    .filter((column) => !same(expected[column], found[column]))
    .map((column) => describe(column, expected[column], found[column]));
}

function same(expected: unknown, found: unknown): boolean {
  if (expected instanceof Uint8Array && found instanceof Uint8Array)
    return Buffer.compare(expected, found) === 0;
  return plain(found) === plain(expected);
}

/** What a value of PostgreSQL is compared and shown as. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? JSON.stringify(value) : value;
}

function describe(column: string, expected: unknown, found: unknown): string {
  if (expected instanceof Uint8Array && found instanceof Uint8Array) {
    const at = expected.findIndex((byte, index) => byte !== found[index]);
    return `${column} differs at byte ${at < 0 ? expected.length : at}`;
  }
  const text = (value: unknown): string => {
    const shown = String(plain(value));
    return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  };
  return `${column} is ${text(found)}, the stream says ${text(expected)}`;
}
