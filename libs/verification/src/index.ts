export {
  checkAnchoredBlock,
  type AnchoredBlock,
  type BlockBefore,
  type BlockCheck,
  type BlockFault,
  type CheckedBlock,
} from './block-check.js';
export { confirmationSealFault, readConfirmation, type Confirmation } from './confirmation.js';
export * from './errors.js';
export { EventIndex } from './event-index.js';
export type { JudgedPosition } from './judge.js';
export { chainSource, type ChainSourceSettings } from './chain-source.js';
export { EXPORT_FORMAT, type SiteFile } from './export-format.js';
export { openExport, type OpenedExport } from './export-source.js';
export { writeExport, type ExportOptions } from './export-writer.js';
export { blocksSource, slotOf, streamSource } from './nats-source.js';
export { verifyExport, type ExportPins } from './verify-export.js';
export { memorySources, type MemoryLog } from './memory-sources.js';
export type { BlockSource, ChainContract, ChainSource, LogSource, Place } from './ports.js';
export {
  describeDifference,
  reportToJson,
  type ChainReport,
  type Difference,
  type DifferenceKind,
  type VerificationReport,
} from './report.js';
export {
  verifyLog,
  verifyTail,
  type VerifyInputs,
  type VerifyOptions,
  type VerifyProgress,
} from './verify-log.js';
export type { ObservedPositions, Observer } from './walk.js';
