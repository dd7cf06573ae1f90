export * from './errors.js';
export { anvilBinary, natsServerBinary, postgresBinaries, type PostgresBinaries } from './binaries.js';
export { Child, type ChildOptions, type ExitReport } from './child.js';
export { Janitor, type WatchedProcess } from './janitor.js';
export { assertPortFree, freePort, isPortFree, PortBook, whoListens } from './ports.js';
export {
  checkSyncAlways,
  readNatsDurability,
  startNats,
  type NatsDurability,
  type NatsOptions,
  type NatsServer,
} from './nats.js';
export { hasPostgresCluster, startPostgres, type PostgresOptions, type PostgresServer } from './postgres.js';
export {
  ANVIL_ARGUMENTS,
  EMBEDDED_CHAIN_ID,
  startAnvil,
  type AnvilNode,
  type AnvilOptions,
} from './anvil.js';
export { identityOf, isAlive, signalProcess, type ProcessIdentity } from './process-identity.js';
export { startNodeService, type NodeService, type NodeServiceOptions } from './node-service.js';
export { lockDataDir, type DataDirHolder, type DataDirLock } from './data-dir-lock.js';
export {
  Supervisor,
  type RestartPolicy,
  type Supervisable,
  type Supervised,
  type SupervisedSpec,
  type SupervisedState,
  type SupervisedStatus,
} from './supervisor.js';
