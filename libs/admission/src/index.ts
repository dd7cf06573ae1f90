export { admit } from './admit.js';
export { rejectionLeaf } from './rejection.js';
export { applyAdmission, initialAdmission, recordsOf, restoreAdmission } from './state.js';
export {
  RULE_SET,
  type Admission,
  type AdmissionRecord,
  type AdmissionState,
  type Admitted,
  type Credential,
  type EmptyPosition,
  type Epoch,
  type GapNotice,
  type PriorEvents,
  type Rejected,
  type StreamEntry,
  type StreamSlot,
} from './types.js';
