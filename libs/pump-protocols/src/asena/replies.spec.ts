import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnwritableValueError } from '../errors.js';
import { CAPTURED_EXCHANGES } from '../../test/captured-frames.js';
import { ASENA_ALARMS, readAlarmCode } from './alarms.js';
import { latin1Bytes, type AsenaFrame } from './frame.js';
import { AsenaParser } from './parser.js';
import { isDelivering, toPumpReading } from './pump-reading.js';
import { decodeReply, type AsenaReading } from './replies.js';
import { requests, securityCode } from './requests.js';

function captured(text: string): AsenaFrame {
  const [finding] = new AsenaParser().push(latin1Bytes(`${text}\r`));
  if (finding?.kind !== 'frame') throw new Error(`not a frame: ${text}`);
  return finding.frame;
}

function readingOf(command: string, ...fields: string[]): AsenaReading {
  const decoded = decodeReply({ command, fields });
  if (decoded.outcome !== 'decoded') throw new Error(JSON.stringify(decoded));
  return decoded.reading;
}

const STATUS = [
  '8002-51740',
  '-',
  'SET',
  '0.10',
  'ml/h',
  '',
  '0.000',
  'ml',
  '17.91',
  'mmHg',
  '24+',
  'EVENT',
  '127904',
];
const statusWith = (index: number, text: string): AsenaReading =>
  readingOf('INF', ...STATUS.map((field, at) => (at === index ? text : field)));

describe('a captured reply', () => {
  const replies = CAPTURED_EXCHANGES.flatMap(([, , texts]) => texts).map((text) => ({ text }));

  it.each(replies)('$text is understood without a leftover', ({ text }) => {
    expect(decodeReply(captured(text))).toMatchObject({ outcome: 'decoded', extraFields: [] });
  });

  it('of an occlusion stop tells pressure, hold and the time that was left', () => {
    const text = '!INF^8002-51733^A^HLD^0.00^ml/h^^0.969^ml^530.15^mmHg^00:04:09^EVENT^214725|DB9D';
    expect(decodeReply(captured(text))).toEqual({
      outcome: 'decoded',
      extraFields: [],
      reading: {
        kind: 'status',
        serial: '8002-51733',
        alarmActive: true,
        mode: 'HLD',
        rateMlPerHour: 0,
        drugName: null,
        volumeInfusedMl: 0.969,
        pressureMmHg: 530.15,
        timeRemaining: { seconds: 249 },
        logEntryId: 214725,
      },
    });
  });

  it.each([
    ['INST_SERIALNO^8002-51740', { kind: 'serial-number', serial: '8002-51740' }],
    ['COMMS_PROTOCOL^Asena Rev 2.1.5', { kind: 'protocol', protocol: 'Asena Rev 2.1.5' }],
    ['COMMS_RESPONSE_MAX^4000^ms', { kind: 'response-max', responseMaxMs: 4000 }],
    ['REMOTE_CTRL^ENABLED^****^PERMIT^0^ms', { kind: 'remote-control', enabled: true, permission: 'PERMIT' }],
    [
      'REMOTE_CTRL^DISABLED^****^PERMIT^0^ms',
      { kind: 'remote-control', enabled: false, permission: 'PERMIT' },
    ],
    ['REMOTE_CFG^ENABLED', { kind: 'remote-configuration', enabled: true, permission: null }],
    [
      'SYRINGE_STATUS^BD PERFUSOR^ 50^CONF',
      { kind: 'syringe', brand: 'BD PERFUSOR', sizeMl: 50, confirmed: true },
    ],
    ['SYRINGE_STATUS^^^', { kind: 'syringe', brand: '', sizeMl: 0, confirmed: false }],
    ['INF_RATE_MAX_SYRINGE^1200.00^ml/h', { kind: 'max-rate', maxRateMlPerHour: 1200 }],
    ['INF_RATE^0.10^ml/h', { kind: 'rate', setRateMlPerHour: 0.1 }],
    ['INF_START', { kind: 'started' }],
    ['INF_STOP', { kind: 'stopped' }],
    ['INF_VI^0.969^ml', { kind: 'volume-infused', volumeInfusedMl: 0.969 }],
    ['INF_VI_CLEAR', { kind: 'volume-infused-cleared' }],
    ['INF_VTBI^ACTIV^11.000^ml^STOP', { kind: 'volume-to-be-infused', volumeMl: 11, endAction: 'STOP' }],
    ['INF_VTBI^DEACT', { kind: 'volume-to-be-infused', volumeMl: null, endAction: null }],
    ['INF_VTBI^DEACT^^^', { kind: 'volume-to-be-infused', volumeMl: null, endAction: null }],
    ['INF_BOLUS^ENABLED', { kind: 'bolus', enabled: true }],
    ['REMQUERY^DEACT^^^^', { kind: 'spontaneous-queries', active: false }],
  ])('%s becomes a reading', (payload, reading) => {
    const [command = '', ...fields] = payload.split('^');
    expect(readingOf(command, ...fields)).toEqual(reading);
  });
});

