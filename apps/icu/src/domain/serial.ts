import { asena } from '@bcmed/pump-protocols';
import { clearVolume, setRate, setVtbi, start, stop, type Acted } from './actions.js';
import { GUESSES } from './guesses.js';
import { foremostAlarm, rateMlPerHour, type PumpEvent, type PumpState } from './state.js';

/** What the pump makes of one request: its new state, its log entries and its answer. No reply is silence. */
export interface Answered {
  readonly state: PumpState;
  readonly events: readonly PumpEvent[];
  readonly reply: asena.AsenaFrame | null;
}

type Responder = (state: PumpState, fields: readonly string[]) => Answered;

const DECIMAL = /^\d{1,5}(\.\d{1,6})?$/;
const PROTOCOL = 'Asena Rev 2.1.5';
const RESPONSE_MAX_MS = '4000';

/**
 * Answers a request whose CRC was right, as the real pump did where that is recorded, and as `GUESSES` says where it is
 * not. Any such frame is contact for the watchdog. A refusal changes nothing else and is silence.
 */
export function answer(before: PumpState, { command, fields }: asena.AsenaFrame): Answered {
  const state = { ...before, silentMs: 0 };
  const responder = RESPONDERS.get(command);
  return responder === undefined ? silence(state) : responder(state, fields);
}

const silence = (state: PumpState): Answered => ({ state, events: [], reply: null });

const says = (state: PumpState, command: string, ...fields: string[]): Answered => ({
  state,
  events: [],
  reply: { command, fields },
});

/** A question without fields; with fields it is something that we do not know. */
function question(command: string, tell: (state: PumpState) => readonly string[]): [string, Responder] {
  return [
    command,
    (state, fields) => (fields.length > 0 ? silence(state) : says(state, command, ...tell(state))),
  ];
}

/** A command that acts, if remote control was enabled; its answer tells what the pump took. */
function order(
  command: (typeof GUESSES.commandsThatNeedRemoteControl.value)[number],
  does: (state: PumpState, fields: readonly string[]) => Acted | null,
  tell: (state: PumpState) => readonly string[],
): [string, Responder] {
  return [
    command,
    (state, fields) => {
      const acted = state.remoteControl ? does(state, fields) : null;
      if (!acted?.accepted) return silence(state);
      return { state: acted.state, events: acted.events, reply: { command, fields: tell(acted.state) } };
    },
  ];
}

/** A command word that asks without fields and acts with fields. */
function both([command, ask]: [string, Responder], [, does]: [string, Responder]): [string, Responder] {
  return [command, (state, fields) => (fields.length === 0 ? ask(state, fields) : does(state, fields))];
}

const rateFields = (state: PumpState): readonly string[] => [state.setRateMlPerHour.toFixed(2), 'ml/h'];
const bolusFields = (state: PumpState): readonly string[] => [state.bolusEnabled ? 'ENABLED' : 'DISABLED'];

const RESPONDERS: ReadonlyMap<string, Responder> = new Map<string, Responder>([
  question('INST_SERIALNO', (state) => [state.serial]),
  question('COMMS_PROTOCOL', () => [PROTOCOL]),
  question('COMMS_RESPONSE_MAX', () => [RESPONSE_MAX_MS, 'ms']),
  permission('REMOTE_CTRL', 'remoteControl'),
  permission('REMOTE_CFG', 'remoteConfiguration'),
  question('SYRINGE_STATUS', syringeFields),
  question('INF_RATE_MAX_SYRINGE', () => [GUESSES.rateRangeMlPerHour.value[1].toFixed(2), 'ml/h']),
  both(question('INF_RATE', rateFields), order('INF_RATE', takeRate, rateFields)),
  order('INF_START', takeStart, () => []),
  order('INF_STOP', takeStop, () => []),
  question('INF_VI', (state) => [state.volumeInfusedMl.toFixed(GUESSES.volumeInfusedForm.value), 'ml']),
  order(
    'INF_VI_CLEAR',
    (state, fields) => (fields.length > 0 ? null : clearVolume(state, 'serial')),
    () => [],
  ),
  both(question('INF_VTBI', vtbiFields), order('INF_VTBI', takeVtbi, vtbiFields)),
  both(question('INF_BOLUS', bolusFields), order('INF_BOLUS', takeBolus, bolusFields)),
  [
    'REMQUERY',
    (state, [word]) => (word === 'DEACT' ? says(state, 'REMQUERY', word, '', '', '', '') : silence(state)),
  ],
  question('ALARM', alarmFields),
  question('INF', statusFields),
]);

