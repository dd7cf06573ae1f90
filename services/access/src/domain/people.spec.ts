import { identityOf, rolesOn } from '@bcmed/policy';
import { describe, expect, it } from 'vitest';
import { NOON, SitePeople, authenticatorOf, minutes, saying } from '../../test/site-people.js';
import { FIRST_START, answerAboutPeople, isNobodyYet, type PeopleCommand } from './people.js';

const ADMIN = 'person-admin';
const NURSE = 'person-nurse';

const enrol = (
  person: string,
  changes: Partial<Extract<PeopleCommand, { kind: 'enrol' }>> = {},
): PeopleCommand => ({
  kind: 'enrol',
  person,
  at: NOON,
  by: ADMIN,
  authenticator: authenticatorOf(person),
  roles: [],
  ...changes,
});
const common = { at: NOON, by: ADMIN };
const withdraw = (person: string, role: 'administrator' | 'nurse', unit: string): PeopleCommand => ({
  kind: 'withdraw-role',
  person,
  role,
  unit,
  reason: 'moved',
  ...common,
});
const revoke = (person: string): PeopleCommand => ({
  kind: 'revoke-person',
  person,
  reason: 'left',
  ...common,
});
const revokeAuthenticator = (person: string): PeopleCommand => ({
  kind: 'revoke-authenticator',
  person,
  credentialId: authenticatorOf(person).credentialId,
  reason: 'lost',
  ...common,
});

const site = () => new SitePeople().member(ADMIN, 'administrator', 'all').member(NURSE, 'nurse');
const answer = (command: PeopleCommand, { people }: SitePeople = site()) =>
  saying(answerAboutPeople(command, people));

describe('a site where nobody is', () => {
  it('makes the first one administrator, authenticator and role in one decision', () => {
    const nobody = new SitePeople();
    expect(isNobodyYet(nobody.people)).toBe(true);
    const first = enrol(ADMIN, { by: FIRST_START, roles: [{ role: 'administrator', unit: 'all' }] });
    expect(answer(first, nobody)).toEqual(['authenticator-enrolled', 'role-granted']);
    nobody.when(first);
    expect(isNobodyYet(nobody.people)).toBe(false);
    expect(rolesOn(nobody.people, ADMIN, 'icu-1', NOON)).toEqual(['administrator']);
  });

  it('is one to a production configuration also when people of a demonstration are there', () => {
    const demonstration = enrol(NURSE, { authenticator: authenticatorOf(NURSE, true) });
    expect(isNobodyYet(new SitePeople(false).when(demonstration).people)).toBe(true);
    expect(isNobodyYet(new SitePeople(true).when(demonstration).people)).toBe(false);
  });

  it('is one to a demonstration as long as only its cast and visitors are there', () => {
    const cast = enrol('person-demo-nurse', { authenticator: authenticatorOf('person-demo-nurse', true) });
    expect(isNobodyYet(new SitePeople(true).when(cast).people)).toBe(true);
    // A name alone takes nobody's place: without the mark of a demonstration it is somebody.
    const named = enrol('person-demo-nurse', { authenticator: authenticatorOf('person-demo-nurse') });
    expect(isNobodyYet(new SitePeople(true).when(named).people)).toBe(false);
  });

  it('is none any more once somebody was enrolled, also when they were revoked since', () => {
    const after = site().when(revoke(NURSE));
    expect(answer(enrol('person-late', { by: FIRST_START }), after)).toEqual(['somebody-exists']);
  });
});

