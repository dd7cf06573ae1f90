import { asena } from '@bcmed/pump-protocols';
import { GUESSES } from './guesses.js';
import { draw } from './random.js';
import { driveMlPerHour, evolve, type AlarmCode, type PumpEvent, type PumpState } from './state.js';

/** The grid of virtual time on which the pump lives; between two of its points nothing changes by itself. */
export const TICK_MS = 100;

/** State after one tick, what went into the patient, and what the pump wrote into its log meanwhile. */
export interface Ticked {
  readonly state: PumpState;
  readonly deliveredMl: number;
  readonly events: readonly PumpEvent[];
}

/** Lets one tick pass: drives the plunger, moves the pressure, and raises what is due. */
export function tick(before: PumpState): Ticked {
  const movedMl = plungerMl(before);
  const deliveredMl = arrivingMl(before, movedMl);
  let state = drivePlunger(before, movedMl);
  state = { ...state, ...lineAfter(before, movedMl), deliveredMl: before.deliveredMl + deliveredMl };
  state = senseNoise(movePressure(state, driveMlPerHour(before)));
  state = { ...state, elapsedMs: state.elapsedMs + TICK_MS, silentMs: state.silentMs + TICK_MS };
  if (
    state.silentMs >= GUESSES.remoteControlLapsesMs.value &&
    (state.remoteControl || state.remoteConfiguration)
  ) {
    state = { ...state, remoteControl: false, remoteConfiguration: false };
  }
  const events: PumpEvent[] = [];
  for (const rule of RULES) {
    for (const event of rule(state)) {
      state = evolve(state, event);
      events.push(event);
    }
  }
  return { state, deliveredMl, events };
}

/** What leaves the syringe within this tick. */
function plungerMl(state: PumpState): number {
  const wanted = (driveMlPerHour(state) * TICK_MS) / 3_600_000;
  if (wanted === 0 || state.syringe === null) return 0;
  const limits = [state.syringe.contentMl, state.vtbi?.remainingMl, state.bolus?.remainingMl];
  return Math.min(wanted, ...limits.filter((limit) => limit !== undefined));
}

/** The share of what an opened line held back that comes out within one tick, as its pressure falls. */
const RELAXED_SHARE = 1 - Math.exp(-TICK_MS / GUESSES.lineRelaxationMs.value);

/** What goes into the patient: nothing through a closed line, and what it held back once it is open. */
function arrivingMl({ occlusion, heldBackMl }: PumpState, movedMl: number): number {
  return occlusion === null ? movedMl + heldBackMl * RELAXED_SHARE : 0;
}

/** A line that is closed but has no syringe at its other end loses what it held back there, to nobody. */
function lineAfter(
  { occlusion, syringe, heldBackMl }: PumpState,
  movedMl: number,
): Pick<PumpState, 'heldBackMl'> {
  if (occlusion !== null && syringe !== null) return { heldBackMl: heldBackMl + movedMl };
  return { heldBackMl: nothingBelow(heldBackMl * (1 - RELAXED_SHARE)) };
}

function drivePlunger(state: PumpState, moved: number): PumpState {
  if (moved === 0 || state.syringe === null) return state;
  return {
    ...state,
    syringe: { ...state.syringe, contentMl: nothingBelow(state.syringe.contentMl - moved) },
    volumeInfusedMl: state.volumeInfusedMl + moved,
    vtbi: state.vtbi && { ...state.vtbi, remainingMl: nothingBelow(state.vtbi.remainingMl - moved) },
    bolus: state.bolus && {
      ...state.bolus,
      remainingMl: nothingBelow(state.bolus.remainingMl - moved),
      givenMl: state.bolus.givenMl + moved,
    },
  };
}

/** What is left of a sum of a million small steps is nothing when it is less than a picolitre. */
function nothingBelow(volumeMl: number): number {
  return volumeMl < 1e-9 ? 0 : volumeMl;
}

/**
 * A closed line is a spring, `C dP/dt = Q`; an open one relaxes to its resting pressure plus what the flow needs.
 */
function movePressure(state: PumpState, flowMlPerHour: number): PumpState {
  if (state.occlusion !== null && state.syringe !== null) {
    const gained = (flowMlPerHour * TICK_MS) / 3_600_000 / state.occlusion.complianceMlPerMmHg;
    return { ...state, linePressureMmHg: state.linePressureMmHg + gained };
  }
  const target =
    GUESSES.restingPressureMmHg.value + flowMlPerHour * GUESSES.lineResistanceMmHgPerMlPerHour.value;
  const left = Math.exp(-TICK_MS / GUESSES.lineRelaxationMs.value);
  return { ...state, linePressureMmHg: target + (state.linePressureMmHg - target) * left };
}

function senseNoise(state: PumpState): PumpState {
  const { value, next } = draw(state.noise);
  const noiseMmHg = (value * 2 - 1) * GUESSES.pressureNoiseMmHg.value;
  return { ...state, noise: next, shownPressureMmHg: state.linePressureMmHg + noiseMmHg };
}

/** What a pump notices about itself, in the order in which it notices; a rule sees the effect of those before it. */
const RULES: readonly ((state: PumpState) => readonly PumpEvent[])[] = [
  bolusDone,
  occluded,
  volumeIsIn,
  syringeEmpty,
  nearEnd,
  communicationLost,
];

function bolusDone({ bolus }: PumpState): readonly PumpEvent[] {
  return bolus?.remainingMl === 0 ? [{ type: 'bolus-given', volumeMl: bolus.givenMl }] : [];
}

function occluded(state: PumpState): readonly PumpEvent[] {
  if (driveMlPerHour(state) === 0 || state.linePressureMmHg < GUESSES.occlusionAlarmMmHg.value) return [];
  return stopWith(state, 'AL_OCCLU');
}

function volumeIsIn(state: PumpState): readonly PumpEvent[] {
  if (!state.running || state.vtbi?.remainingMl !== 0) return [];
  if (state.vtbi.endAction === 'STOP') return stopWith(state, 'AL_VTBIS');
  return [{ type: 'alarm-raised', code: 'AL_VTBIK', then: 'keep-vein-open' }];
}

function syringeEmpty(state: PumpState): readonly PumpEvent[] {
  if (!state.running || state.syringe?.contentMl !== 0) return [];
  const stopped = stopWith(state, 'AL_EOIST');
  return state.alarms.includes('AL_NEOIN')
    ? [...stopped, { type: 'alarm-cleared', code: 'AL_NEOIN' }]
    : stopped;
}

function nearEnd(state: PumpState): readonly PumpEvent[] {
  if (!state.running || state.syringe === null || state.alarms.includes('AL_NEOIN')) return [];
  const remainingSeconds = (state.syringe.contentMl / state.setRateMlPerHour) * 3600;
  if (remainingSeconds >= GUESSES.nearEndSeconds.value) return [];
  return [{ type: 'alarm-raised', code: 'AL_NEOIN', then: 'go-on' }];
}

function communicationLost(state: PumpState): readonly PumpEvent[] {
  if (!state.running || state.startedBy !== 'serial' || state.silentMs < asena.WATCHDOG_MS) return [];
  return stopWith(state, 'AL_COMTO');
}

/** The entries of an alarm that ends the infusion; a bolus under way ends first, with what it had given. */
export function stopWith(state: PumpState, code: AlarmCode): readonly PumpEvent[] {
  const bolus: readonly PumpEvent[] =
    state.bolus === null ? [] : [{ type: 'bolus-given', volumeMl: state.bolus.givenMl }];
  return [...bolus, { type: 'alarm-raised', code, then: 'stop' }];
}
