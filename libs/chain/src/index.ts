export { AnchorClient, type AnchorRules, type ChainReceipt } from './anchor-client.js';
export type { AnchorHead, AnchorLink, SignedBlock } from './block-anchor-abi.js';
export * from './block-header.js';
export { ChainClient, type ConnectOptions, type Deployed, type Deployment } from './chain-client.js';
export * from './errors.js';
export { loadOrCreateKey } from './key-file.js';
export * from './reconcile.js';
export * from './signatures.js';
export * from './wire.js';