describe('a status', () => {
  it('reads 24+ as more than a day and −50.00 as no pressure', () => {
    expect(statusWith(8, '-50.00')).toMatchObject({
      timeRemaining: 'more-than-24-hours',
      pressureMmHg: null,
    });
  });

  it('keeps a mode that nobody knows, and blanks of a drug name', () => {
    expect(statusWith(2, 'PURGE')).toMatchObject({ mode: 'PURGE' });
    expect(statusWith(5, ' PROPOFOL ')).toMatchObject({ drugName: ' PROPOFOL ' });
  });

  it('counts as delivering with a rate and no hold', () => {
    expect(isDelivering({ mode: 'SET', rateMlPerHour: 0.1 })).toBe(true);
    expect(isDelivering({ mode: 'HLD', rateMlPerHour: 0.1 })).toBe(false);
    expect(isDelivering({ mode: 'SET', rateMlPerHour: 0 })).toBe(false);
  });

  it('becomes a reading without a vendor', () => {
    const status = statusWith(5, 'NORADRENALINE');
    if (status.kind !== 'status') throw new Error('no status');
    expect(toPumpReading(status)).toMatchObject({
      family: 'alaris-asena-gh',
      drugName: 'NORADRENALINE',
      delivering: true,
    });
  });

  it('keeps fields that a newer pump adds', () => {
    expect(decodeReply({ command: 'INF', fields: [...STATUS, 'NEW', ''] })).toMatchObject({
      outcome: 'decoded',
      extraFields: ['NEW', ''],
    });
  });

  it.each([
    [3, '0,10', 'rate'],
    [3, '1e3', 'rate'],
    [3, '', 'rate'],
    [4, 'ml/min', 'rate unit'],
    [6, 'NaN', 'volumeInfused'],
    [8, 'high', 'pressure'],
    [10, '25:61:00', 'timeRemaining'],
    [12, '12.5', 'logEntryId'],
  ])('names the field %i when it holds %j', (index, text, field) => {
    const fields = STATUS.map((value, at) => (at === index ? text : value));
    expect(decodeReply({ command: 'INF', fields })).toMatchObject({ outcome: 'malformed', field, text });
  });

  it('names the first field that is missing', () => {
    expect(decodeReply({ command: 'INF', fields: STATUS.slice(0, 7) })).toMatchObject({
      outcome: 'malformed',
      field: 'volumeInfused unit',
    });
  });
});

describe('an alarm', () => {
  it('carries the vendor code, our term and how sure we are', () => {
    expect(readingOf('ALARM', 'AL_OCCLU', 'OCCLUSION', '')).toEqual({
      kind: 'alarm',
      text: 'OCCLUSION',
      detail: null,
      alarm: { code: 'AL_OCCLU', term: 'occlusion', priority: 'high', basis: 'recorded' },
    });
  });

  it('that nobody knows is kept and taken for the worst', () => {
    expect(readAlarmCode('AL_XYZZY')).toEqual({
      code: 'AL_XYZZY',
      term: 'unknown-alarm',
      priority: 'high',
      basis: 'unknown',
    });
  });

  it('has one meaning per code and one code per meaning', () => {
    expect(new Set(ASENA_ALARMS.map(({ code }) => code)).size).toBe(ASENA_ALARMS.length);
    expect(new Set(ASENA_ALARMS.map(({ term }) => term)).size).toBe(ASENA_ALARMS.length);
    expect(readAlarmCode('AL DRDIS')).toMatchObject({ code: 'AL DRDIS', term: 'drive-disengaged' });
  });
});

describe('any reply', () => {
  it('is decoded, malformed or unknown, and never an exception', () => {
    const command = fc.constantFrom(
      ...CAPTURED_EXCHANGES.map(([, text]) => /^!(\w+)/.exec(text)?.[1] ?? ''),
      'NEW_ONE',
    );
    const field = fc.oneof(
      fc.string(),
      fc.constantFrom('ENABLED', 'ACTIV', 'DEACT', 'ml', 'ml/h', '1.00', '-', '24+'),
    );
    fc.assert(
      fc.property(command, fc.array(field, { maxLength: 16 }), (word, fields) => {
        expect(['decoded', 'malformed', 'unknown-command']).toContain(
          decodeReply({ command: word, fields }).outcome,
        );
      }),
    );
  });

  it('to a command that nobody knows is kept as it came', () => {
    expect(decodeReply({ command: 'NEW_ONE', fields: ['', ' a '] })).toEqual({
      outcome: 'unknown-command',
      command: 'NEW_ONE',
      fields: ['', ' a '],
    });
  });
});

describe('a request', () => {
  it('derives the security code from the serial number', () => {
    expect(securityCode('8002-51740')).toBe('3CC1');
    expect(securityCode('8002-51733')).toBe('9535');
  });

  it.each([3.456, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e9, 0.001])(
    'refuses to round the rate %d',
    (rate) => {
      expect(() => requests.setRate(rate)).toThrow(UnwritableValueError);
    },
  );

  it('writes every rate of two decimals exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120_000 }), (hundredths) => {
        expect(readingOf('INF_RATE', ...requests.setRate(hundredths / 100).fields)).toEqual({
          kind: 'rate',
          setRateMlPerHour: hundredths / 100,
        });
      }),
    );
  });
});
