import type { KeyObject } from 'node:crypto';
import { keyIdOf, publicJwkOf } from '@bcmed/seal';
import { describe, expect, it } from 'vitest';
import {
  DOCTOR,
  HASH,
  NURSE,
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
  unit,
  ward,
} from '../../test/approval.js';
import { NOON, Ward, emulatedPasskey, minutes } from '../../test/ward.js';
import { approvalDecider, checkGrant, checkSignedText, signedTextOf, standingPeople } from '../index.js';

describe('a signature that comes in as an approval', () => {
  const requested = given(request());
  const checked = (person: string, key: KeyObject, text = TEXT, at = NOON, people = ward.people) =>
    checkGrant(requested, sign(person, key, text), people, at);

  it('of a nurse of the unit becomes a grant', () => {
    const check = checked(NURSE, nurse);
    expect(check).toMatchObject({ ok: true, command: { kind: 'grant', person: NURSE, textHash: HASH } });
    expect(check.ok && names(requested, check.command)).toEqual(['approval-granted']);
  });

  it('of a passkey becomes one as well', () => {
    const passkey = emulatedPasskey(SECOND);
    const { ward: other } = unit();
    other.enrolPasskey(SECOND, passkey);
    const { response } = passkey.assert(TEXT);
    const { authenticatorData, clientDataJSON: clientDataJson, signature } = response;
    const { credentialId } = passkey;
    const given = {
      kind: 'passkey',
      person: SECOND,
      credentialId,
      authenticatorData,
      clientDataJson,
      signature,
    } as const;
    expect(checkGrant(requested, given, other.people, NOON)).toMatchObject({ ok: true });
  });

  it('of the one who asked is none, with whichever key', () => {
    const { ward: other } = unit();
    const spare = other.enrolKey(DOCTOR);
    expect(checked(DOCTOR, doctor)).toMatchObject({
      reason: 'permission',
      decision: { policies: ['nobody-approves-their-own'] },
    });
    expect(checked(DOCTOR, spare, TEXT, NOON, other.people)).toMatchObject({ reason: 'permission' });
  });

  it('of one person with two keys makes one grant', () => {
    const { ward: other } = unit();
    const keys = [other.enrolKey(NURSE), other.enrolKey(NURSE)];
    const commands = keys.map((key) => checked(NURSE, key, TEXT, NOON, other.people));
    const two = given(request({ approvalsNeeded: 2 }));
    const [first, again] = commands.map((check) => (check.ok ? check.command : undefined));
    const after = approvalDecider.decide(first!, two).reduce(approvalDecider.evolve, two);
    expect(names(after, again!)).toEqual(['granted-before']);
    expect(names(after, consume())).toEqual(['approvals-missing']);
  });

  it('over a text that differs by one byte is none', () => {
    expect(checked(NURSE, nurse, TEXT.replace(':5,', ':6,'))).toEqual({
      ok: false,
      reason: 'signature',
      fault: 'bad-signature',
    });
  });

  it('of somebody who was revoked, or of a revoked key, is none', () => {
    const { ward: other, nurse: key } = unit();
    other.revoke(NURSE);
    expect(checked(NURSE, key, TEXT, NOON, other.people)).toMatchObject({ fault: 'person-revoked' });
    const { ward: third, second: lost } = unit();
    third.revokeAuthenticator(SECOND, keyIdOf(publicJwkOf(lost)));
    expect(checked(SECOND, lost, TEXT, NOON, third.people)).toMatchObject({ fault: 'authenticator-revoked' });
  });

  it('of somebody whose role ended or is on another unit is none', () => {
    const other = new Ward();
    const [ended, elsewhere] = [
      other.enrolKey('person-ended'),
      other.member('person-elsewhere', 'nurse', 'icu-2'),
    ];
    other.grant('person-ended', 'nurse', 'icu-1', minutes(1));
    expect(checked('person-ended', ended, TEXT, NOON, other.people)).toMatchObject({ ok: true });
    for (const check of [
      checked('person-ended', ended, TEXT, minutes(1), other.people),
      checked('person-elsewhere', elsewhere, TEXT, NOON, other.people),
    ])
      expect(check).toMatchObject({ reason: 'permission', decision: { reason: 'not-permitted' } });
  });

  it('under emergency access is none', () => {
    const other = new Ward();
    const key = other.member('person-elsewhere', 'nurse', 'icu-2');
    other.openEmergency('person-elsewhere', 'stay-4d');
    expect(checked('person-elsewhere', key, TEXT, NOON, other.people)).toMatchObject({
      reason: 'permission',
    });
  });

  it('for an approval that nobody requested, or that is no signature, is none', () => {
    expect(checkGrant({ phase: 'none' }, sign(NURSE, nurse), ward.people, NOON)).toMatchObject({
      reason: 'not-requested',
    });
    const broken = { ...sign(NURSE, nurse), signature: 'short' };
    expect(checkGrant(requested, broken, ward.people, NOON)).toMatchObject({ fault: 'malformed' });
  });
});

describe('who stands by an approval', () => {
  const granted = given(request({ approvalsNeeded: 2 }), grant(NURSE, nurse), grant(SECOND, second));

  it('are all who signed, and their signatures hold together over the one text', () => {
    expect(standingPeople(granted, ward.people, NOON)).toEqual([DOCTOR, NURSE, SECOND]);
    if (granted.phase === 'none') throw new Error('requested');
    expect(checkSignedText(signedTextOf(granted), ward.people)).toMatchObject({
      allHold: true,
      people: [DOCTOR, NURSE, SECOND],
    });
  });

  it('is nobody who was revoked or lost the role since', () => {
    const stories: [(later: Ward) => void, string[]][] = [
      [(later) => later.revoke(NURSE), [DOCTOR, SECOND]],
      [(later) => later.withdraw(SECOND, 'nurse'), [DOCTOR, NURSE]],
      [(later) => later.revoke(DOCTOR), [NURSE, SECOND]],
      [(later) => later.grant(NURSE, 'engineer', 'icu-9'), [DOCTOR, SECOND]],
    ];
    for (const [happens, standing] of stories) {
      const later = new Ward();
      for (const [person, key] of [
        [DOCTOR, doctor],
        [NURSE, nurse],
        [SECOND, second],
      ] as const)
        // prettier-ignore
        later.enrolKey(person, { key });
      later.grant(DOCTOR, 'physician').grant(NURSE, 'nurse').grant(SECOND, 'nurse');
      happens(later);
      expect(standingPeople(granted, later.people, NOON)).toEqual(standing);
      expect(names(granted, consume({ standing }))).not.toEqual(['approval-consumed']);
    }
  });

  it('is nobody where nothing was requested', () => {
    expect(standingPeople({ phase: 'none' }, ward.people, NOON)).toEqual([]);
  });
});
