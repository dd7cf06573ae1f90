import {
  AssociationEnded,
  AssociationMade,
  CommandAuthorised,
  CommandExecuted,
  createEvent,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpConnected,
  PumpLost,
  StatusSampled,
  StopOrdered,
  toToken,
  VitalsSampled,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';

export const NOON_MS = Date.UTC(2026, 10, 20, 12);
export const PUMP = '8002-51740';
export const PATIENT = 'stay-4d';

let ids = 0;
/** An id that no event of a fixture's log has. */
export const nextId = (): string => `01994f7e-7c01-7000-8000-${(++ids).toString(16).padStart(12, '0')}`;

const SOURCES: Readonly<Record<string, string>> = {
  pump: 'pump-adapter/1',
  vitals: 'icu-monitor/1',
  association: 'icu-monitor/1',
  dosing: 'dosing/1',
};

/** An event as somebody on the ward makes it; edge senders number theirs in one chain unless it says otherwise. */
export function event(
  definition: EventDefinition,
  entity: string,
  data: Record<string, unknown>,
  more: {
    readonly id?: string;
    readonly atMs?: number;
    readonly chain?: string;
    readonly sequence?: number;
  } = {},
): StreamEvent {
  const {
    id = nextId(),
    atMs = NOON_MS,
    chain = '01994f7e-7c00-7000-8000-0000000f0000',
    sequence = ++ids,
  } = more;
  const place = { chain, sequence: String(sequence), ...(sequence > 1 && { previous: 'A'.repeat(43) }) };
  const time = new Date(atMs).toISOString();
  return createEvent(
    definition,
    {
      id,
      source: SOURCES[definition.area] ?? 'x/1',
      entity,
      time,
      site: 's1',
      actor: 'x',
      ...(definition.chained && { chain: place }),
    },
    data,
  );
}

type More = Parameters<typeof event>[3];

export const made = (
  pump: string,
  patient: string,
  where: { readonly bed?: string; readonly unit?: string; readonly id?: string } = {},
): StreamEvent =>
  event(AssociationMade, where.id ?? nextId(), {
    patient,
    bed: where.bed ?? 'bed-7',
    unit: where.unit ?? 'icu-1',
    pumpSerial: pump,
    syringe: { drug: 'noradrenaline', concentration: '8 mg in 50 ml' },
    recordedBy: 'icu-monitor/1',
    validFrom: new Date(NOON_MS).toISOString(),
  });

export const ended = (id: string, cause = 'disconnected'): StreamEvent =>
  event(AssociationEnded, id, {
    cause,
    recordedBy: 'icu-monitor/1',
    validUntil: new Date(NOON_MS).toISOString(),
  });

export const connected = (serial = PUMP, more: More = {}): StreamEvent =>
  event(
    PumpConnected,
    toToken(serial),
    {
      family: 'alaris-asena',
      model: '8002',
      serial,
      protocol: 'Asena Rev 2.1.5',
      transport: 'serial',
      line: '/dev/ttyUSB0',
    },
    more,
  );

export const status = (data: Record<string, unknown> = {}, more: More = {}, pump = PUMP): StreamEvent =>
  event(
    StatusSampled,
    toToken(pump),
    {
      state: 'infusing',
      mode: 'SET',
      rateMlPerHour: 3.5,
      volumeInfusedMl: 1,
      pressureMmHg: 20,
      alarmActive: false,
      logEntryId: 1,
      ...data,
    },
    more,
  );

export const lost = (silentSinceMs: number, more: More = {}): StreamEvent =>
  event(
    PumpLost,
    toToken(PUMP),
    { reason: 'no-answer', silentSince: new Date(silentSinceMs).toISOString(), missedPolls: 3 },
    more,
  );

export const alarmed = (vendorCode: string, more: More = {}): StreamEvent =>
  event(PumpAlarmRaised, toToken(PUMP), { vendorCode, term: 'occlusion', logEntryId: 2 }, more);

export const alarmOver = (vendorCode: string, more: More = {}): StreamEvent =>
  event(PumpAlarmCleared, toToken(PUMP), { vendorCode, term: 'occlusion', logEntryId: 3 }, more);

export const sampled = (patient: string, heartRateBpm: number, more: More = {}): StreamEvent =>
  event(
    VitalsSampled,
    patient,
    { heartRateBpm: { value: heartRateBpm, quality: 'good', source: 'ecg' } },
    more,
  );

const orderText = (change: Record<string, unknown>): string =>
  JSON.stringify({
    kind: 'pump-order',
    site: 's1',
    pump: PUMP,
    unit: 'icu-1',
    patient: PATIENT,
    action: 'set-rate',
    rateMlPerHour: 6,
    careArea: 'adult-icu',
    concentration: '8-mg',
    libraryHash: 'A'.repeat(43),
    nonce: 'A'.repeat(22),
    issuedAt: new Date(NOON_MS).toISOString(),
    expiresAt: new Date(NOON_MS + 30_000).toISOString(),
    ...change,
  });

/** An order as people sign it. */
export const signedOrder = (change: Record<string, unknown> = {}, people = ['person-7f3a']) => ({
  text: orderText(change),
  signatures: people.map((person) => ({
    kind: 'key',
    person,
    credentialId: 'A'.repeat(43),
    signature: 'A'.repeat(86),
  })),
});

export const commanded = (id: string, change: Record<string, unknown> = {}): StreamEvent =>
  event(
    CommandAuthorised,
    toToken(PUMP),
    { order: signedOrder(change), approvalsNeeded: 1, ruleVersion: 'example 2026.1' },
    { id },
  );

export const executed = (commandId: string, more: More = {}): StreamEvent =>
  event(
    CommandExecuted,
    toToken(PUMP),
    {
      commandId,
      action: 'set-rate',
      framesWritten: ['INF_RATE^6.00^ml/h'],
      setRateMlPerHour: 6,
      delivering: true,
      readBackAfterMs: 64,
      commandPosition: '9',
    },
    more,
  );

export const stopped = (id: string): StreamEvent =>
  event(
    StopOrdered,
    toToken(PUMP),
    { order: signedOrder({ action: 'stop', patient: undefined, rateMlPerHour: undefined }) },
    { id },
  );
