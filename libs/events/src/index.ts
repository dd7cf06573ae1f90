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
export * from './catalogue/audit.js';
export { CATALOGUE, DEFINITION_BY_TYPE } from './catalogue/index.js';
export * from './catalogue/ledger.js';
export * from './catalogue/pump.js';
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
export { subjectOf } from './subjects.js';
export { TOKEN } from './terms.js';
