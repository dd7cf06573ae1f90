export {
  checkAnchoredBlock,
  type AnchoredBlock,
  type BlockBefore,
  type BlockCheck,
  type BlockFault,
  type CheckedBlock,
} from './block-check.js';