function permission(command: string, key: 'remoteControl' | 'remoteConfiguration'): [string, Responder] {
  return [
    command,
    (state, [word, code]) => {
      const right = word === 'DISABLED' || (word === 'ENABLED' && code === asena.securityCode(state.serial));
      if (!right) return silence(state);
      return says({ ...state, [key]: word === 'ENABLED' }, command, word, '****', 'PERMIT', '0', 'ms');
    },
  ];
}

function takeRate(state: PumpState, [rate = '', unit]: readonly string[]): Acted | null {
  return unit === 'ml/h' && DECIMAL.test(rate) ? setRate(state, Number(rate), 'serial') : null;
}

function takeStart(state: PumpState, fields: readonly string[]): Acted | null {
  if (fields.length > 0) return null;
  return state.running && !state.keepVeinOpen
    ? { accepted: true, state, events: [] }
    : start(state, 'serial');
}

function takeStop(state: PumpState, fields: readonly string[]): Acted | null {
  if (fields.length > 0) return null;
  return state.running ? stop(state, 'serial') : { accepted: true, state, events: [] };
}

function takeVtbi(state: PumpState, fields: readonly string[]): Acted | null {
  const [word, volume = '', unit, end] = fields;
  if (word === 'DEACT' && fields.length === 1) return setVtbi(state, null, 'serial');
  if (word !== 'ACTIV' || unit !== 'ml' || !DECIMAL.test(volume)) return null;
  const endAction = GUESSES.vtbiEndActions.value.find((known) => known === end);
  return endAction === undefined ? null : setVtbi(state, { volumeMl: Number(volume), endAction }, 'serial');
}

function takeBolus(state: PumpState, [word]: readonly string[]): Acted | null {
  if (word !== 'ENABLED' && word !== 'DISABLED') return null;
  return { accepted: true, state: { ...state, bolusEnabled: word === 'ENABLED' }, events: [] };
}

function syringeFields({ syringe }: PumpState): readonly string[] {
  if (syringe === null) return GUESSES.syringeFieldsWithoutOne.value;
  return [syringe.brand, syringe.sizeMl.toFixed(0).padStart(3), 'CONF'];
}

function vtbiFields({ vtbi }: PumpState): readonly string[] {
  return vtbi === null ? ['DEACT', '', '', ''] : ['ACTIV', vtbi.volumeMl.toFixed(3), 'ml', vtbi.endAction];
}

function alarmFields(state: PumpState): readonly string[] {
  const code = foremostAlarm(state);
  if (code === null) return ['AL_NOALM', ' ', ' '];
  const texts: Readonly<Partial<Record<string, string>>> = GUESSES.alarmTexts.value;
  return [code, texts[code] ?? '', ''];
}

function statusFields(state: PumpState): readonly string[] {
  return [
    state.serial,
    state.alarms.length === 0 ? '-' : 'A',
    modeWord(state),
    rateMlPerHour(state).toFixed(2),
    'ml/h',
    state.drugName,
    state.volumeInfusedMl.toFixed(3),
    'ml',
    state.shownPressureMmHg.toFixed(2),
    'mmHg',
    timeRemaining(state),
    'EVENT',
    state.logEntryId.toFixed(0),
  ];
}

function modeWord(state: PumpState): string {
  if (!state.running) return 'HLD';
  return state.keepVeinOpen ? GUESSES.modeWhileKeepingVeinOpen.value : GUESSES.modeWhileInfusing.value;
}

/** Until the syringe is empty or the set volume is in, whichever comes first, at the set rate. */
function timeRemaining(state: PumpState): string {
  const remainingMl = Math.min(
    state.syringe?.contentMl ?? 0,
    state.vtbi?.remainingMl ?? Number.POSITIVE_INFINITY,
  );
  const seconds = Math.floor((remainingMl / state.setRateMlPerHour) * 3600);
  if (seconds >= 24 * 3600) return '24+';
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => part.toFixed(0).padStart(2, '0')).join(':');
}
