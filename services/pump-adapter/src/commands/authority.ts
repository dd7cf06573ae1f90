import type { PumpOrder, SignedText } from '@bcmed/events';
import { authorise, checkSignedText, type Action, type PeopleState } from '@bcmed/policy';
import type { Bedside, Refusal } from '../domain/index.js';

export interface AuthorityRequest {
  readonly signed: SignedText;
  readonly order: PumpOrder;
  /** Different people who must have signed. */
  readonly approvalsNeeded: number;
  /** Where the pump stands and at whom, as it was recorded. */
  readonly bedside: Pick<Bedside, 'unit' | 'patient'>;
  /** RFC 3339. */
  readonly at: string;
}

const ACTIONS: Readonly<Record<PumpOrder['action'], Action>> = {
  'set-rate': 'order-set-rate',
  'set-vtbi': 'order-set-vtbi',
  bolus: 'order-bolus',
  'set-target': 'order-set-target',
  start: 'order-start',
  stop: 'order-stop',
};

/**
 * Why the people who signed may not order this; undefined when they may, as far as the site's keys and roles are known now. The first who signed ordered
 * it, the others approved. A stop needs somebody who is known and has signed, and no permission.
 */
export function judgeAuthority(request: AuthorityRequest, people: PeopleState): Refusal | undefined {
  const { signed, order, approvalsNeeded, bedside, at } = request;
  const check = checkSignedText(signed, people);
  const [person] = check.people;
  // One who signed is enough for a stop, whoever else did.
  if (person === undefined || (!check.allHold && order.action !== 'stop')) {
    const faults = check.outcomes.flatMap(({ person: who, fault }) => (fault ? [`${who}: ${fault}`] : []));
    return { reason: 'signature-invalid', detail: (check.fault ?? faults.join('; ')).slice(0, 256) };
  }
  if (order.action === 'stop') return undefined;
  const { unit, patient } = bedside;
  const resource = { kind: 'pump', id: order.pump, unit, ...(patient !== undefined && { patient }) } as const;
  for (const [index, who] of check.people.entries()) {
    const action = index === 0 ? ACTIONS[order.action] : 'approve-order';
    const circumstances = { at, ...(index > 0 && { requestedBy: person }) };
    const decision = authorise({ person: who, action, resource }, people, circumstances);
    if (decision.outcome === 'denied')
      return { reason: 'not-permitted', detail: `${who}: ${decision.words}`.slice(0, 256) };
  }
  if (check.people.length < approvalsNeeded) {
    const detail = `${approvalsNeeded} different people must sign, ${check.people.length} did`;
    return { reason: 'approvals-missing', detail };
  }
  return undefined;
}
