export { enrolmentOf, type Enrolment, type OwnKey } from './enrolment.js';
export { loadServiceIdentity, type IdentitySettings, type ServiceIdentity } from './service-identity.js';
export { SiteTrust, TRUST_SUBJECTS, type SiteTrustSettings } from './site-trust.js';
