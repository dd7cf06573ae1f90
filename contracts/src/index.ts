export * from './generated/block-anchor.js';
