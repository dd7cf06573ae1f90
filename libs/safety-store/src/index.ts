export { SafetyStoreError, StoreUnreadableError, StoreUnwritableError } from './errors.js';
export { SafetyDatabase, type Row, type Schema } from './safety-database.js';
