import {
  InfusionAuthorised,
  InfusionClosed,
  isEvent,
  LimitOverridden,
  AuthorisationWithdrawn,
  OrderPlaced,
  OrderRefused,
  ResponseAssessed,
  toToken,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import {
  authorisationFor,
  evolve,
  initialState,
  type Infusion,
  type InfusionEvent,
  type PendingOrder,
} from '../domain/order/index.js';
import { Table } from './table.js';

/** A command that no pump has answered yet. */
export interface Awaiting {
  readonly commandId: string;
  readonly orderId: string;
}

/** An infusion, and what its decider need not know. Positions are decimal text, so that a row is JSON. */
export interface InfusionRow {
  readonly state: Infusion;
  /** Of its last event; what to expect when the next one is appended. */
  readonly lastPosition: string;
  readonly placedAt: string;
  readonly authorisedAt: string;
  readonly authorisedTime: string;
  readonly awaiting?: Awaiting;
  /** Every command that was given for it. */
  readonly commands: readonly string[];
  /** Events to which it has answered already. */
  readonly causes: readonly string[];
  readonly volumeMl: number;
}

const NEW: InfusionRow = {
  state: initialState,
  lastPosition: '0',
  placedAt: '0',
  authorisedAt: '0',
  authorisedTime: '',
  commands: [],
  causes: [],
  volumeMl: 0,
};

const CAUSES_KEPT = 500;

const DEFINITIONS: Readonly<Record<InfusionEvent['name'], EventDefinition>> = {
  'order-placed': OrderPlaced,
  'order-refused': OrderRefused,
  'limit-overridden': LimitOverridden,
  'infusion-authorised': InfusionAuthorised,
  'authorisation-withdrawn': AuthorisationWithdrawn,
  'response-assessed': ResponseAssessed,
  'infusion-closed': InfusionClosed,
};

/** An event of the stream as the decider knows it; undefined for one that is not about an infusion. */
export function infusionEventOf(event: StreamEvent): InfusionEvent | undefined {
  const found = Object.entries(DEFINITIONS).find(([, definition]) => isEvent(event, definition));
  // The definition of this name has parsed the data.
  return found && ({ name: found[0], data: event.data } as InfusionEvent);
}

/** Every infusion that is not closed, as its events tell. */
export class Infusions {
  readonly table = new Table<InfusionRow>('infusion');

  row(id: string): InfusionRow {
    return this.table.get(id) ?? NEW;
  }

  /** Applies one event of the infusion; one that was applied before changes nothing. */
  take(event: StreamEvent, position: bigint): void {
    const happened = infusionEventOf(event);
    const row = this.row(event.subject);
    if (happened === undefined || position <= BigInt(row.lastPosition)) return;
    const next = rowAfter(row, happened, { event, position });
    if (next.state.closed || isNothing(next)) this.table.delete(event.subject);
    else this.table.set(event.subject, next);
  }

  change(id: string, change: (row: InfusionRow) => InfusionRow): void {
    const row = this.table.get(id);
    if (row !== undefined) this.table.set(id, change(row));
  }

  /** Infusions on a pump, by its serial or by the token in its subjects. */
  on(pump: string): readonly (readonly [id: string, row: InfusionRow])[] {
    return this.table.entries.filter(([, { state }]) => toToken(state.subject?.pump ?? '') === toToken(pump));
  }

  withOrder(orderId: string): readonly [id: string, row: InfusionRow] | undefined {
    return this.table.entries.find(
      ([, { state }]) => state.pending?.orderId === orderId || authorisationFor(state, orderId) !== undefined,
    );
  }

  withCommand(commandId: string): readonly [id: string, row: InfusionRow] | undefined {
    return this.table.entries.find(([, { commands }]) => commands.includes(commandId));
  }

  /** Orders that wait for somebody. */
  get pending(): readonly (readonly [id: string, order: PendingOrder])[] {
    return this.table.entries.flatMap(([id, { state }]) =>
      state.pending ? [[id, state.pending] as const] : [],
    );
  }
}

/** A row from a fold of its events, for an infusion that is not in memory. */
export function foldInfusion(events: readonly { event: StreamEvent; position: bigint }[]): InfusionRow {
  return events.reduce((row, at) => {
    const happened = infusionEventOf(at.event);
    return happened === undefined ? row : rowAfter(row, happened, at);
  }, NEW);
}

function rowAfter(
  row: InfusionRow,
  happened: InfusionEvent,
  { event, position }: { readonly event: StreamEvent; readonly position: bigint },
): InfusionRow {
  const { causationid: cause, time } = event;
  const causes = cause === undefined ? row.causes : [...row.causes, cause].slice(-CAUSES_KEPT);
  const lastPosition = position.toString();
  const next = { ...row, state: evolve(row.state, happened), lastPosition, causes };
  switch (happened.name) {
    case 'order-placed':
      return { ...next, placedAt: lastPosition };
    case 'infusion-authorised': {
      const { commandId, orderId } = happened.data;
      return {
        ...next,
        authorisedAt: lastPosition,
        authorisedTime: time,
        awaiting: { commandId, orderId },
        commands: [...row.commands, commandId].slice(-CAUSES_KEPT),
      };
    }
    case 'authorisation-withdrawn':
      return row.awaiting?.orderId === happened.data.orderId ? answered(next) : next;
    default:
      return next;
  }
}

export function answered({ awaiting: _, ...row }: InfusionRow): InfusionRow {
  return row;
}

/** Nothing was ever placed: an infusion that exists only by a refusal. */
function isNothing({ state }: InfusionRow): boolean {
  return state.subject === undefined;
}
