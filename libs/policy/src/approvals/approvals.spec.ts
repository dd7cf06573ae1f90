import {
  ApprovalConsumed,
  ApprovalExpired,
  ApprovalGranted,
  ApprovalRefused,
  ApprovalRequested,
  ApprovalWithdrawn,
  createEvent,
  type EventDefinition,
} from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import {
  ANOTHER_ORDER,
  DOCTOR,
  HASH,
  NURSE,
  ORDER,
  SECOND,
  TEXT,
  consume,
  doctor,
  given,
  grant,
  names,
  nurse,
  request,
  second,
  sign,
  words,
} from '../../test/approval.js';
import { NOON, minutes } from '../../test/ward.js';
import {
  answerApproval,
  approvalDecider,
  textHashOf,
  type ApprovalCommand,
  type ApprovalEvent,
  type ApprovalState,
} from '../index.js';

describe('an approval that was requested', () => {
  const requested = given(request());

  it('names the text by its hash', () => {
    expect(requested).toMatchObject({ phase: 'open', request: { textHash: HASH, requestedBy: DOCTOR } });
  });

  it('is granted by somebody else', () => {
    expect(answerApproval(grant(NURSE, nurse), requested)).toMatchObject({
      outcome: 'decided',
      events: [{ name: 'approval-granted', data: { grantedBy: NURSE, textHash: HASH, stillNeeded: 0 } }],
    });
  });

  it.each<[string, ApprovalCommand, string]>([
    ['is not granted by the one who asked', grant(DOCTOR, doctor), 'own-request'],
    ['is not granted for another text', grant(NURSE, nurse, NOON, textHashOf('x')), 'another-text'],
    [
      'is not granted with the signature of another',
      { ...grant(NURSE, nurse), person: SECOND } as ApprovalCommand,
      'wrong-person',
    ],
    ['is not granted once it expired', grant(NURSE, nurse, minutes(10)), 'expired'],
    ['is not granted at a time that cannot be read', grant(NURSE, nurse, 'soon'), 'expired'],
    ['is not consumed before it was granted', consume(), 'approvals-missing'],
    ['is not requested again', request(), 'requested-before'],
    ['is refused by somebody who was asked', words(NURSE, 'refuse'), 'approval-refused'],
    ['is not refused by the one who asked, who withdraws', words(DOCTOR, 'refuse'), 'own-request'],
    ['is withdrawn by the one who asked', words(DOCTOR, 'withdraw'), 'approval-withdrawn'],
    ['is not withdrawn by anybody else', words(NURSE, 'withdraw'), 'not-own-request'],
    ['does not expire before its time', { kind: 'expire', at: minutes(9) }, 'not-expired'],
    ['expires in its time', { kind: 'expire', at: minutes(10) }, 'approval-expired'],
  ])('%s', (_, command, outcome) => {
    expect(names(requested, command)).toEqual([outcome]);
  });
});

describe('an approval that was granted', () => {
  const granted = given(request(), grant(NURSE, nurse));

  it('is consumed once: by one order, which may ask again', () => {
    expect(answerApproval(consume(), granted)).toMatchObject({
      events: [{ name: 'approval-consumed', data: { consumedBy: ORDER, approvedBy: [NURSE] } }],
    });
    const consumed = given(request(), grant(NURSE, nurse), consume());
    expect(answerApproval(consume(), consumed)).toEqual({ outcome: 'decided', events: [] });
    expect(names(consumed, consume({ consumedBy: ANOTHER_ORDER }))).toEqual(['consumed']);
    expect(names(consumed, consume({ textHash: textHashOf('x') }))).toEqual(['another-text']);
  });

  it('is not consumed for another text, nor after it expired', () => {
    expect(names(granted, consume({ textHash: textHashOf(`${TEXT} `) }))).toEqual(['another-text']);
    expect(names(granted, consume({ at: minutes(10) }))).toEqual(['expired']);
  });

  it('is not consumed when an approver or the requester stands by it no more', () => {
    expect(names(granted, consume({ standing: [DOCTOR] }))).toEqual(['approvals-missing']);
    expect(names(granted, consume({ standing: [NURSE] }))).toEqual(['requester-not-standing']);
  });

  it('may still be refused, withdrawn, or run out', () => {
    expect(names(granted, words(NURSE, 'refuse'))).toEqual(['approval-refused']);
    expect(names(granted, words(DOCTOR, 'withdraw'))).toEqual(['approval-withdrawn']);
    expect(names(granted, { kind: 'expire', at: minutes(11) })).toEqual(['approval-expired']);
  });
});

