import { describe, expect, it } from 'vitest';
import {
  after,
  authorising,
  COMMAND_ID,
  FACTS,
  LIBRARY,
  livingVitals,
  names,
  ORDER_ID,
  overriding,
  placing,
  PUMP,
  reasonOf,
  signed,
  STOP,
  when,
} from '../../../test/ward.js';
import { phaseOf, type Assess, type DosingCommand } from './index.js';

const dose = (value: string, rateMlPerHour: number, unit = 'microgram/kg/min') => ({
  order: signed({ dose: { value, unit }, rateMlPerHour }),
});
const assessed = (delivery: 'running' | 'held' | 'unknown'): Assess => ({
  type: 'assess',
  at: '2026-11-20T12:01:00.000Z',
  response: { delivery, volumeInfusedMl: 0.4, finding: 'as-ordered', words: 'runs as ordered' },
});
const close: DosingCommand = {
  type: 'close',
  at: '2026-11-20T14:00:00.000Z',
  by: 'nurse',
  outcome: 'completed',
  volumeInfusedMl: 48.2,
  reason: 'weaned off',
};

describe('an order within the soft limits', () => {
  it('is placed, and nothing is told to the pump', () => {
    const events = when(placing());
    expect(names(events)).toEqual(['order-placed']);
    expect(events[0]).toMatchObject({ data: { pump: PUMP, drug: 'dopamine', needsOverride: [] } });
    expect(phaseOf(after(placing()).state)).toBe('ordered');
  });

  it('is authorised with both signatures, and the command goes with it', () => {
    const events = when(authorising({ facts: { setRateMlPerHour: 4 } }), placing());
    expect(events).toMatchObject([
      {
        name: 'infusion-authorised',
        data: {
          dose: { value: '5', unit: 'microgram/kg/min' },
          rateMlPerHour: 6,
          libraryHash: LIBRARY.hash,
          ruleVersion: 'example 2026.1',
          signedBy: ['nurse', 'physician'],
          vitals: { meanArterialPressureMmHg: 58 },
        },
      },
      {
        name: 'command-authorised',
        pump: PUMP,
        eventId: COMMAND_ID,
        data: { order: signed(), approvalsNeeded: 2, assumedRateMlPerHour: 4 },
      },
    ]);
    expect(phaseOf(after(placing(), authorising()).state)).toBe('authorised');
  });

  it('runs, is held, and is closed, as the pump tells', () => {
    const start = [placing(), authorising()];
    expect(phaseOf(after(...start, assessed('running')).state)).toBe('running');
    expect(phaseOf(after(...start, assessed('running'), assessed('held')).state)).toBe('held');
    expect(phaseOf(after(...start, assessed('running'), close).state)).toBe('closed');
  });

  it('says nothing new when the same command comes again', () => {
    expect(when(placing(), placing())).toEqual([]);
    expect(when(authorising(), placing(), authorising())).toEqual([]);
  });

  it('gets a rate that is rounded down, never up', () => {
    const heavier = (rateMlPerHour: number) =>
      placing({ order: signed({ weightKg: '83.3', rateMlPerHour }) });
    expect(reasonOf(when(heavier(6.3)))).toBe('rate-differs');
    expect(reasonOf(when(heavier(6.2)))).toBe('order-placed');
  });
});

describe('an order beyond a soft limit', () => {
  const high = placing(dose('25', 30));
  const go = authorising(dose('25', 30));

  it('waits for an override, and is authorised with it', () => {
    expect(when(high)).toMatchObject([{ data: { needsOverride: ['soft-high'] } }]);
    expect(reasonOf(when(go, high))).toBe('override-missing');
    expect(names(when(go, high, overriding()))).toEqual(['infusion-authorised', 'command-authorised']);
    expect(when(go, high, overriding())[0]).toMatchObject({ data: { overridden: ['soft-high'] } });
  });

  it('is still there after somebody tried too early', () => {
    expect(names(when(go, high, go, overriding()))).toEqual(['infusion-authorised', 'command-authorised']);
  });

  const approval = overriding().approval;
  it.each([
    ['without a reason', overriding({ reason: ' ' }), 'approval-invalid'],
    [
      'by an approval for another text',
      overriding({ approval: { ...approval, textHash: 'B'.repeat(43) } }),
      'approval-invalid',
    ],
    ['by who ordered', overriding({ approval: { ...approval, approvedBy: ['nurse'] } }), 'approval-invalid'],
    ['by nobody', overriding({ approval: { ...approval, approvedBy: [] } }), 'approval-invalid'],
    ['of an order that is not there', overriding({ orderId: COMMAND_ID }), 'order-unknown'],
    [
      'under another library',
      overriding({ library: { hash: 'A'.repeat(43), content: LIBRARY.library } }),
      'library-changed',
    ],
  ])('is not overridden %s', (_, command, reason) => {
    expect(reasonOf(when(command, high))).toBe(reason);
  });

  it('below counts as well', () => {
    expect(when(placing(dose('0.5', 0.6)))).toMatchObject([{ data: { needsOverride: ['soft-low'] } }]);
  });

  it('ten times what runs counts, though both are within the limits', () => {
    const nonce = 'BBBBBBBBBBBBBBBBBBBBBB';
    const low = placing(dose('1', 1.2));
    const running = [low, authorising(dose('1', 1.2)), assessed('running')];
    const more = (value: string, rateMlPerHour: number) =>
      placing({
        orderId: COMMAND_ID,
        order: signed({ nonce, dose: { value, unit: 'microgram/kg/min' }, rateMlPerHour }),
      });
    expect(when(more('10', 12), ...running)).toMatchObject([{ data: { needsOverride: ['tenfold-change'] } }]);
    expect(when(more('9.9', 11.8), ...running)).toMatchObject([{ data: { needsOverride: [] } }]);
  });
});

