export {
  answerApproval,
  approvalDecider,
  type ApprovalAnswer,
  type ApprovalCommand,
  type ApprovalRefusal,
} from './approvals/decide.js';
export { APPROVAL_ACTION, checkGrant, standingPeople, type GrantCheck } from './approvals/gate.js';
export {
  evolveApproval,
  initialApproval,
  signedTextOf,
  type ApprovalEvent,
  type ApprovalRequest,
  type ApprovalState,
  type Grant,
} from './approvals/state.js';
export { authorise } from './decisions/authorise.js';
export { POLICY_SET, POLICY_VERSION, type LoadedPolicy, type PolicySet } from './decisions/policy-set.js';
export {
  ACTIONS,
  type Action,
  type Circumstances,
  type Decision,
  type DenialReason,
  type PolicyRequest,
  type Resource,
} from './decisions/request.js';
export { ROLES, permissionMatrix, rolesThatMay } from './decisions/words.js';
export { PolicyError, PolicyUnusableError, TextUnsignableError } from './errors.js';
export { ALL_UNITS, EMERGENCY_ACCESS_MINUTES, evolvePeople } from './people/evolve.js';
export {
  authenticatorFault,
  emergencyPatients,
  identityOf,
  rolesAnywhere,
  rolesOn,
  type AuthenticatorFault,
  type Identity,
} from './people/queries.js';
export {
  entryOf,
  initialPeople,
  restorePeople,
  type Authenticator,
  type EmergencyAccess,
  type PeopleSettings,
  type PeopleState,
  type Person,
  type RoleGrant,
} from './people/state.js';
export {
  checkSignedText,
  type SignatureFault,
  type SignatureOutcome,
  type SignedTextCheck,
} from './signatures/check.js';
export type { AssertionFault } from './signatures/passkey.js';
export { KEY_SIGNATURE_DOMAIN, signTextWithKey, textHashOf } from './signatures/text.js';
