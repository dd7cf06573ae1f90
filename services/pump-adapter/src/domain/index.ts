/** What happened at one pump: a pure decider over readings. */
export { SETTLES_MS, type AwaitedCommand, type CommandReport, type Expected } from './command.js';
export { decide, step, type Step } from './decide.js';
export {
  PUMP_EVENTS,
  happened,
  type Actor,
  type PumpEvent,
  type PumpEventName,
  type Syringe,
  type Vtbi,
} from './events.js';
export {
  beginBolus,
  nextOfBolus,
  notBegun,
  type BeforeBolus,
  type BolusFrame,
  type BolusRun,
  type BolusSeen,
  type BolusStep,
  type OrderedBolus,
} from './bolus-order.js';
export { notAtBedside, type Bedside, type PlacedOrder } from './bedside.js';
export { LONGEST_LIFE_MS, misdirected, notFresh, readOrder, type ReadOrder, type Refusal } from './order.js';
export { evolve } from './evolve.js';
export {
  actOn,
  followed,
  isOverdue,
  notTaken,
  type Steering,
  type SteeringEnd,
  type SteeringStep,
  type Wanted,
} from './steering.js';
export {
  DEFAULT_RULES,
  type Acting,
  type Commanded,
  type Identity,
  type Input,
  type Moment,
  type PumpStatus,
  type Reading,
  type Rules,
  type ShownAlarm,
  type Silence,
  type Steered,
} from './input.js';
export { initialState, resume, type Belief, type PumpState, type Watch } from './state.js';
