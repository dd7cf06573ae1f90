export * from './errors.js';
export { migrate, type Migrated, type MigrateSettings } from './migrate.js';
export {
  CATCH_UP_BATCH,
  PROJECTION_DEFAULTS,
  PROJECTION_TABLE_SQL,
  applyBatch,
  catchUp,
  projectBatch,
  readPosition,
  rebuild,
  type Batch,
  type CatchUpSource,
  type Projected,
  type Projection,
  type ProjectionSettings,
  type RawSql,
  type Transactor,
} from './projection.js';
