import type { PersonSignature, SignedText } from '@bcmed/events';
import { standingPeople } from '@bcmed/policy';
import { authorisationFor, decide, readOrder, type OverrideLimits } from '../domain/order/index.js';
import { NotPermittedError, OrderEndedError, SignatureInvalidError, SignedBeforeError } from '../errors.js';
import { requirePermission, requireSigners, wrongApprover } from './authority.js';
import type { OrderAnswer, OrderBook, Step, Waiting } from './order-book.js';
import { overrideText, readStatement, withdrawalText } from './statements.js';

/** What people do with an order that waits: sign it as well, override a limit, take it back. */
export class OrderSteps {
  constructor(private readonly book: OrderBook) {}

  /** Further signatures, of other people. They are on disk before anybody is told that they count. */
  sign(orderId: string, signatures: readonly PersonSignature[]): Promise<OrderAnswer> {
    return this.book.withWaiting(orderId, async (waiting) => {
      const { people, store, clock } = this.book.settings;
      const { pending, text } = waiting;
      const signers = await this.#signers(waiting, signatures);
      const before = this.book.signatures(pending).map(({ person }) => person);
      const again = signers.find((person) => before.includes(person));
      if (again !== undefined)
        throw new SignedBeforeError(
          wrongApprover(
            again,
            this.book.bedside(text),
            `${again} has signed this order; another person has to.`,
          ),
        );
      const requestedBy = before[0] ?? '';
      for (const person of signers) {
        const asked = { person, action: text.action, requestedBy };
        requirePermission(asked, this.book.bedside(text), people(), clock.at());
      }
      store.keepSignatures(orderId, signatures);
      return this.#step(waiting, { person: signers[0], first: () => [] });
    });
  }

  /** Somebody who approved the very text says that its soft limits are overridden, and why. */
  override(orderId: string, statement: SignedText): Promise<OrderAnswer> {
    return this.book.withWaiting(orderId, async (waiting) => {
      const { site, people, clock } = this.book.settings;
      const { text, signers } = readStatement(overrideText, statement, { site, orderId }, people());
      const [person] = signers;
      const approval = this.#approval(text.approvalId);
      const bedside = this.book.bedside(waiting.text);
      if (approval.approvedBy.length > 0 && !approval.approvedBy.includes(person)) {
        const words = `${person} did not approve this order; those who did say why.`;
        throw new NotPermittedError(wrongApprover(person, bedside, words));
      }
      // Access asked for the unit that the request named; here it is the unit where the pump stands.
      const [{ person: requestedBy } = { person: '' }] = waiting.pending.order.signatures;
      const { action } = waiting.text;
      const decidedBy = approval.approvedBy
        .filter((approver) => approver !== requestedBy)
        .map((approver) =>
          requirePermission({ person: approver, action, requestedBy }, bedside, people(), clock.at()),
        );
      const { reason } = text;
      return this.#step(waiting, {
        person,
        first: (state, { library }, at) =>
          decide({ type: 'override-limits', at, orderId, reason, approval, decidedBy, library }, state),
      });
    });
  }

  /** Anybody who is known may take an order back; the pump is not stopped by it. */
  async withdraw(orderId: string, statement: SignedText): Promise<OrderAnswer> {
    const { site, people, decisions, standing, store, clock, denials } = this.book.settings;
    standing.require();
    const [infusionId, { state }] = this.book.find(orderId);
    const { text, signers } = readStatement(withdrawalText, statement, { site, orderId }, people());
    const [by] = signers;
    const placed =
      state.pending?.orderId === orderId ? state.pending : authorisationFor(state, orderId)?.placed;
    const order = placed && readOrder(placed.order.text);
    if (order === undefined) throw new OrderEndedError('The order no longer waits.');
    const asked = { person: by, action: 'stop' } as const;
    const allowance = await denials.recording(orderId, () =>
      Promise.resolve(requirePermission(asked, this.book.bedside(order), people(), clock.at())),
    );
    const { reason } = text;
    const why = { cause: 'person', reason, decidedBy: [allowance] } as const;
    const command = { type: 'withdraw', at: clock.at(), by, orderId, ...why } as const;
    await this.book.inTurn(order.pump, () => decisions.run(infusionId, command, this.book.occasion(by)));
    store.dropSignatures(orderId);
    return { infusionId, orderId, state: 'withdrawn' };
  }

  async #signers(
    { infusionId, pending }: Waiting,
    signatures: readonly PersonSignature[],
  ): Promise<readonly [string, ...string[]]> {
    const { order, orderId } = pending;
    try {
      return requireSigners({ text: order.text, signatures: [...signatures] }, this.book.settings.people());
    } catch (error) {
      if (error instanceof SignatureInvalidError) await this.book.refuseSignature(infusionId, orderId, error);
      throw error;
    }
  }

  async #step(
    { infusionId, pending, text }: Waiting,
    { person, first }: Pick<Step, 'person' | 'first'>,
  ): Promise<OrderAnswer> {
    const { orderId } = pending;
    const step = { infusionId, orderId, person, text, nonceUsedElsewhere: false, first };
    return this.book.settled(infusionId, orderId, await this.book.take(step));
  }

  /** The approval as it stands now; without people when it may not be used, which the decider refuses. */
  #approval(id: string): OverrideLimits['approval'] {
    const { ward, people, clock } = this.book.settings;
    const approval = ward.approvals.with(id);
    const at = clock.at();
    if (approval.phase !== 'open' || approval.request.expiresAt <= at)
      return { id, textHash: '', approvedBy: [] };
    const standing = standingPeople(approval, people(), at);
    const { textHash, approvalsNeeded } = approval.request;
    const approvedBy = approval.grants
      .map(({ person }) => person)
      .filter((person) => standing.includes(person));
    return { id, textHash, approvedBy: approvedBy.length < approvalsNeeded ? [] : approvedBy };
  }
}
