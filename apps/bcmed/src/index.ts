export { SiteWatch, type SiteSnapshot } from './live/site-watch.js';
export { programOf } from './stack/paths.js';
export { terminalProgress, type Progress } from './stack/progress.js';
export type { EnrolmentRequest } from './site/enrolment-request.js';
export { Stack, type ServiceName, type StackOptions, type WardOptions } from './stack/stack.js';
export { SiteVerifier } from './verify/site-verifier.js';
export { Cast } from './shift/cast.js';
export { Prescriber } from './shift/prescriber.js';
export { Witness } from './shift/witness.js';
