/** What happened at one pump: a pure decider over readings. */
export { decide, step, type Step } from './decide.js';
export {
  PUMP_EVENTS,
  type Actor,
  type PumpEvent,
  type PumpEventName,
  type Syringe,
  type Vtbi,
} from './events.js';
export { evolve } from './evolve.js';
export {
  DEFAULT_RULES,
  type Identity,
  type Input,
  type Moment,
  type PumpStatus,
  type Reading,
  type Rules,
  type ShownAlarm,
  type Silence,
} from './input.js';
export { initialState, resume, type Belief, type PumpState, type Watch } from './state.js';
