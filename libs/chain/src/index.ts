export * from './block-header.js';
export * from './errors.js';
export * from './signatures.js';
