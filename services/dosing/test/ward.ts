import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PumpOrder, SignedText } from '@bcmed/events';
import { openLibraryFile } from '../src/adapters/library-file.js';
import {
  decide,
  evolve,
  initialState,
  type Authorise,
  type DosingCommand,
  type DosingEvent,
  type Facts,
  type Infusion,
  type OverrideLimits,
  type PlaceOrder,
  type Stop,
  type VitalsSample,
} from '../src/domain/order/index.js';

export const LIBRARY = openLibraryFile(readFileSync(join(import.meta.dirname, '../library/example.yaml')));
export const NOON = '2026-11-20T12:00:00.000Z';
export const PUMP = '8002-51740';
export const ORDER_ID = '01994f7e-7c00-7000-8000-0000000000b1';
export const COMMAND_ID = '01994f7e-7c00-7000-8000-0000000000c1';
export const TEXT_HASH = 'bQtGxcTRdogXqIDjuQZptV8bNqsXj4SjxNZla-v5tyE';

/** Vitals that live: a sample every 10 s, each a little different. */
export const livingVitals = (ageMs = 2_000): VitalsSample[] =>
  Array.from({ length: 20 }, (_, index) => ({
    measuredAt: NOON,
    ageMs: ageMs + index * 10_000,
    heartRateBpm: 90 + (index % 3),
    meanArterialPressureMmHg: 58 + (index % 2),
    saturationPercent: 96,
  }));

export const FACTS: Facts = {
  library: { hash: LIBRARY.hash, content: LIBRARY.library },
  association: { pump: PUMP, patient: 'stay-4d', unit: 'icu-1' },
  vitals: livingVitals(),
  deliveredMl: '0',
  pumpStepMlPerHour: '0.1',
  nonceUsedElsewhere: false,
};

/** Dopamine 5 microgram/kg/min for 80 kg from 200 mg in 50 ml is 6 ml/h. */
const ORDER: PumpOrder = {
  kind: 'pump-order',
  site: 'icu-north',
  pump: PUMP,
  unit: 'icu-1',
  patient: 'stay-4d',
  action: 'set-rate',
  rateMlPerHour: 6,
  dose: { value: '5', unit: 'microgram/kg/min' },
  drug: 'dopamine',
  careArea: 'adult-icu',
  concentration: '200-mg',
  weightKg: '80',
  libraryHash: LIBRARY.hash,
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  issuedAt: NOON,
  expiresAt: '2026-11-20T12:02:00.000Z',
};

/** A signed text; dose and rate stand in it only when the rate is ordered. */
export function signed(
  change: Partial<PumpOrder> = {},
  by: readonly string[] = ['nurse', 'physician'],
): SignedText {
  const signatures = by.map((person) => ({
    kind: 'key' as const,
    person,
    credentialId: 'cpwSHMHvXq-uvZCrmgQn0zoCQdHQkGZgvbqcYBdkWRc',
    signature: 'A'.repeat(86),
  }));
  const order = { ...ORDER, ...change };
  if (['set-rate', 'bolus', 'set-target'].includes(order.action))
    return { text: JSON.stringify(order), signatures };
  const { dose: _dose, rateMlPerHour: _rate, ...rest } = order;
  return { text: JSON.stringify(rest), signatures };
}

type Change<T> = Omit<Partial<T>, 'facts'> & { order?: SignedText; facts?: Partial<Facts> };

export const placing = ({ facts, ...change }: Change<PlaceOrder> = {}): PlaceOrder => ({
  type: 'place-order',
  at: NOON,
  orderId: ORDER_ID,
  order: signed(),
  textHash: TEXT_HASH,
  ...change,
  facts: { ...FACTS, ...facts },
});

export const authorising = ({ facts, ...change }: Change<Authorise> = {}): Authorise => ({
  type: 'authorise',
  at: '2026-11-20T12:00:10.000Z',
  orderId: ORDER_ID,
  commandId: COMMAND_ID,
  order: signed(),
  verifiedSigners: ['nurse', 'physician'],
  ...change,
  facts: { ...FACTS, ...facts },
});

export const overriding = (change: Partial<OverrideLimits> = {}): OverrideLimits => ({
  type: 'override-limits',
  at: '2026-11-20T12:00:05.000Z',
  orderId: ORDER_ID,
  reason: 'refractory shock',
  approval: {
    id: '01994f7e-7c00-7000-8000-0000000000a1',
    textHash: TEXT_HASH,
    approvedBy: ['consultant'],
  },
  library: FACTS.library,
  ...change,
});

export const STOP: Stop = {
  type: 'stop',
  at: '2026-11-20T12:01:00.000Z',
  stopId: '01994f7e-7c00-7000-8000-0000000000e1',
  pump: PUMP,
  by: 'nurse',
  order: signed({ action: 'stop' }, ['nurse']),
};

/** Commands one after the other on one infusion, as the runner would give them. */
export function after(...commands: readonly DosingCommand[]): { state: Infusion; events: DosingEvent[] } {
  let state = initialState;
  const events: DosingEvent[] = [];
  for (const command of commands) {
    const said = decide(command, state);
    state = said.reduce(evolve, state);
    events.push(...said);
  }
  return { state, events };
}

/** What a command says after these events. */
export const when = (command: DosingCommand, ...before: readonly DosingCommand[]): readonly DosingEvent[] =>
  decide(command, after(...before).state);

export const names = (events: readonly DosingEvent[]): string[] => events.map(({ name }) => name);

/** The reason of a decision that is one refusal; otherwise what it was. */
export function reasonOf(events: readonly DosingEvent[]): string {
  const [event] = events;
  return event?.name === 'order-refused' && events.length === 1
    ? event.data.reason
    : names(events).join(', ');
}