describe('an order that waits', () => {
  it.each([
    ['too few signed', authorising({ verifiedSigners: ['nurse'] }), 'signatures-missing'],
    ['one person signed twice', authorising({ verifiedSigners: ['nurse', 'nurse'] }), 'signatures-missing'],
    [
      'somebody is named who did not sign',
      authorising({ verifiedSigners: ['nurse', 'visitor'] }),
      'signatures-missing',
    ],
    ['the text is another one', authorising({ order: signed({ rateMlPerHour: 60 }) }), 'order-unknown'],
    ['it is another order', authorising({ orderId: COMMAND_ID }), 'order-unknown'],
    ['it has expired', authorising({ at: '2026-11-20T12:05:00.000Z' }), 'expired'],
    [
      'the library was changed',
      authorising({ facts: { library: { hash: 'A'.repeat(43), content: LIBRARY.library } } }),
      'library-changed',
    ],
    ['the pump was taken away', authorising({ facts: { association: undefined } }), 'pump-not-at-bed'],
    ['the monitor fell off', authorising({ facts: { vitals: livingVitals(31_000) } }), 'vitals-stale'],
  ])('is not authorised when %s', (_, command, reason) => {
    expect(reasonOf(when(command, placing()))).toBe(reason);
  });

  it('is gone after it expired, and there after the monitor came back', () => {
    const lost = authorising({ facts: { vitals: [] } });
    expect(names(when(authorising(), placing(), lost))).toContain('command-authorised');
    const late = authorising({ at: '2026-11-20T12:05:00.000Z' });
    expect(reasonOf(when(authorising(), placing(), late))).toBe('order-unknown');
  });

  it('is replaced by a newer one', () => {
    const newer = placing({ orderId: COMMAND_ID, order: signed({ nonce: 'BBBBBBBBBBBBBBBBBBBBBB' }) });
    expect(when(newer, placing())).toMatchObject([
      { name: 'authorisation-withdrawn', data: { orderId: ORDER_ID, cause: 'superseded' } },
      { name: 'order-placed' },
    ]);
    expect(reasonOf(when(authorising(), placing(), newer))).toBe('order-unknown');
  });

  it('is withdrawn by a person', () => {
    const withdraw: DosingCommand = {
      type: 'withdraw',
      at: FACTS.vitals[0]!.measuredAt,
      by: 'nurse',
      cause: 'person',
      reason: 'wrong patient',
    };
    expect(names(when(withdraw, placing()))).toEqual(['authorisation-withdrawn']);
    expect(reasonOf(when(authorising(), placing(), withdraw))).toBe('order-unknown');
    expect(when(withdraw)).toEqual([]);
  });
});

describe('an infusion that is authorised', () => {
  const given = [placing(), authorising(), assessed('running')];
  const another = (change: object) =>
    placing({ orderId: COMMAND_ID, order: signed({ nonce: 'BBBBBBBBBBBBBBBBBBBBBB', ...change }) });

  it('does not take the same order again', () => {
    const replay = placing({ orderId: COMMAND_ID });
    expect(reasonOf(when(replay, ...given))).toBe('nonce-used');
    expect(reasonOf(when(authorising({ commandId: ORDER_ID }), ...given))).toBe('order-unknown');
  });

  it('can be started with the dose that it has, checked again', () => {
    const start = another({ action: 'start' });
    expect(names(when(start, ...given))).toEqual(['order-placed']);
    const go = authorising({ orderId: COMMAND_ID, commandId: ORDER_ID, order: start.order });
    expect(when(go, ...given, start)[0]).toMatchObject({ data: { action: 'start', rateMlPerHour: 6 } });
  });

  it.each([
    ['another weight', { weightKg: '55' }],
    ['no weight', { weightKg: undefined }],
    ['another concentration', { concentration: '400-mg' }],
  ])('is not started with %s than its rate was reckoned with', (_, change) => {
    const start = another({ action: 'start', ...change });
    expect(reasonOf(when(start, ...given))).toBe('episode-differs');
  });

  it('is not started by a text that names another dose than the one that is authorised', () => {
    const text = (value: string) =>
      signed({ action: 'start', nonce: 'B'.repeat(22) }).text.replace(
        '"drug"',
        `"dose":{"value":"${value}","unit":"microgram/kg/min"},"drug"`,
      );
    const start = (value: string) =>
      placing({ orderId: COMMAND_ID, order: { ...signed(), text: text(value) } });
    expect(reasonOf(when(start('5'), ...given))).toBe('order-placed');
    expect(reasonOf(when(start('30'), ...given))).toBe('rate-differs');
  });

  it('does not become an infusion of another drug', () => {
    expect(reasonOf(when(another({ drug: 'dobutamine' }), ...given))).toBe('episode-differs');
  });

  it('takes no order after it was closed, and is closed once', () => {
    expect(reasonOf(when(another({}), ...given, close))).toBe('episode-closed');
    expect(when(close, ...given, close)).toEqual([]);
    expect(when(assessed('running'), ...given, close)).toEqual([]);
    expect(when(close)).toEqual([]);
  });
});

