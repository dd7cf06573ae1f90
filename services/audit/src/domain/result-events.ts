import {
  DifferenceFound,
  VerificationCompleted,
  createEvent,
  derivedId,
  type StreamEvent,
} from '@bcmed/events';
import type { VerificationReport } from '@bcmed/verification';

/** What the events of one verification have in common. */
export interface ResultContext {
  readonly site: string;
  /** `audit/<instance>`. */
  readonly source: string;
  readonly verificationId: string;
  /** When the verification was finished. */
  readonly time: string;
}

/** The part of a report that goes on the stream; also what is read back from the table. */
export type RecordedReport = Pick<
  VerificationReport,
  'verified' | 'firstPosition' | 'lastPosition' | 'blocks' | 'rejected' | 'differences' | 'differencesOmitted'
>;

/**
 * What a verification says on the stream: every difference that was kept, then the result. The ids follow from the
 * verification, so that recording it again after a crash adds nothing.
 */
export function resultEvents(report: RecordedReport, context: ResultContext): StreamEvent[] {
  const { site, source, verificationId: entity, time } = context;
  const attributes = (purpose: string) => ({
    id: derivedId(site, 'verification', entity, purpose),
    source,
    entity,
    time,
    site,
    actor: source,
    correlationid: entity,
  });
  const differences = report.differences.map((difference, index) => {
    const { where, kind, position, block, detail } = difference;
    return createEvent(DifferenceFound, attributes(`difference ${index}`), {
      where: where === 'export' ? 'stream' : where,
      kind,
      ...(position === undefined ? {} : { position: position.toString() }),
      ...(block === undefined ? {} : { block: block.toString() }),
      detail: detail.slice(0, 1_024),
    });
  });
  const completed = createEvent(VerificationCompleted, attributes('completed'), {
    firstPosition: report.firstPosition.toString(),
    lastPosition: report.lastPosition.toString(),
    blocks: Number(report.blocks),
    rejected: Object.values(report.rejected).reduce((sum, count) => sum + count, 0),
    differences: report.differences.length + report.differencesOmitted,
    verified: report.verified,
  });
  return [...differences, completed];
}
