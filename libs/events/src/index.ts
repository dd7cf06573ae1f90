export { alarmThresholdText, type AlarmThresholdText } from './alarm-threshold-text.js';
export { asyncApiDocument } from './asyncapi.js';
export {
  REJECTION_REASONS,
  blockHeader,
  leafException,
  type LeafException,
  type RejectionReason,
  type WireBlockHeader,
} from './block.js';
export * from './catalogue/access.js';
export * from './catalogue/alarm.js';
export * from './catalogue/alarm-access.js';
export * from './catalogue/alarm-learning.js';
export * from './catalogue/approvals.js';
export * from './catalogue/association.js';
export * from './catalogue/audit.js';
export * from './catalogue/audit-access.js';
export * from './catalogue/command.js';
export * from './catalogue/dosing.js';
export * from './catalogue/dosing-access.js';
export { CATALOGUE, DEFINITION_BY_TYPE } from './catalogue/index.js';
export * from './catalogue/ledger.js';
export * from './catalogue/people.js';
export * from './catalogue/pump.js';
export * from './catalogue/target.js';
export * from './catalogue/vitals.js';
export { libraryReleaseText, type LibraryReleaseText } from './library-release-text.js';
export type { EventDefinition, StreamName } from './define.js';
export { derivedId } from './derived-id.js';
export type { Envelope, StreamEvent } from './envelope.js';
export { EventInvalidError, type FieldProblem } from './errors.js';
export {
  createEvent,
  isEvent,
  parseEvent,
  serialiseEvent,
  toToken,
  type EventAttributes,
  type ParsedEvent,
} from './event.js';
export {
  isDosedOrder,
  pumpAction,
  pumpOrderText,
  type DosedOrder,
  type PumpAction,
  type PumpOrder,
} from './pump-order.js';
export { REPAIRABLE_REFUSALS } from './repairable.js';
export { subjectOf } from './subjects.js';
export { TOKEN, type PersonSignature, type Role, type SignedText } from './terms.js';