describe('an approval by two', () => {
  const half = given(request({ approvalsNeeded: 2 }), grant(NURSE, nurse));

  it('counts one person once', () => {
    expect(names(half, grant(NURSE, nurse))).toEqual(['granted-before']);
    expect(names(half, consume())).toEqual(['approvals-missing']);
  });

  it('is complete with another', () => {
    const whole = given(request({ approvalsNeeded: 2 }), grant(NURSE, nurse), grant(SECOND, second));
    expect(names(whole, consume())).toEqual(['approval-consumed']);
  });

  it('takes no more people than a signed text can hold', () => {
    const others = Array.from({ length: 7 }, (_, number) => grant(`person-${number}`, nurse));
    const full = given(request({ approvalsNeeded: 2 }), ...others);
    expect(names(full, grant(NURSE, nurse))).toEqual(['enough-approvals']);
  });

  it('believes no second grant of one person, nor one for another text, that stands on the stream', () => {
    const data = { textHash: HASH, grantedBy: NURSE, signature: sign(NURSE, nurse), stillNeeded: 0 };
    const again: ApprovalEvent = { name: 'approval-granted', data };
    expect(approvalDecider.evolve(half, again)).toEqual(half);
    const own: ApprovalEvent = { name: 'approval-granted', data: { ...data, grantedBy: DOCTOR } };
    expect(approvalDecider.evolve(half, own)).toEqual(half);
    const other = { ...data, grantedBy: SECOND, textHash: textHashOf('x') };
    expect(approvalDecider.evolve(half, { name: 'approval-granted', data: other })).toEqual(half);
  });
});

describe('an approval that ended', () => {
  it.each<[string, ApprovalState, string]>([
    ['refused', given(request(), words(NURSE, 'refuse')), 'refused'],
    ['withdrawn', given(request(), words(DOCTOR, 'withdraw')), 'withdrawn'],
    ['expired', given(request(), { kind: 'expire', at: minutes(10) }), 'expired'],
    ['consumed', given(request(), grant(NURSE, nurse), consume()), 'consumed'],
  ])('%s: takes nothing more', (_, ended, reason) => {
    for (const command of [
      grant(SECOND, second),
      words(SECOND, 'refuse'),
      words(DOCTOR, 'withdraw'),
      consume({ consumedBy: ANOTHER_ORDER }),
      { kind: 'expire', at: minutes(20) } as const,
    ]) {
      expect(names(ended, command)).toEqual([reason]);
      expect(approvalDecider.decide(command, ended)).toEqual([]);
    }
  });
});

describe('a request', () => {
  it.each<[string, Parameters<typeof request>[0], string]>([
    ['for nobody', { approvalsNeeded: 0 }, 'unusable-request'],
    ['for more people than a text can hold', { approvalsNeeded: 8 }, 'unusable-request'],
    ['for half a person', { approvalsNeeded: 1.5 }, 'unusable-request'],
    ['in the name of another', { requestedBy: NURSE }, 'unusable-request'],
    ['whose text is no order', { text: '{"kind":"pump-order"}' }, 'unusable-request'],
    ['whose text is no JSON', { text: 'five' }, 'unusable-request'],
    ['for another unit than the text names', { unit: 'icu-2' }, 'unusable-request'],
    ['with half a surrogate pair', { text: '"\ud800"', purpose: 'library-release' }, 'unusable-request'],
    ['that has expired', { expiresAt: NOON }, 'expired'],
  ])('%s is refused', (_, changes, reason) => {
    expect(names(approvalDecider.initialState, request(changes))).toEqual([reason]);
  });

  it('that nobody made has no answer', () => {
    expect(names(approvalDecider.initialState, grant(NURSE, nurse))).toEqual(['not-requested']);
    expect(names(approvalDecider.initialState, consume())).toEqual(['not-requested']);
  });
});

describe('what an approval says', () => {
  it('is in the catalogue, every word of it', () => {
    const definitions = [
      ApprovalConsumed, ApprovalExpired, ApprovalGranted, ApprovalRefused, ApprovalRequested, ApprovalWithdrawn,
    ]; // prettier-ignore
    const said = [
      ...approvalDecider.decide(request(), approvalDecider.initialState),
      ...[grant(NURSE, nurse), words(NURSE, 'refuse'), words(DOCTOR, 'withdraw')].flatMap((command) =>
        approvalDecider.decide(command, given(request())),
      ),
      ...approvalDecider.decide({ kind: 'expire', at: minutes(10) }, given(request())),
      ...approvalDecider.decide(consume(), given(request(), grant(NURSE, nurse))),
    ];
    expect(new Set(said.map(({ name }) => name)).size).toBe(definitions.length);
    for (const { name, data } of said) {
      const definition: EventDefinition = definitions.find((candidate) => candidate.name === name)!;
      const attributes = {
        id: ORDER,
        source: 'access/1',
        entity: ORDER,
        time: NOON,
        site: 's1',
        actor: DOCTOR,
      };
      expect(createEvent(definition, attributes, data).data).toEqual(data);
    }
  });
});
