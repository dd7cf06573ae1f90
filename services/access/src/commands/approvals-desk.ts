import type { LogMessage } from '@bcmed/event-log';
import {
  ApprovalConsumed,
  ApprovalExpired,
  ApprovalGranted,
  ApprovalRefused,
  ApprovalRequested,
  ApprovalWithdrawn,
  pumpOrderText,
  type EventDefinition,
  type PersonSignature,
  type StreamEvent,
} from '@bcmed/events';
import {
  APPROVAL_ACTION,
  answerApproval,
  checkGrant,
  checkSignedText,
  standingPeople,
  type ApprovalCommand,
  type ApprovalEvent,
  type ApprovalRefusal,
  type ApprovalState,
  type PolicyRequest,
} from '@bcmed/policy';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import type { AccessRecord } from '../adapters/access-record.js';
import type { Answer } from '../domain/fact.js';
import { InvalidRequestError } from '@bcmed/service-kit';
import { NotFoundError, SignatureRefusedError } from '../errors.js';
import type { Authority } from './authority.js';
import type { Decisions } from './decisions.js';
import { demandPossible } from './refusals.js';
import type { Unclaimed } from './sessions.js';

const DEFINITIONS: Readonly<Record<ApprovalEvent['name'], EventDefinition>> = {
  'approval-requested': ApprovalRequested,
  'approval-granted': ApprovalGranted,
  'approval-refused': ApprovalRefused,
  'approval-withdrawn': ApprovalWithdrawn,
  'approval-expired': ApprovalExpired,
  'approval-consumed': ApprovalConsumed,
};

export interface ApprovalWish {
  readonly text: string;
  readonly signature: Unclaimed;
  readonly purpose: 'pump-order' | 'library-release' | 'alarm-threshold';
  readonly unit: string;
  readonly approvalsNeeded: number;
  readonly expiresAt: string;
}

type Requested = Exclude<ApprovalState, { phase: 'none' }>;

/** The second pair of eyes: approvals of exact texts by different people, as `@bcmed/policy` decides them. */
export class ApprovalsDesk {
  constructor(
    private readonly trust: AccessRecord,
    private readonly authority: Authority,
    private readonly decisions: Decisions,
    private readonly clock: Clock,
    private readonly source: string,
  ) {}