describe('somebody who is enrolled', () => {
  it('gets no further authenticator while they have one, and one again when it was revoked', () => {
    const another = enrol(NURSE, { authenticator: authenticatorOf('another phone') });
    expect(answer(another)).toEqual(['has-authenticator']);
    expect(answer(another, site().when(revokeAuthenticator(NURSE)))).toEqual(['authenticator-enrolled']);
  });

  it('never gets the authenticator or the key of somebody else, nor a revoked one again', () => {
    expect(answer(enrol('person-new', { authenticator: authenticatorOf(NURSE) }))).toEqual([
      'authenticator-taken',
    ]);
    const mirrored = { ...authenticatorOf(NURSE), credentialId: 'A'.repeat(43) };
    expect(answer(enrol('person-new', { authenticator: mirrored }))).toEqual(['authenticator-taken']);
    expect(answer(enrol(NURSE), site().when(revokeAuthenticator(NURSE)))).toEqual(['authenticator-taken']);
  });

  it('is granted and withdrawn roles', () => {
    const grant: PeopleCommand = {
      kind: 'grant-role',
      person: NURSE,
      role: 'auditor',
      unit: 'all',
      ...common,
    };
    expect(answer(grant)).toEqual(['role-granted']);
    expect(answer({ ...grant, until: minutes(-1) })).toEqual(['role-ends-before']);
    expect(answer({ ...grant, until: NOON })).toEqual(['role-ends-before']);
    expect(answer(withdraw(NURSE, 'nurse', 'icu-1'))).toEqual(['role-withdrawn']);
    expect(answer(withdraw(NURSE, 'nurse', 'all'))).toEqual(['role-withdrawn']);
    expect(answer(withdraw(NURSE, 'nurse', 'icu-2'))).toEqual(['role-not-held']);
    expect(answer(withdraw(NURSE, 'administrator', 'icu-1'))).toEqual(['role-not-held']);
  });

  it('is revoked for good', () => {
    const after = site().when(revoke(NURSE));
    expect(identityOf(after.people, NURSE).revoked).toBe(true);
    for (const command of [enrol(NURSE), revoke(NURSE), withdraw(NURSE, 'nurse', 'icu-1')])
      expect(answer(command, after)).toEqual(['person-revoked']);
  });

  it('has an authenticator revoked once, and asking again says nothing new', () => {
    expect(answer(revokeAuthenticator(NURSE))).toEqual(['authenticator-revoked']);
    expect(answer(revokeAuthenticator(NURSE), site().when(revokeAuthenticator(NURSE)))).toEqual([]);
    const wrong = { ...revokeAuthenticator(NURSE), credentialId: authenticatorOf(ADMIN).credentialId };
    expect(answer(wrong as PeopleCommand)).toEqual(['authenticator-unknown']);
  });

  it.each(['person-stranger', 'constructor', '__proto__', 'toString'])('is not %s', (person) => {
    expect(answer(revoke(person))).toEqual(['person-unknown']);
    expect(answer({ kind: 'grant-role', person, role: 'nurse', unit: 'icu-1', ...common })).toEqual([
      'person-unknown',
    ]);
  });
});

describe('the last administrator', () => {
  it('cannot go, in no way', () => {
    const ending: PeopleCommand = {
      kind: 'grant-role',
      person: ADMIN,
      role: 'administrator',
      unit: 'all',
      until: minutes(60),
      ...common,
    };
    for (const command of [
      revoke(ADMIN),
      revokeAuthenticator(ADMIN),
      withdraw(ADMIN, 'administrator', 'all'),
      ending,
    ])
      expect(answer(command)).toEqual(['last-administrator']);
  });

  it('is not the last with another one whose role has no end', () => {
    const two = () => site().member('person-second', 'administrator', 'all');
    expect(answer(revoke(ADMIN), two())).toEqual(['person-revoked']);
    expect(answer(revoke(ADMIN), two().when(revokeAuthenticator('person-second')))).toEqual([
      'last-administrator',
    ]);
    const temporary = enrol('person-third', {
      roles: [{ role: 'administrator', unit: 'all', until: minutes(60) }],
    });
    expect(answer(revoke(ADMIN), site().when(temporary))).toEqual(['last-administrator']);
    expect(answer(revoke(ADMIN), site().member('person-unit', 'administrator', 'icu-1'))).toEqual([
      'last-administrator',
    ]);
  });
});
