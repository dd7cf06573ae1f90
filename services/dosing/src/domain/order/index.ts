/** One infusion from its order to its end: a pure decider. */
export type {
  Assess,
  Authorise,
  BedsideRecord,
  Close,
  DosingCommand,
  Facts,
  OverrideLimits,
  PlaceOrder,
  ProtocolResult,
  Stop,
  VitalsSample,
  Withdraw,
} from './commands.js';
export { checkOrder, readOrder, unreadable } from './checks.js';
export { decide } from './decide.js';
export type {
  Allowance,
  AssessedResponse,
  Delivery,
  DosingEvent,
  InfusionEvent,
  PumpOrderEvent,
  RefusalReason,
  SoftLimit,
} from './events.js';
export { instantMs } from './instant.js';
export {
  authorisationFor,
  evolve,
  initialState,
  phaseOf,
  type Infusion,
  type PendingOrder,
  type Phase,
} from './state.js';
export { judgeVitals, usedVitals, type VitalsDemand } from './vitals.js';
