import { DecisionsAllowed } from '@bcmed/events';
import { fact, type Fact } from './fact.js';

/** What one person was allowed to read since the last time it was said. */
export interface Reads {
  readonly from: string;
  readonly to: string;
  readonly counts: ReadonlyMap<string, Read>;
}

interface Read {
  readonly action: string;
  readonly unit: string;
  readonly resource?: string | undefined;
  readonly count: number;
}

/** As many kinds of reads as one event has room for. */
export const MOST_READS = 256;

/** One more read. Demands fewer than {@link MOST_READS} kinds before. */
export function counted(before: Reads | undefined, read: Omit<Read, 'count'>, at: string): Reads {
  const key = JSON.stringify([read.action, read.unit, read.resource ?? null]);
  const counts = new Map(before?.counts);
  counts.set(key, { ...read, count: (counts.get(key)?.count ?? 0) + 1 });
  return { from: before?.from ?? at, to: at, counts };
}

export function readsFact(person: string, { from, to, counts }: Reads, policyVersion: string): Fact {
  const reads = [...counts.values()].map(({ resource, ...read }) => ({
    ...read,
    ...(resource === undefined ? {} : { resource }),
  }));
  return fact(DecisionsAllowed, person, { from, to, reads, policyVersion });
}
