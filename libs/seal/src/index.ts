export { EntryTooLargeError, KeyFileError, SealError } from './errors.js';
export {
  generatePrivateKey,
  importPublicKey,
  isKeyId,
  keyIdOf,
  keyToken,
  loadOrCreatePrivateKey,
  publicJwkOf,
  type KeyId,
  type PublicJwk,
} from './keys.js';
export {
  MAX_ENTRY_BYTES,
  SEAL_TYPE,
  SignaturesAhead,
  checkSeal,
  createSealer,
  entryBytes,
  splitEntry,
  type KeyLookup,
  type SealCheck,
  type SealFault,
  type Sealer,
} from './seal.js';
