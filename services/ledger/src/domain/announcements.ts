import type { Admission } from '@bcmed/admission';
import {
  ChainReanchored,
  EventRejected,
  SenderGapClosed,
  SenderGapFound,
  createEvent,
  derivedId,
  subjectOf,
  type StreamEvent,
} from '@bcmed/events';

/** What the announcements of one ledger have in common. */
export interface Announcer {
  readonly site: string;
  /** `ledger/<instance>`. */
  readonly source: string;
}

/**
 * The events that a decided position causes. Their ids follow from their cause, so deciding the same position again
 * announces nothing new. `time` is when the position was decided.
 *
 * No loops: a refused announcement of a rejection is not announced, and neither is a duplicate, which is what resending looks like.
 */
export function announcementsOf(
  admission: Admission,
  subject: string,
  announcer: Announcer,
  time: string,
): StreamEvent[] {
  const position = admission.position.toString();
  const attributes = (purpose: string, entity: string) => ({
    id: derivedId(announcer.site, position, purpose),
    source: announcer.source,
    entity,
    time,
    site: announcer.site,
    actor: announcer.source,
  });
  if (admission.outcome === 'rejected') {
    const { reason, detail } = admission;
    if (reason === 'duplicate-event' || isRejectionSubject(subject, announcer.site)) return [];
    const data = { position, reason, subject: subject.slice(0, 512), detail: detail.slice(0, 512) };
    return [createEvent(EventRejected, attributes('event-rejected', position), data)];
  }
  return admission.gaps.map(({ kind, keyId, entity, chain, firstMissing, lastMissing }) => {
    const definition = kind === 'found' ? SenderGapFound : SenderGapClosed;
    const gap = {
      keyId,
      pump: entity,
      chain,
      firstMissing: firstMissing.toString(),
      lastMissing: lastMissing.toString(),
      position,
    };
    return createEvent(definition, attributes(`${definition.name}-${gap.firstMissing}`, entity), gap);
  });
}

function isRejectionSubject(subject: string, site: string): boolean {
  const pattern = subjectOf({ type: EventRejected.type, site, subject: '*' }).split('*');
  return subject.startsWith(pattern[0] ?? '') && subject.endsWith(pattern[1] ?? '');
}

/** Blocks that had been confirmed before and had to be anchored once more. */
export interface Reanchored {
  readonly reason: 'chain-behind' | 'contract-missing';
  readonly contract: string;
  readonly predecessor?: string;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
}

/** The record that the chain lost anchors and has them again; one for each contract and block that it begins with. */
export function reanchoredEvent(
  what: Reanchored,
  chainId: bigint,
  announcer: Announcer,
  time: string,
): StreamEvent {
  const { reason, contract, predecessor, firstBlock, lastBlock } = what;
  const { site, source } = announcer;
  return createEvent(
    ChainReanchored,
    {
      id: derivedId(site, 'chain-reanchored', contract, firstBlock.toString(), lastBlock.toString(), time),
      source,
      entity: site,
      time,
      site,
      actor: source,
    },
    {
      chainId: chainId.toString(),
      contract,
      ...(predecessor === undefined ? {} : { predecessor }),
      reason,
      firstBlock: firstBlock.toString(),
      lastBlock: lastBlock.toString(),
    },
  );
}
