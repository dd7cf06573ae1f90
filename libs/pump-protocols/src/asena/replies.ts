import type { TimeRemaining } from '../reading.js';
import { readAlarmCode, type AlarmReadingOfCode } from './alarms.js';
import { FieldReader, Malformed } from './field-reader.js';
import type { AsenaFrame } from './frame.js';

/** The full status, the reply to `INF`: the one frame that a poller cannot do without. */
export interface AsenaStatus {
  readonly kind: 'status';
  readonly serial: string;
  /** `-` is none, `A` is one; any other text is taken for an alarm. */
  readonly alarmActive: boolean;
  /** Open text: only SET (infusing) and HLD (held) are recorded. */
  readonly mode: string;
  /** The rate of this moment, 0 on hold; bounded by the vendor's two decimals. */
  readonly rateMlPerHour: number;
  readonly drugName: string | null;
  readonly volumeInfusedMl: number;
  /** Null when the field is empty or holds −50.00, which a translator of this protocol sends for "no pressure". */
  readonly pressureMmHg: number | null;
  readonly timeRemaining: TimeRemaining | null;
  readonly logEntryId: number;
}

/** What one reply says, by the question that it answers. */
export type AsenaReading =
  | AsenaStatus
  | { readonly kind: 'serial-number'; readonly serial: string }
  | { readonly kind: 'protocol'; readonly protocol: string }
  | { readonly kind: 'response-max'; readonly responseMaxMs: number }
  | { readonly kind: 'remote-control'; readonly enabled: boolean; readonly permission: string | null }
  | { readonly kind: 'remote-configuration'; readonly enabled: boolean; readonly permission: string | null }
  | { readonly kind: 'syringe'; readonly brand: string; readonly sizeMl: number; readonly confirmed: boolean }
  | { readonly kind: 'max-rate'; readonly maxRateMlPerHour: number }
  | { readonly kind: 'rate'; readonly setRateMlPerHour: number }
  | { readonly kind: 'started' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'volume-infused'; readonly volumeInfusedMl: number }
  | { readonly kind: 'volume-infused-cleared' }
  /** `volumeMl` is null while no volume is set. `endAction` is the vendor's word, open text. */
  | {
      readonly kind: 'volume-to-be-infused';
      readonly volumeMl: number | null;
      readonly endAction: string | null;
    }
  | { readonly kind: 'bolus'; readonly enabled: boolean }
  | { readonly kind: 'spontaneous-queries'; readonly active: boolean }
  /** `text` is what the display shows, ` ` for none; what `detail` is for was never seen filled. */
  | {
      readonly kind: 'alarm';
      readonly alarm: AlarmReadingOfCode;
      readonly text: string;
      readonly detail: string | null;
    };

/** What became of a frame that was to be read. */
export type DecodedReply =
  /** `extraFields` are those after the known ones: kept, since a newer pump may have more to say. */
  | { readonly outcome: 'decoded'; readonly reading: AsenaReading; readonly extraFields: readonly string[] }
  /** The CRC was right and yet `field` does not hold what it must: nothing of the frame may be used. */
  | {
      readonly outcome: 'malformed';
      readonly command: string;
      readonly field: string;
      readonly text: string;
      readonly expected: string;
    }
  /** A command that nobody knows, kept as it came. */
  | { readonly outcome: 'unknown-command'; readonly command: string; readonly fields: readonly string[] };

type Decoder = (fields: FieldReader) => AsenaReading;

const NO_PRESSURE_MMHG = -50;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['INST_SERIALNO', (fields) => ({ kind: 'serial-number', serial: fields.filledText('serial') })],
  ['COMMS_PROTOCOL', (fields) => ({ kind: 'protocol', protocol: fields.filledText('protocol') })],
  [
    'COMMS_RESPONSE_MAX',
    (fields) => ({ kind: 'response-max', responseMaxMs: fields.quantity('responseMax', 'ms') }),
  ],
  ['REMOTE_CTRL', (fields) => ({ kind: 'remote-control', ...remotePermission(fields) })],
  ['REMOTE_CFG', (fields) => ({ kind: 'remote-configuration', ...remotePermission(fields) })],
  ['SYRINGE_STATUS', syringe],
  [
    'INF_RATE_MAX_SYRINGE',
    (fields) => ({ kind: 'max-rate', maxRateMlPerHour: fields.quantity('maxRate', 'ml/h') }),
  ],
  ['INF_RATE', (fields) => ({ kind: 'rate', setRateMlPerHour: fields.quantity('rate', 'ml/h') })],
  ['INF_START', () => ({ kind: 'started' })],
  ['INF_STOP', () => ({ kind: 'stopped' })],
  [
    'INF_VI',
    (fields) => ({ kind: 'volume-infused', volumeInfusedMl: fields.quantity('volumeInfused', 'ml') }),
  ],
  ['INF_VI_CLEAR', () => ({ kind: 'volume-infused-cleared' })],
  ['INF_VTBI', volumeToBeInfused],
  ['INF_BOLUS', (fields) => ({ kind: 'bolus', enabled: fields.either('bolus', 'ENABLED', 'DISABLED') })],
  ['REMQUERY', spontaneousQueries],
  ['ALARM', alarm],
  ['INF', status],
]);

