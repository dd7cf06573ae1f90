import { AppendConflictError, sealOf, type EventLog } from '@bcmed/event-log';
import {
  AssociationEnded,
  AssociationMade,
  createEvent,
  derivedId,
  serialiseEvent,
  subjectOf,
  type StreamEvent,
} from '@bcmed/events';
import type { Association } from './association-book.js';
import type { FeedSignature } from './vitals-feed.js';

/**
 * Appends that an association was made or ended, once: it first looks what the log has about it, so it may be called as often as
 * one likes, also by a gateway that was killed and does not know. Throws what reading and appending throw.
 */
export async function tellAssociation(
  log: EventLog,
  signature: Omit<FeedSignature, 'chain'>,
  { association, what }: { readonly association: Association; readonly what: 'made' | 'ended' },
): Promise<void> {
  const event = what === 'made' ? made(association, signature) : ended(association, signature);
  const subject = subjectOf(event);
  const { messages, expected } = await log.readEntity(
    `bcmed.${signature.site}.association.${association.id}.>`,
  );
  if (messages.some((message) => message.subject === subject && sealOf(message) !== '')) return;
  const body = serialiseEvent(event);
  try {
    await log.append({ subject, id: event.id, seal: signature.sealer.seal(body), body }, expected);
  } catch (error) {
    // Somebody wrote about it meanwhile: the next look decides.
    if (!(error instanceof AppendConflictError)) throw error;
    return tellAssociation(log, signature, { association, what });
  }
}

function attributes(association: Association, purpose: string, time: string, site: string, source: string) {
  const id = derivedId('association', association.id, purpose);
  return { id, source, entity: association.id, time, site, actor: source };
}

function made(
  association: Association,
  { site, source }: Omit<FeedSignature, 'chain' | 'sealer'>,
): StreamEvent {
  const { patient, bed, unit, pumpSerial, validFrom } = association;
  const { drug, concentration, lot, expiry } = association.syringe;
  const syringe = {
    drug,
    concentration,
    ...(lot !== undefined && { lot }),
    ...(expiry !== undefined && { expiry }),
  };
  return createEvent(AssociationMade, attributes(association, 'made', validFrom, site, source), {
    patient,
    bed,
    unit,
    pumpSerial,
    syringe,
    recordedBy: source,
    validFrom,
  });
}

function ended(
  association: Association,
  { site, source }: Omit<FeedSignature, 'chain' | 'sealer'>,
): StreamEvent {
  const end = association.ended;
  if (end === undefined) throw new TypeError(`association ${association.id} goes on`);
  const { cause, validUntil } = end;
  return createEvent(AssociationEnded, attributes(association, 'ended', validUntil, site, source), {
    cause,
    recordedBy: source,
    validUntil,
  });
}
