export { enrolmentOf, type Enrolment, type OwnKey } from './enrolment.js';
export {
  NotPermittedError,
  PassMissingError,
  PassRefusedError,
  TRUST_STATUS_OF_CODE,
  TrustBehindError,
  TrustError,
  type Denial,
} from './errors.js';
export { EndedSessions } from './pass/ended-sessions.js';
export {
  MAX_PASS_CHARACTERS,
  PASS_LIFE_SECONDS,
  PASS_TYPE,
  passPayload,
  signPass,
  type PassPayload,
} from './pass/pass.js';
export {
  CLOCK_SKEW_SECONDS,
  PassVerifier,
  trustedKeyOf,
  type PassCheck,
  type PassFault,
  type PassPerson,
  type PassTrust,
  type TrustedKey,
} from './pass/pass-verifier.js';
export {
  ByPerson,
  PersonGuard,
  REFUSED_PASSES,
  demandPermission,
  personOf,
  type RefusedPasses,
} from './pass/person.guard.js';
export { RefusalLimit } from './door/refusal-limit.js';
export { Tally, type Tallied } from './door/tally.js';
export { loadServiceIdentity, type IdentitySettings, type ServiceIdentity } from './service-identity.js';
export { SiteTrust, TRUST_SUBJECTS, type ReadBeside, type SiteTrustSettings } from './site-trust.js';
