import type { StreamSlot } from '@bcmed/admission';
import type { StreamEvent } from '@bcmed/events';

/** What the rules made of one position, whoever applied them. */
export interface DecidedPosition {
  readonly slot: StreamSlot;
  readonly outcome: 'admitted' | 'rejected';
  readonly leafHash: Uint8Array;
  readonly reason?: string;
  readonly detail?: string;
  readonly event?: StreamEvent;
}

/** A row of the table `event`. Of a refused entry nothing is taken over that it says about itself. */
export interface EventRow {
  readonly position: bigint;
  readonly outcome: 'admitted' | 'rejected' | 'missing';
  readonly id: string | null;
  readonly type: string | null;
  readonly area: string | null;
  readonly name: string | null;
  readonly entity: string | null;
  readonly source: string | null;
  readonly actor: string | null;
  readonly time: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly chain: string | null;
  readonly sequence: bigint | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly keyId: string | null;
  readonly subject: string;
  readonly seal: string;
  readonly body: Uint8Array;
  readonly leafHash: Uint8Array;
}

/** The row that follows from a decision; a pure function, so that a view can be compared with what it should hold. */
export function eventRow({ slot, outcome, leafHash, reason, detail, event }: DecidedPosition): EventRow {
  const missing = 'missing' in slot;
  const [, area = null, name = null] = event?.type.split('.') ?? [];
  const admitted = outcome === 'admitted' && event ? event : undefined;
  const text = (value: string | undefined): string | null => (value === undefined ? null : storable(value));
  return {
    position: slot.position,
    outcome: missing ? 'missing' : outcome,
    id: text(admitted?.id),
    type: text(admitted?.type),
    area: admitted ? area : null,
    name: admitted ? name : null,
    entity: text(admitted?.subject),
    source: text(admitted?.source),
    actor: text(admitted?.actor),
    time: admitted?.time ?? null,
    correlationId: text(admitted?.correlationid),
    causationId: text(admitted?.causationid),
    chain: text(admitted?.chain),
    sequence: admitted?.sequence === undefined ? null : BigInt(admitted.sequence),
    reason: text(outcome === 'rejected' ? reason : undefined),
    detail: text(outcome === 'rejected' ? detail : undefined),
    keyId: missing ? null : keyIdIn(slot.seal),
    subject: missing ? '' : storable(slot.subject),
    seal: missing ? '' : storable(slot.seal),
    body: missing ? new Uint8Array() : slot.body,
    leafHash,
  };
}

/**
 * Text that PostgreSQL takes: it knows neither the character NUL nor half a surrogate pair. The exact bytes stand in `body`;
 * subject and seal of an admitted event never hold either.
 */
export function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '\uFFFD');
}

/** The key that a seal names, whether or not the seal holds. */
function keyIdIn(seal: string): string | null {
  const [header = ''] = seal.split('.');
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
    const kid = typeof value === 'object' && value !== null && 'kid' in value ? value.kid : undefined;
    return typeof kid === 'string' ? storable(kid.slice(0, 64)) : null;
  } catch {
    return null;
  }
}
