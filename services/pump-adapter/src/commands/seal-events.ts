import { createEvent, derivedId, serialiseEvent, subjectOf, type EventDefinition } from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { entryBytes, type Sealer } from '@bcmed/seal';
import { v7 as uuidV7 } from 'uuid';
import type { NewEntry, StoredPump } from '../adapters/safety-store-rows.js';
import { PUMP_EVENTS, type Actor, type PumpEvent } from '../domain/index.js';

/** What every event of this adapter has in common. */
export interface Signature {
  readonly site: string;
  /** `pump-adapter/<instance>`; must be the holder that the site enrolled. */
  readonly source: string;
  readonly sealer: Sealer;
}

/** Where a chain ends: number and leaf hash of its last event. */
export type ChainEnd = Pick<StoredPump, 'entity' | 'chain' | 'sequence' | 'head'>;

export interface SealedStep {
  readonly entries: readonly NewEntry[];
  readonly end: ChainEnd;
}

/**
 * Gives events an envelope, a place at the end of the pump's chain, and a seal. Pure but for the ids and the signature:
 * nothing is stored, so a caller that fails afterwards simply drops the result.
 *
 * Throws EventInvalidError or EntryTooLargeError for data that cannot be an event.
 */
export function sealEvents(
  signature: Signature,
  chainEnd: ChainEnd,
  events: readonly PumpEvent[],
  { at, handedMs }: { readonly at: string; readonly handedMs: number },
): SealedStep {
  let end = chainEnd;
  const entries = events.map((event): NewEntry => {
    const { entity, chain } = end;
    const sequence = end.sequence + 1;
    const attributes = {
      id: uuidV7(),
      source: signature.source,
      entity,
      time: at,
      site: signature.site,
      actor: actorOf(event.actor, entity, signature.source),
      ...(event.commandId !== undefined && { causationid: event.commandId }),
      chain: { chain, sequence: String(sequence), ...(end.head !== undefined && { previous: end.head }) },
    };
    const definition: EventDefinition = PUMP_EVENTS[event.name];
    const stream = createEvent(definition, attributes, event.data);
    const body = serialiseEvent(stream);
    const seal = signature.sealer.seal(body);
    const head = hashToBase64Url(leafHash(entryBytes(seal, body)));
    end = { entity, chain, sequence, head };
    return {
      entity,
      eventId: attributes.id,
      subject: subjectOf(stream),
      leafHash: head,
      seal,
      body,
      handedMs,
    };
  });
  return { entries, end };
}

/** What the pump did by itself is signed by its serial, what the adapter noticed by the adapter. */
function actorOf(actor: Actor, entity: string, source: string): string {
  if (typeof actor === 'object') return actor.person;
  if (actor === 'pump') return `pump/${entity}`;
  return actor === 'adapter' ? source : actor;
}

/** Start id of a chain: new whenever the safety store for a pump begins, or the key is another. */
export function newChainId(): string {
  return uuidV7();
}

/** Id of an infusion that would begin with the next event of a chain: the same place gives the same id (UUIDv8, RFC 9562). */
export function infusionIdAt({ chain, sequence }: ChainEnd): string {
  return derivedId('infusion', chain, String(sequence + 1));
}