/**
 * Reads a reply by its command word. Never throws. Numbers must be plain decimals and units must be the expected ones:
 * a rate in a unit that we do not know is no rate. Compare `frame.command` with the request before trusting a reading
 * as its answer; the protocol has no other link between the two.
 */
export function decodeReply(frame: AsenaFrame): DecodedReply {
  const decoder = DECODERS.get(frame.command);
  if (decoder === undefined)
    return { outcome: 'unknown-command', command: frame.command, fields: frame.fields };
  const fields = new FieldReader(frame.fields);
  try {
    const reading = decoder(fields);
    return { outcome: 'decoded', reading, extraFields: fields.rest() };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return {
      outcome: 'malformed',
      command: frame.command,
      field: error.field,
      text: error.text,
      expected: error.expected,
    };
  }
}

function remotePermission(fields: FieldReader): { enabled: boolean; permission: string | null } {
  const enabled = fields.either('state', 'ENABLED', 'DISABLED');
  fields.optionalText(); // the key, masked by the pump
  const permission = fields.optionalText();
  if (fields.left >= 2) fields.quantity('delay', 'ms');
  return { enabled, permission };
}

/**
 * Empty fields are read as a pump that holds no syringe: size 0, not confirmed. No such frame was ever recorded, so a real
 * pump may say it otherwise; whatever it says is then told as malformed.
 */
function syringe(fields: FieldReader): AsenaReading {
  const brand = fields.text('brand');
  if (brand === '' && fields.rest().every((field) => field === '')) {
    fields.skipEmpty(2);
    return { kind: 'syringe', brand, sizeMl: 0, confirmed: false };
  }
  const sizeMl = fields.number('size');
  return { kind: 'syringe', brand, sizeMl, confirmed: fields.text('confirmation') === 'CONF' };
}

function volumeToBeInfused(fields: FieldReader): AsenaReading {
  const active = fields.either('state', 'ACTIV', 'DEACT');
  if (active) {
    const volumeMl = fields.quantity('volume', 'ml');
    return { kind: 'volume-to-be-infused', volumeMl, endAction: fields.optionalText() };
  }
  fields.skipEmpty(3);
  return { kind: 'volume-to-be-infused', volumeMl: null, endAction: null };
}

function spontaneousQueries(fields: FieldReader): AsenaReading {
  const active = fields.either('queries', 'ACTIV', 'DEACT');
  if (!active) fields.skipEmpty(4);
  return { kind: 'spontaneous-queries', active };
}

function alarm(fields: FieldReader): AsenaReading {
  const meaning = readAlarmCode(fields.filledText('code'));
  const text = fields.text('text');
  return { kind: 'alarm', alarm: meaning, text, detail: fields.optionalText() };
}

function status(fields: FieldReader): AsenaReading {
  const serial = fields.filledText('serial');
  const alarmActive = fields.filledText('alarmFlag') !== '-';
  const mode = fields.filledText('mode');
  const rateMlPerHour = fields.quantity('rate', 'ml/h');
  const drugName = fields.text('drugName');
  const volumeInfusedMl = fields.quantity('volumeInfused', 'ml');
  const pressureMmHg = fields.optionalQuantity('pressure', 'mmHg');
  const timeRemaining = fields.timeRemaining('timeRemaining');
  fields.word('logType', 'EVENT');
  const logEntryId = fields.count('logEntryId');
  return {
    kind: 'status',
    serial,
    alarmActive,
    mode,
    rateMlPerHour,
    drugName: drugName === '' ? null : drugName,
    volumeInfusedMl,
    pressureMmHg: pressureMmHg === NO_PRESSURE_MMHG ? null : pressureMmHg,
    timeRemaining,
    logEntryId,
  };
}
