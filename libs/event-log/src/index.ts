export type { Appended, Expectation } from './append.js';
export { brokerAuthorisation } from './broker/authorisation.js';
export {
  BUS_IDENTITIES,
  SET_UP_IDENTITY,
  permissionsOf,
  type BusConsumer,
  type BusIdentity,
  type BusPermissions,
} from './broker/identities.js';
export { setUpConsumers } from './broker/set-up-consumers.js';
export { busCredentials, loadOrCreateSeed, type BusCredentials } from './broker/seed-file.js';
export {
  CONNECT_DEFAULTS,
  connectNats,
  ConnectionWatch,
  watchConnection,
  type ConnectSettings,
} from './connection.js';
export * from './errors.js';
export { EventLog, type EventLogSettings, type OrderedAppend, type StoredEntity } from './event-log.js';
export {
  HEADER,
  idOf,
  sealOf,
  type LogEntry,
  type LogMessage,
  type MessageHeaders,
  type MissingMessage,
  type SealedEvent,
} from './messages.js';
export {
  checkStreams,
  requireStreams,
  setUpStreams,
  STREAM,
  STREAM_DEFAULTS,
  subjects,
  type StreamDifference,
  type StreamName,
  type StreamReport,
  type StreamSettings,
} from './streams.js';
export { DRAIN_MS, JetStreamServer, type JetStreamServerSettings } from './strategy/jetstream-server.js';
export { FAILED } from './strategy/parking.js';
export {
  BATCH_DEFAULTS,
  EVENT_DEFAULTS,
  JETSTREAM,
  OnBatch,
  OnEvent,
  RethrowFilter,
  type BatchOptions,
  type Delivery,
  type EventOptions,
  type Pauses,
} from './strategy/subscription.js';
export { runDecision, type Decided, type Decider, type DecisionSettings } from './decide.js';
export { EventLogModule, NATS_CONNECTION, type EventLogModuleSettings } from './event-log.module.js';
