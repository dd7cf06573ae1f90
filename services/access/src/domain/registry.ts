/** A credential as the chain keeps it: hashes and a public key, in hexadecimal with 0x. */
export interface RegistryEntry {
  readonly id: string;
  readonly person: string;
  readonly kind: 'passkey' | 'key';
  readonly x: string;
  readonly y: string;
  readonly revoked: boolean;
}

export type RegistryWrite =
  | { readonly kind: 'enrol'; readonly entry: RegistryEntry }
  | { readonly kind: 'revoke'; readonly id: string };

export interface RegistryComparison {
  /** What the chain lacks, in order. */
  readonly writes: readonly RegistryWrite[];
  /** What the chain says and the stream does not: no write can mend it. */
  readonly differences: readonly string[];
}

/** Compares what the stream says with what the registry holds. Pure. The stream is right. */
export function compareRegistry(
  stream: readonly RegistryEntry[],
  registry: ReadonlyMap<string, RegistryEntry>,
): RegistryComparison {
  const writes: RegistryWrite[] = [];
  const differences: string[] = [];
  for (const entry of stream) {
    const found = registry.get(entry.id);
    if (!found) writes.push({ kind: 'enrol', entry });
    const field =
      found && (['person', 'kind', 'x', 'y'] as const).find((name) => found[name] !== entry[name]);
    if (field) differences.push(`${entry.id} has another ${field}`);
    if (found?.revoked && !entry.revoked) differences.push(`${entry.id} is revoked on the chain only`);
    if (entry.revoked && found?.revoked !== true) writes.push({ kind: 'revoke', id: entry.id });
  }
  const known = new Set(stream.map(({ id }) => id));
  for (const id of registry.keys()) if (!known.has(id)) differences.push(`${id} is on the chain only`);
  return { writes, differences };
}
