export { LatencyWindow, type Quantiles } from './live/latency.js';
export { SiteWatch, type SiteSnapshot } from './live/site-watch.js';
export { programOf } from './stack/paths.js';
export type { Progress } from './stack/progress.js';
export { Stack, type StackOptions, type StackServices } from './stack/stack.js';
export { SiteVerifier } from './verify/site-verifier.js';
