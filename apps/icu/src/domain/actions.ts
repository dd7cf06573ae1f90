import type { asena } from '@bcmed/pump-protocols';
import { GUESSES } from './guesses.js';
import { stopWith } from './physics.js';
import {
  evolve,
  type AlarmCode,
  type Origin,
  type PumpEvent,
  type PumpState,
  type Syringe,
} from './state.js';

/** What a hand does at the pump or the bed. */
export type WardAction =
  | { readonly action: 'start' | 'stop' | 'clear-volume' | 'clear-vtbi' | 'clear-alarm' }
  | { readonly action: 'set-rate'; readonly rateMlPerHour: number }
  | {
      readonly action: 'set-vtbi';
      readonly volumeMl: number;
      readonly endAction?: asena.VtbiEndAction | undefined;
    }
  | { readonly action: 'bolus'; readonly volumeMl: number; readonly rateMlPerHour?: number | undefined }
  | { readonly action: 'occlude'; readonly complianceMicrolitrePerMmHg?: number | undefined }
  | { readonly action: 'release' | 'remove-syringe' | 'run-empty' | 'mains-off' | 'mains-on' }
  | ({ readonly action: 'insert-syringe' } & { readonly [K in keyof Syringe]?: Syringe[K] | undefined })
  | { readonly action: 'set-drug-name'; readonly drugName: string };

/** What came of an action: the pump's log entries, or why it did not take it. */
export type Acted =
  | { readonly accepted: true; readonly state: PumpState; readonly events: readonly PumpEvent[] }
  | { readonly accepted: false; readonly reason: string };

const no = (reason: string): Acted => ({ accepted: false, reason });

/** Applies log entries and, for what the pump does not log, a plain change before them. */
function yes(state: PumpState, events: readonly PumpEvent[], change: Partial<PumpState> = {}): Acted {
  return { accepted: true, state: events.reduce(evolve, { ...state, ...change }), events };
}

/** Does what a hand does. A refusal changes nothing; the pump shows such a thing on its display only. */
export function act(state: PumpState, input: WardAction): Acted {
  switch (input.action) {
    case 'start':
      return start(state, 'front-panel');
    case 'stop':
      return stop(state, 'front-panel');
    case 'set-rate':
      return setRate(state, input.rateMlPerHour, 'front-panel');
    case 'set-vtbi':
      return setVtbi(
        state,
        { volumeMl: input.volumeMl, endAction: input.endAction ?? 'STOP' },
        'front-panel',
      );
    case 'clear-vtbi':
      return setVtbi(state, null, 'front-panel');
    case 'clear-volume':
      return clearVolume(state, 'front-panel');
    case 'clear-alarm':
      return clearAlarms(state);
    case 'bolus':
      return bolus(state, input.volumeMl, input.rateMlPerHour ?? GUESSES.bolusRateMlPerHour.value);
    case 'set-drug-name':
      return yes(state, [], { drugName: input.drugName });
    default:
      return happen(state, input);
  }
}

type Happening = Exclude<WardAction, { action: PanelKey }>;
type PanelKey =
  | ('start' | 'stop' | 'set-rate' | 'set-vtbi' | 'clear-vtbi' | 'clear-volume' | 'clear-alarm')
  | ('bolus' | 'set-drug-name');

function happen(state: PumpState, input: Happening): Acted {
  switch (input.action) {
    case 'occlude':
      return occlude(state, input.complianceMicrolitrePerMmHg ?? GUESSES.complianceMicrolitrePerMmHg.value);
    case 'release':
      return state.occlusion === null ? no('the line is open') : yes(state, [], { occlusion: null });
    case 'remove-syringe':
      if (state.syringe === null) return no('no syringe is held');
      return yes(state, stopWith(state, 'AL_SYRCO'), { syringe: null });
    case 'run-empty':
      if (state.syringe === null) return no('no syringe is held');
      return yes(state, [], { syringe: { ...state.syringe, contentMl: 0 } });
    case 'insert-syringe':
      return insertSyringe(state, input);
    case 'mains-off':
      if (!state.mains) return no('mains power is off already');
      return yes(state, [{ type: 'alarm-raised', code: 'AL_ACDIS', then: 'go-on' }], { mains: false });
    case 'mains-on':
      if (state.mains) return no('mains power is on already');
      return yes(state, [{ type: 'alarm-cleared', code: 'AL_ACDIS' }], { mains: true });
    default:
      return input satisfies never;
  }
}