describe('a drug with a cap', () => {
  const clevidipine = (deliveredMl: string) => {
    const dose = { dose: { value: '4', unit: 'mg/h' }, rateMlPerHour: 8 };
    const order = signed({ drug: 'clevidipine', concentration: 'neat', ...dose });
    return placing({ order, facts: { deliveredMl } });
  };
  const running = [clevidipine('0'), authorising({ order: clevidipine('0').order })];
  const volume = (volumeMl: number, deliveredMl: string) =>
    placing({
      orderId: COMMAND_ID,
      order: signed({
        drug: 'clevidipine',
        concentration: 'neat',
        action: 'set-vtbi',
        volumeMl,
        nonce: 'B'.repeat(22),
      }),
      facts: { deliveredMl },
    });

  it.each([
    ['nothing was given', clevidipine('0'), [], 'order-placed'],
    ['a little is left', clevidipine('999.9'), [], 'order-placed'],
    ['all was given', clevidipine('1000'), [], 'cap-reached'],
    ['the syringe fits into what is left', volume(50, '950'), running, 'order-placed'],
    ['the syringe holds more than what is left', volume(50.1, '950'), running, 'cap-reached'],
  ] as const)('when %s', (_, command, before, answer) => {
    expect(reasonOf(when(command, ...before))).toBe(answer);
  });
});

describe('a stop', () => {
  it.each([
    ['an infusion that nobody ordered', []],
    ['an order that waits', [placing()]],
    ['an infusion that runs', [placing(), authorising(), assessed('running')]],
    ['an infusion that is closed', [placing(), authorising(), close]],
  ])('is said of %s', (_, before) => {
    expect(when(STOP, ...before)[0]).toMatchObject({
      name: 'stop-ordered',
      pump: PUMP,
      eventId: STOP.stopId,
    });
  });

  it('ends what was authorised and what waits', () => {
    expect(names(when(STOP, placing(), authorising()))).toEqual(['stop-ordered', 'authorisation-withdrawn']);
    const start = placing({ orderId: COMMAND_ID, order: signed({ nonce: 'B'.repeat(22), action: 'start' }) });
    expect(reasonOf(when(start, placing(), authorising(), STOP))).toBe('dose-missing');
  });

  it('is not looked at: a text that nobody can read stops as well', () => {
    const strange = { ...STOP, order: { ...STOP.order, text: 'halt!' } };
    expect(names(when(strange))).toEqual(['stop-ordered']);
  });
});

describe('a drug that is given by protocol', () => {
  const protocol = `0x${'5a'.repeat(32)}`;
  const content = {
    ...LIBRARY.library,
    entries: LIBRARY.library.entries.map((entry) => ({ ...entry, protocol })),
  };
  const library = { hash: LIBRARY.hash, content };
  const said = (verdict: string, doseNanogramPerKgPerMin: bigint, protocolId = protocol) =>
    ({ kind: 'agreed', protocolId, verdict, doseNanogramPerKgPerMin }) as const;

  it.each([
    ['gives this dose', said('dose', 5_000n), 'order-placed'],
    ['gives a nanogram less', said('dose', 4_999n), 'protocol-differs'],
    ['gives none', said('stale', 0n), 'protocol-refused'],
    ['is another one', said('dose', 5_000n, `0x${'5b'.repeat(32)}`), 'protocol-refused'],
    [
      'did not answer',
      { kind: 'refused', code: 'BCM-DOSING-PROTOCOL-UNANSWERED' } as const,
      'protocol-refused',
    ],
    ['was not asked', undefined, 'protocol-refused'],
  ])('when the protocol %s', (_, answer, reason) => {
    const facts = { library, ...(answer === undefined ? {} : { protocol: answer }) };
    expect(reasonOf(when(placing({ facts })))).toBe(reason);
  });
});
