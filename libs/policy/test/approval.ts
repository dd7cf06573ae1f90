import type { KeyObject } from 'node:crypto';
import {
  answerApproval,
  approvalDecider,
  textHashOf,
  type ApprovalCommand,
  type ApprovalState,
} from '../src/index.js';
import { NOON, Ward, minutes, orderText, signedBy } from './ward.js';

export const TEXT = orderText();
export const HASH = textHashOf(TEXT);
export const [DOCTOR, NURSE, SECOND] = ['person-doctor', 'person-nurse', 'person-second'];
export const ORDER = '01994f7e-7c00-7000-8000-0000000000c1';
export const ANOTHER_ORDER = '01994f7e-7c00-7000-8000-0000000000c2';

/** A unit with a physician who orders and two nurses. */
export function unit() {
  const ward = new Ward();
  const keys = {
    doctor: ward.member(DOCTOR, 'physician'),
    nurse: ward.member(NURSE, 'nurse'),
    second: ward.member(SECOND, 'nurse'),
  };
  return { ward, ...keys };
}

export const { ward, doctor, nurse, second } = unit();
export const sign = (person: string, key: KeyObject, text = TEXT) => signedBy(person, key, text);

export const request = (
  changes: Partial<Extract<ApprovalCommand, { kind: 'request' }>> = {},
): ApprovalCommand => ({
  kind: 'request',
  at: NOON,
  text: TEXT,
  requestedBy: DOCTOR,
  signature: sign(DOCTOR, doctor),
  purpose: 'pump-order',
  unit: 'icu-1',
  approvalsNeeded: 1,
  expiresAt: minutes(10),
  ...changes,
});
export const grant = (person: string, key: KeyObject, at = minutes(1), textHash = HASH): ApprovalCommand => ({
  kind: 'grant',
  at,
  textHash,
  person,
  signature: sign(person, key),
});
export const consume = (
  changes: Partial<Extract<ApprovalCommand, { kind: 'consume' }>> = {},
): ApprovalCommand => ({
  kind: 'consume',
  at: minutes(2),
  textHash: HASH,
  consumedBy: ORDER,
  standing: [DOCTOR, NURSE, SECOND],
  ...changes,
});
export const words = (person: string, kind: 'refuse' | 'withdraw', at = minutes(1)): ApprovalCommand => ({
  kind,
  at,
  person,
  reason: 'wrong drug',
});

/** The state after these commands, each of which must have been decided. */
export function given(...commands: readonly ApprovalCommand[]): ApprovalState {
  return commands.reduce<ApprovalState>((state, command) => {
    const answer = answerApproval(command, state);
    if (answer.outcome === 'refused') throw new Error(`${command.kind}: ${answer.reason}`);
    return answer.events.reduce(approvalDecider.evolve, state);
  }, approvalDecider.initialState);
}

export const names = (state: ApprovalState, command: ApprovalCommand): string[] => {
  const answer = answerApproval(command, state);
  return answer.outcome === 'decided' ? answer.events.map(({ name }) => name) : [answer.reason];
};