  async request(by: string, wish: ApprovalWish): Promise<string> {
    const id = uuidv7();
    const signature = { ...wish.signature, person: by };
    await this.#take(id, by, (at) => {
      this.#demandSignature(wish.text, signature);
      this.authority.demand(requestOf(by, wish));
      return this.#answer(id, { kind: 'request', at, requestedBy: by, ...wish, signature });
    });
    return id;
  }

  async grant(by: string, id: string, unclaimed: Unclaimed): Promise<void> {
    const signature = { ...unclaimed, person: by };
    await this.#take(id, by, (at) => {
      const check = checkGrant(this.trust.approval(id), signature, this.trust.people, at);
      if (check.ok) return this.#answer(id, check.command);
      switch (check.reason) {
        case 'not-requested':
          return { outcome: 'refused', reason: 'not-requested' };
        case 'signature':
          throw refusedSignature(check.fault);
        case 'permission':
          return this.authority.refuse(this.#approving(by, id), check.decision);
        default:
          return check satisfies never;
      }
    });
  }

  /** No, by somebody who could have said yes. */
  async refuse(by: string, id: string, reason: string): Promise<void> {
    await this.#take(id, by, (at) => {
      const { requestedBy } = this.#requested(id).request;
      this.authority.demand(this.#approving(by, id), { requestedBy });
      return this.#answer(id, { kind: 'refuse', at, person: by, reason });
    });
  }

  async withdraw(by: string, id: string, reason: string): Promise<void> {
    await this.#take(id, by, (at) => this.#answer(id, { kind: 'withdraw', at, person: by, reason }));
  }

  /** Uses it up, for the one who asked. The same `consumedBy` may ask again and is told the same. */
  async consume(
    by: string,
    id: string,
    { textHash, consumedBy }: { textHash: string; consumedBy: string },
  ): Promise<void> {
    await this.#take(id, by, (at) => {
      const state = this.#requested(id);
      if (state.request.requestedBy !== by) return { outcome: 'refused', reason: 'not-own-request' };
      const standing = standingPeople(state, this.trust.people, at);
      return this.#answer(id, { kind: 'consume', at, textHash, consumedBy, standing });
    });
  }

  /** An event of another service, if it may be acted on. */
  judge(message: LogMessage): Promise<StreamEvent | undefined> {
    return this.decisions.judge(message);
  }

  /** Uses it up for an event that used it; why not, if it did not hold. Repeatable. */
  async consumeFor(consumedBy: string, id: string): Promise<ApprovalRefusal | undefined> {
    const answer = await this.decisions.take({
      entity: id,
      actor: this.source,
      cause: `consumption of ${id} by ${consumedBy}`,
      decide: (at) => {
        const state = this.trust.approval(id);
        if (state.phase === 'none') return { outcome: 'refused', reason: 'not-requested' };
        const { textHash } = state.request;
        const standing = standingPeople(state, this.trust.people, at);
        return this.#answer(id, { kind: 'consume', at, textHash, consumedBy, standing });
      },
    });
    return answer.outcome === 'refused' ? answer.reason : undefined;
  }

  /** Says of approvals that their time is over. */
  async expire(): Promise<void> {
    const at = this.clock.at();
    for (const [id, state] of this.trust.approvals) {
      if (state.phase !== 'open' || at < state.request.expiresAt) continue;
      const cause = `expiry of ${id}`;
      const decide = (now: string) => this.#answer(id, { kind: 'expire', at: now });
      await this.decisions.take({ entity: id, actor: this.source, cause, decide });
    }
  }

  /** Open approvals of a unit that somebody asked for or may approve. */
  open(by: string, unit: string): readonly { id: string; state: Requested }[] {
    return [...this.trust.approvals].flatMap(([id, state]) =>
      state.phase === 'open' && state.request.unit === unit && this.#maySee(by, state) ? [{ id, state }] : [],
    );
  }

  read(by: string, id: string): Requested {
    const state = this.#requested(id);
    const { requestedBy } = state.request;
    if (requestedBy !== by) this.authority.demandRead(this.#approving(by, id), { requestedBy });
    return state;
  }

  #maySee(by: string, { request }: Requested): boolean {
    const { requestedBy, purpose, unit } = request;
    const asked = { person: by, action: APPROVAL_ACTION[purpose], resource: { kind: 'unit', unit } } as const;
    return requestedBy === by || this.authority.allows(asked, { requestedBy });
  }

  #approving(by: string, id: string): PolicyRequest {
    const { purpose, unit } = this.#requested(id).request;
    return { person: by, action: APPROVAL_ACTION[purpose], resource: { kind: 'unit', unit } };
  }

  #requested(id: string): Requested {
    const state = this.trust.approval(id);
    if (state.phase === 'none') throw new NotFoundError('There is no such approval.');
    return state;
  }

  async #take(id: string, by: string, decide: (at: string) => Answer<ApprovalRefusal>): Promise<void> {
    demandPossible(await this.decisions.take({ entity: id, actor: by, correlationid: id, decide }));
  }

  #answer(id: string, command: ApprovalCommand): Answer<ApprovalRefusal> {
    const answer = answerApproval(command, this.trust.approval(id));
    if (answer.outcome === 'refused') return answer;
    const facts = answer.events.map(({ name, data }) => ({
      definition: DEFINITIONS[name],
      entity: id,
      data,
    }));
    return { outcome: 'decided', facts };
  }

  #demandSignature(text: string, signature: PersonSignature): void {
    const { outcomes, fault, allHold } = checkSignedText(
      { text, signatures: [signature] },
      this.trust.people,
    );
    if (!allHold) throw refusedSignature(outcomes[0]?.fault ?? fault ?? 'malformed');
  }
}

function refusedSignature(fault: string): SignatureRefusedError {
  return new SignatureRefusedError(`The signature does not hold over this text (${fault}). Sign it again.`);
}

/** Who may ask for an approval: whoever may do the thing itself, or, of a threshold, whoever lives with the alarm. */
function requestOf(person: string, { purpose, text, unit }: ApprovalWish): PolicyRequest {
  if (purpose === 'library-release')
    return { person, action: 'release-library', resource: { kind: 'unit', unit } };
  if (purpose === 'alarm-threshold')
    return { person, action: 'acknowledge-alarm', resource: { kind: 'unit', unit } };
  const order = pumpOrderText.safeParse(parsed(text)).data;
  if (!order)
    throw new InvalidRequestError([
      { field: 'text', fix: 'must be a pump-order, as POST /orders/texts gives it' },
    ]);
  return { person, action: `order-${order.action}`, resource: pumpOf(order) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The pump as the text has it. Whoever carries the order out compares unit and patient with the record. */
export function pumpOf({
  pump: id,
  unit,
  patient,
}: {
  pump: string;
  unit: string;
  patient?: string | undefined;
}) {
  return { kind: 'pump', id, unit, ...(patient === undefined ? {} : { patient }) } as const;
}
