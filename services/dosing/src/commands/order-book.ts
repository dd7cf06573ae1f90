import { toToken, type PersonSignature, type PumpOrder, type SignedText } from '@bcmed/events';
import type { PeopleState } from '@bcmed/policy';
import { v7 as uuidV7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import type { DosingStore } from '../adapters/dosing-store.js';
import type { LibraryShelf } from '../adapters/library-shelf.js';
import {
  authorisationFor,
  evolve,
  readOrder,
  type DosingEvent,
  type Facts,
  type Infusion,
  type PendingOrder,
} from '../domain/order/index.js';
import { NotFoundError, OrderEndedError, OrderRefusedError, type SignatureInvalidError } from '../errors.js';
import type { InfusionRow } from '../views/infusions.js';
import type { Ward } from '../views/ward.js';
import type { Denials } from './denials.js';
import { authorisationOf, bedsideOf, needsOf, type Needs } from './authorisation.js';
import type { Bedside } from './authority.js';
import type { Decided, Decisions } from './decisions.js';
import { commandIdOf, infusionIdOf, type Occasion } from './event-maker.js';
import type { FactFinder } from './facts.js';
import type { Standing } from './standing.js';
import { Turns } from './turns.js';

export interface OrderBookSettings {
  readonly site: string;
  readonly source: string;
  readonly clock: Clock;
  readonly store: DosingStore;
  readonly shelf: LibraryShelf;
  readonly ward: Ward;
  readonly facts: FactFinder;
  readonly decisions: Decisions;
  readonly standing: Standing;
  readonly denials: Denials;
  /** Who is known and may what, as far as the stream was read. */
  readonly people: () => PeopleState;
}

/** Where an order stands. */
export interface OrderAnswer {
  readonly infusionId: string;
  readonly orderId: string;
  readonly state: 'waiting' | 'authorised' | 'withdrawn';
  readonly commandId?: string;
  readonly needs?: Needs;
}

/** An order that waits, found for a step that somebody wants to take. */
export interface Waiting {
  readonly infusionId: string;
  readonly row: InfusionRow;
  readonly pending: PendingOrder;
  readonly text: PumpOrder;
}

/** A decision to take on an order, and what may come of it. */
export interface Step {
  readonly infusionId: string;
  readonly orderId: string;
  readonly person: string;
  /** For another pump than that of the row's subject: nothing is known of it yet. */
  readonly text: PumpOrder | undefined;
  readonly nonceUsedElsewhere: boolean;
  /** What is decided before it is looked whether the order has all that it needs. */
  readonly first: (state: Infusion, facts: Facts, at: string) => readonly DosingEvent[];
}

/**
 * What every step of an order has in common: its turn among those of its pump, the facts of the moment, the authorisation as soon
 * as nothing is lacking, and the answer. An order that a stop met on its way is not carried out.
 */
export class OrderBook {
  readonly #turns = new Turns();
  readonly #stops = new Map<string, number>();
  readonly #stopped = new Set<string>();

  constructor(readonly settings: OrderBookSettings) {}

  /** What belongs to one pump is done one after the other. */
  inTurn<Result>(pump: string, work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(toToken(pump), work);
  }

  /** Called before a stop goes out: what waits for this pump, or is being decided, is not carried out after it. */
  fence(pump: string): void {
    const key = toToken(pump);
    this.#stops.set(key, (this.#stops.get(key) ?? 0) + 1);
    for (const [, { state }] of this.settings.ward.infusions.on(pump))
      if (state.pending !== undefined) this.#stopped.add(state.pending.orderId);
  }

  /** Takes the decision, and the authorisation with it when the order has all that it needs: one append. */
  async take({ infusionId, orderId, person, text, nonceUsedElsewhere, first }: Step): Promise<Decided> {
    const { facts: finder, decisions, ward } = this.settings;
    const requireNoStop = this.#stopWatch(text?.pump ?? '', orderId);
    const facts = await finder.factsFor(text, ward.infusions.row(infusionId), nonceUsedElsewhere);
    const occasion = this.occasion(person);
    return decisions.runWith(
      infusionId,
      (state) => {
        requireNoStop();
        const said = first(state, facts, occasion.at);
        const after = said.reduce(evolve, state);
        return [...said, ...authorisationOf(after, orderId, this.#moment(orderId, facts, after))];
      },
      occasion,
    );
  }

  /** A step of an order that waits. Throws NotFoundError and OrderEndedError; one that is authorised is answered. */
  withWaiting(orderId: string, work: (waiting: Waiting) => Promise<OrderAnswer>): Promise<OrderAnswer> {
    this.settings.standing.require();
    const [infusionId, found] = this.find(orderId);
    return this.inTurn(found.state.subject?.pump ?? '', async () => {
      const row = this.settings.ward.infusions.row(infusionId);
      const { pending } = row.state;
      if (authorisationFor(row.state, orderId)) return this.answer(infusionId, orderId, row);
      const text = pending && readOrder(pending.order.text);
      if (pending?.orderId !== orderId || text === undefined) throw ended();
      const { denials } = this.settings;
      return denials.recording(orderId, () => work({ infusionId, row, pending, text }));
    });
  }

  /** Says on the stream that a signature over an order does not hold. Who sent it is not known, so all count for one name. */
  async refuseSignature(infusionId: string, orderId: string, error: SignatureInvalidError): Promise<void> {
    const { denials, decisions } = this.settings;
    denials.demandRoom('a signature that does not hold');
    const data = { orderId, reason: 'signature-invalid', words: error.message.slice(0, 512) } as const;
    const occasion = this.occasion(this.settings.source);
    await decisions.runWith(infusionId, () => [{ name: 'order-refused', data }], occasion);
  }

  find(orderId: string): readonly [infusionId: string, row: InfusionRow] {
    const found = this.settings.ward.infusions.withOrder(orderId);
    if (found === undefined) throw new NotFoundError('There is no such order that waits or is authorised.');
    return found;
  }

  /** The infusion of this pump, patient and drug that goes on, or a new one that is known by its first order. */
  infusionFor(text: PumpOrder | undefined, orderId: string): string {
    const { ward, site } = this.settings;
    const going =
      text &&
      ward.infusions
        .on(text.pump)
        .find(
          ([, { state }]) => state.subject?.patient === text.patient && state.subject?.drug === text.drug,
        );
    return going === undefined ? infusionIdOf(site, orderId) : going[0];
  }

  bedside(text: PumpOrder): Bedside {
    return bedsideOf(text, this.settings.ward.associations);
  }

  /** Those of the text as it was placed, and those that came since. */
  signatures({
    orderId,
    order,
  }: {
    readonly orderId: string;
    readonly order: SignedText;
  }): PersonSignature[] {
    return [...order.signatures, ...this.settings.store.signatures(orderId)].slice(0, 8);
  }

  /** Throws OrderRefusedError when the decider said no. */
  settled(infusionId: string, orderId: string, { events, row }: Decided): OrderAnswer {
    for (const event of events)
      if (event.name === 'order-refused' && event.data.orderId === orderId)
        throw new OrderRefusedError(event.data);
    return this.answer(infusionId, orderId, row);
  }

  /** Throws OrderEndedError for an order that neither waits nor is authorised. */
  answer(infusionId: string, orderId: string, { state }: InfusionRow): OrderAnswer {
    const { pending } = state;
    const authorised = authorisationFor(state, orderId);
    if (authorised) {
      this.settings.store.dropSignatures(orderId);
      return { infusionId, orderId, state: 'authorised', commandId: authorised.commandId };
    }
    if (pending?.orderId !== orderId) throw ended();
    const { shelf } = this.settings;
    const library = shelf.activeFor(readOrder(pending.order.text)?.unit ?? '');
    const signed = new Set(this.signatures(pending).map(({ person }) => person)).size;
    return { infusionId, orderId, state: 'waiting', needs: needsOf(pending, signed, library?.content) };
  }

  occasion(actor: string): Occasion {
    return { actor, at: this.settings.clock.at(), key: uuidV7() };
  }

  #moment(orderId: string, facts: Facts, { pending }: Infusion): Parameters<typeof authorisationOf>[2] {
    const { site, people, ward, clock } = this.settings;
    return {
      at: clock.at(),
      commandId: commandIdOf(site, orderId),
      facts,
      people: people(),
      associations: ward.associations,
      signed: { text: pending?.order.text ?? '', signatures: pending ? this.signatures(pending) : [] },
    };
  }

  /** Throws when a stop of this pump came after this was called, or met the order while it waited. */
  #stopWatch(pump: string, orderId: string): () => void {
    const key = toToken(pump);
    const before = this.#stops.get(key);
    return () => {
      if (this.#stops.get(key) === before && !this.#stopped.has(orderId)) return;
      throw new OrderEndedError('A stop of this pump was ordered meanwhile; order anew.');
    };
  }
}

const ended = (): OrderEndedError => new OrderEndedError('The order no longer waits; order anew.');
