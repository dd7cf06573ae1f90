export * from './generated/access-registry.js';
export * from './generated/block-anchor.js';
export * from './generated/drug-protocol.js';
export * from './generated/library-register.js';
