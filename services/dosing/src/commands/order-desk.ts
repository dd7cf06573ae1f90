import type { PumpOrder, SignedText } from '@bcmed/events';
import { textHashOf } from '@bcmed/policy';
import { authorisationFor, decide, readOrder } from '../domain/order/index.js';
import { SignatureInvalidError, TextUnreadableError } from '../errors.js';
import { requireAuthority, requireSigners, type Authority } from './authority.js';
import type { Decided } from './decisions.js';
import { infusionIdOf, orderIdOf } from './event-maker.js';
import type { OrderAnswer, OrderBook } from './order-book.js';

interface Read {
  readonly order: SignedText;
  readonly orderId: string;
  readonly textHash: string;
  /** Who ordered: the first who signed. */
  readonly person: string;
  readonly text: PumpOrder | undefined;
}

/**
 * The way in for orders. Signatures and rights are checked here, against people as the stream tells them; everything else is the
 * decider's.
 *
 * An order is known by its text: the same text again, while the order waits or is authorised, gives the same answer and says
 * nothing new.
 */
export class OrderDesk {
  /** Nonces of orders on their way to the stream, until the store has them. */
  readonly #claims = new Map<string, string>();

  constructor(private readonly book: OrderBook) {}

  /** Throws what a person can mend as DosingError; OrderRefusedError for what the decider refused, which is also an event. */
  place(order: SignedText): Promise<OrderAnswer> {
    const { site, standing, denials } = this.book.settings;
    standing.require();
    const textHash = textHashOf(order.text);
    const orderId = orderIdOf(site, textHash);
    const text = readOrder(order.text);
    return denials.recording(orderId, async () => {
      const person = await this.#requester(order, orderId);
      if (text !== undefined && text.site !== site)
        throw new TextUnreadableError(`The order is for site ${text.site}, this is ${site}.`);
      const read = { order, orderId, textHash, person, text };
      return this.book.inTurn(text?.pump ?? '', () => this.#placeInTurn(read));
    });
  }

  /** Who ordered. A signature that does not hold is refused on the stream as well, and thrown. */
  async #requester(order: SignedText, orderId: string): Promise<string> {
    const { site, people } = this.book.settings;
    try {
      return requireSigners(order, people())[0];
    } catch (error) {
      if (error instanceof SignatureInvalidError)
        await this.book.refuseSignature(infusionIdOf(site, orderId), orderId, error);
      throw error;
    }
  }

  /** Goes on with orders that had all they need when an earlier life of this service ended; gives what failed. */
  async resume(): Promise<readonly unknown[]> {
    const { book } = this;
    const failures: unknown[] = [];
    for (const [infusionId, pending] of book.settings.ward.infusions.pending) {
      const { orderId, order } = pending;
      const person = order.signatures[0]?.person ?? 'nobody';
      const step = { infusionId, orderId, person, text: readOrder(order.text) };
      await book
        .inTurn(pending.pump, () =>
          book.settings.denials.recording(orderId, () =>
            book.take({ ...step, nonceUsedElsewhere: false, first: () => [] }),
          ),
        )
        .catch((error: unknown) => failures.push(error));
    }
    return failures;
  }

  async #placeInTurn(read: Read): Promise<OrderAnswer> {
    const { ward, people, clock } = this.book.settings;
    const { orderId, text, order } = read;
    const known = ward.infusions.withOrder(orderId);
    if (known !== undefined) return this.book.answer(known[0], orderId, known[1]);
    // Where nobody recorded the pump, the decider refuses: no unit is left of which rights could be asked.
    const authority =
      text !== undefined && ward.associations.of(text.pump) !== undefined
        ? requireAuthority(order, text.action, this.book.bedside(text), people(), clock.at())
        : undefined;
    const infusionId = this.book.infusionFor(text, orderId);
    const isOurs = this.#claim(text?.nonce, orderId);
    let stands = false;
    try {
      const decided = await this.#decide(infusionId, { ...read, authority }, !isOurs);
      stands = standsWith(decided, orderId);
      return this.book.settled(infusionId, orderId, decided);
    } finally {
      if (!stands) this.#release(text?.nonce, orderId);
    }
  }

  #decide(
    infusionId: string,
    read: Read & { readonly authority: Authority | undefined },
    nonceUsedElsewhere: boolean,
  ): Promise<Decided> {
    const { orderId, person, text, textHash, order, authority } = read;
    const decidedBy = authority?.decidedBy ?? [];
    return this.book.take({
      infusionId,
      orderId,
      person,
      text,
      nonceUsedElsewhere,
      first: (state, facts, at) => {
        if (authorisationFor(state, orderId)) return [];
        return decide({ type: 'place-order', at, orderId, order, textHash, decidedBy, facts }, state);
      },
    });
  }

  /** False when another order, or one that has ended, has this nonce. */
  #claim(nonce: string | undefined, orderId: string): boolean {
    if (nonce === undefined) return true;
    const { store } = this.book.settings;
    for (const known of this.#claims.keys())
      if (store.orderWith(known) !== undefined) this.#claims.delete(known);
    if (store.orderWith(nonce) !== undefined) return false;
    const claimant = this.#claims.get(nonce) ?? orderId;
    this.#claims.set(nonce, claimant);
    return claimant === orderId;
  }

  #release(nonce: string | undefined, orderId: string): void {
    if (nonce !== undefined && this.#claims.get(nonce) === orderId) this.#claims.delete(nonce);
  }
}

function standsWith({ row }: Decided, orderId: string): boolean {
  return row.state.pending?.orderId === orderId || authorisationFor(row.state, orderId) !== undefined;
}