export function start(state: PumpState, by: Origin): Acted {
  if (state.running && !state.keepVeinOpen) return no('it is infusing already');
  if (state.syringe === null) return no('no syringe is held');
  if (state.syringe.contentMl === 0) return no('the syringe is empty');
  const cleared = clearable(state, GUESSES.alarmsClearedByStart.value);
  return yes(state, [...cleared, { type: 'infusion-started', by }]);
}

export function stop(state: PumpState, by: Origin): Acted {
  if (!state.running) return no('it is on hold already');
  const bolusEvents: readonly PumpEvent[] =
    state.bolus === null ? [] : [{ type: 'bolus-given', volumeMl: state.bolus.givenMl }];
  return yes(state, [...bolusEvents, { type: 'infusion-stopped', by }]);
}

export function setRate(state: PumpState, rateMlPerHour: number, by: Origin): Acted {
  const [lowest, highest] = GUESSES.rateRangeMlPerHour.value;
  const rate = Number(rateMlPerHour.toFixed(2));
  if (!(rate >= lowest && rate <= highest)) return no(`the rate must be ${lowest} to ${highest} ml/h`);
  if (rate === state.setRateMlPerHour) return yes(state, []);
  return yes(state, [{ type: 'rate-changed', fromMlPerHour: state.setRateMlPerHour, toMlPerHour: rate, by }]);
}

export function setVtbi(
  state: PumpState,
  vtbi: { readonly volumeMl: number; readonly endAction: asena.VtbiEndAction } | null,
  by: Origin,
): Acted {
  if (vtbi === null) return yes(state, state.vtbi === null ? [] : [{ type: 'vtbi-changed', vtbi, by }]);
  const volumeMl = Number(vtbi.volumeMl.toFixed(3));
  if (!(volumeMl > 0 && volumeMl <= GUESSES.vtbiMaxMl.value)) {
    return no(`the volume to be infused must be above 0 and at most ${GUESSES.vtbiMaxMl.value} ml`);
  }
  return yes(state, [{ type: 'vtbi-changed', vtbi: { ...vtbi, volumeMl }, by }]);
}

export function clearVolume(state: PumpState, by: Origin): Acted {
  return yes(state, [{ type: 'volume-cleared', volumeMl: state.volumeInfusedMl, by }]);
}

function bolus(state: PumpState, volumeMl: number, rateMlPerHour: number): Acted {
  if (!state.running || state.keepVeinOpen) return no('a bolus needs a running infusion');
  if (state.bolus !== null) return no('a bolus is being given');
  return yes(state, [], { bolus: { rateMlPerHour, remainingMl: volumeMl, givenMl: 0 } });
}

function occlude(state: PumpState, complianceMicrolitrePerMmHg: number): Acted {
  if (state.occlusion !== null) return no('the line is closed already');
  return yes(state, [], { occlusion: { complianceMlPerMmHg: complianceMicrolitrePerMmHg / 1000 } });
}

function insertSyringe(
  state: PumpState,
  wish: { readonly [K in keyof Syringe]?: Syringe[K] | undefined },
): Acted {
  if (state.syringe !== null) return no('a syringe is held already');
  const sizeMl = wish.sizeMl ?? 50;
  const contentMl = wish.contentMl ?? sizeMl;
  if (contentMl > sizeMl) return no('a syringe cannot hold more than its size');
  const syringe = { brand: wish.brand ?? 'BD PLASTIPAK', sizeMl, contentMl };
  const gone = clearable(state, ['AL_SYRCO', 'AL_NEOIN', 'AL_EOIST']);
  return yes(state, [{ type: 'syringe-changed', syringe }, ...gone]);
}

/** Clears what may be cleared by hand: an alarm whose cause still stands stays. */
function clearAlarms(state: PumpState): Acted {
  const standing = new Set<AlarmCode>(['AL_NEOIN']);
  if (state.syringe === null) standing.add('AL_SYRCO');
  if (state.syringe?.contentMl === 0) standing.add('AL_EOIST');
  if (!state.mains) standing.add('AL_ACDIS');
  if (state.linePressureMmHg >= GUESSES.occlusionAlarmMmHg.value) standing.add('AL_OCCLU');
  if (state.keepVeinOpen) standing.add('AL_VTBIK');
  const cleared = clearable(
    state,
    state.alarms.filter((code) => !standing.has(code)),
  );
  return cleared.length === 0 ? no('there is no alarm that can be cleared') : yes(state, cleared);
}

function clearable(state: PumpState, codes: readonly AlarmCode[]): readonly PumpEvent[] {
  return state.alarms
    .filter((code) => codes.includes(code))
    .map((code) => ({ type: 'alarm-cleared', code }) as const);
}
