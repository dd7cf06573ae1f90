export { commonVariables } from './common-variables.js';
export {
  configOrExit,
  EXIT_CONFIG,
  parseConfig,
  type ConfigExit,
  type ConfigOutcome,
  type ConfigProblem,
} from './config.js';
export { InvalidRequestError, ServiceKitError, type FieldError } from './errors.js';
export { HealthController, HealthModule } from './health.module.js';
export {
  CHECK_DEADLINE_MS,
  HealthRegistry,
  type HealthCheck,
  type HealthReport,
  type HealthResult,
  type HealthStatus,
} from './health.js';
export { PORT_FILE, readPortFile, removePortFile, writePortFile } from './port-file.js';
export { ProblemFilter, requestValidation } from './problem.filter.js';
export { fieldErrors, problemOf, type Problem, type SchemaIssue, type StatusOfCode } from './problem.js';
export { serve, type ServeSettings } from './serve.js';
export {
  STOP_DEADLINE_MS,
  stopOnSignals,
  type Closable,
  type HostProcess,
  type StopSettings,
} from './stop-on-signals.js';
