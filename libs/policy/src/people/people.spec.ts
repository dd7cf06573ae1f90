import { AuthenticatorEnrolled, RateChanged, createEvent, type Role } from '@bcmed/events';
import { generatePrivateKey, keyIdOf, publicJwkOf } from '@bcmed/seal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOON, PRODUCTION, Ward, minutes } from '../../test/ward.js';
import {
  emergencyPatients,
  evolvePeople,
  identityOf,
  initialPeople,
  restorePeople,
  rolesAnywhere,
  rolesOn,
} from '../index.js';

const NURSE = 'person-nurse';
const on = (ward: Ward, unit = 'icu-1', at = NOON) => rolesOn(ward.people, NURSE, unit, at);

describe('a role', () => {
  it('holds on its unit and on no other', () => {
    const ward = new Ward().grant(NURSE, 'nurse');
    expect(on(ward)).toEqual(['nurse']);
    expect(on(ward, 'icu-2')).toEqual([]);
    expect(on(ward, 'all')).toEqual([]);
    expect(rolesAnywhere(ward.people, NURSE, NOON)).toEqual(['nurse']);
  });

  it('on all units holds on each of them', () => {
    const ward = new Ward().grant(NURSE, 'auditor', 'all');
    expect(on(ward, 'icu-7')).toEqual(['auditor']);
    expect(on(ward, 'all')).toEqual(['auditor']);
  });

  it('ends by itself, to the millisecond', () => {
    const ward = new Ward().grant(NURSE, 'nurse', 'icu-1', minutes(60));
    expect(on(ward, 'icu-1', '2026-11-20T12:59:59.999Z')).toEqual(['nurse']);
    expect(on(ward, 'icu-1', minutes(60))).toEqual([]);
    expect(rolesAnywhere(ward.people, NURSE, minutes(60))).toEqual([]);
  });

  it('with an end has ended when the time cannot be read', () => {
    const ward = new Ward().grant(NURSE, 'nurse', 'icu-1', minutes(60));
    expect(on(ward, 'icu-1', 'some day')).toEqual([]);
  });

  it('granted again has the end of the last grant', () => {
    const ward = new Ward().grant(NURSE, 'nurse', 'icu-1', minutes(60)).grant(NURSE, 'nurse');
    expect(on(ward, 'icu-1', minutes(600))).toEqual(['nurse']);
    expect(on(ward.grant(NURSE, 'nurse', 'icu-1', minutes(5)), 'icu-1', minutes(6))).toEqual([]);
  });

  it('withdrawn on one unit stays on the others, also when it was granted on all', () => {
    const single = new Ward().grant(NURSE, 'nurse').grant(NURSE, 'nurse', 'icu-2').withdraw(NURSE, 'nurse');
    expect([on(single), on(single, 'icu-2')]).toEqual([[], ['nurse']]);
    const all = new Ward().grant(NURSE, 'nurse', 'all').withdraw(NURSE, 'nurse');
    expect([on(all), on(all, 'icu-2')]).toEqual([[], ['nurse']]);
    expect(on(all.grant(NURSE, 'nurse'))).toEqual(['nurse']);
  });

  it('withdrawn on all units ends on each', () => {
    const ward = new Ward().grant(NURSE, 'nurse').grant(NURSE, 'physician').withdraw(NURSE, 'nurse', 'all');
    expect(on(ward)).toEqual(['physician']);
  });
});

describe('a person', () => {
  it('is enrolled while one authenticator is left', () => {
    const ward = new Ward();
    const [first, second] = [ward.enrolKey(NURSE), ward.enrolKey(NURSE)].map((key) =>
      keyIdOf(publicJwkOf(key)),
    );
    expect(identityOf(ward.people, NURSE)).toEqual({ enrolled: true, revoked: false, demonstration: false });
    expect(identityOf(ward.revokeAuthenticator(NURSE, first!).people, NURSE).enrolled).toBe(true);
    expect(identityOf(ward.revokeAuthenticator(NURSE, second!).people, NURSE).enrolled).toBe(false);
  });

  it('who was revoked stays so, whatever is said afterwards', () => {
    const ward = new Ward().grant(NURSE, 'nurse').revoke(NURSE).grant(NURSE, 'nurse');
    ward.enrolKey(NURSE);
    expect(on(ward)).toEqual([]);
    expect(identityOf(ward.people, NURSE)).toEqual({ enrolled: false, revoked: true, demonstration: false });
  });

  it('may be revoked before anything else is known of them', () => {
    const ward = new Ward().revoke(NURSE);
    ward.enrolKey(NURSE);
    expect(identityOf(ward.people, NURSE)).toMatchObject({ enrolled: false, revoked: true });
  });

  it('of whom nobody has heard is nobody, whatever the name', () => {
    for (const name of ['stranger', 'constructor', 'to-string', '']) {
      expect(identityOf(new Ward().people, name).enrolled).toBe(false);
      expect(rolesOn(new Ward().people, name, 'icu-1', NOON)).toEqual([]);
    }
  });

  it('with a name that every object has is a person as any other', () => {
    const ward = new Ward().grant('constructor', 'nurse');
    expect(rolesOn(ward.people, 'constructor', 'icu-1', NOON)).toEqual(['nurse']);
  });

  it('is there for a demonstration only while no other authenticator is left', () => {
    const ward = new Ward();
    ward.enrolKey(NURSE, { demonstration: true });
    expect(identityOf(ward.people, NURSE).demonstration).toBe(true);
    ward.enrolKey(NURSE);
    expect(identityOf(ward.people, NURSE).demonstration).toBe(false);
  });
});

describe('an authenticator', () => {
  it('belongs to the first person for whom it was enrolled', () => {
    const ward = new Ward();
    const key = ward.enrolKey(NURSE);
    ward.enrolKey('person-thief', { key });
    expect(identityOf(ward.people, 'person-thief').enrolled).toBe(false);
    expect(identityOf(ward.people, NURSE).enrolled).toBe(true);
  });

  it('of another name with the same key makes nobody a second person, nor does its mirror point', () => {
    const key = generatePrivateKey();
    const publicKey = publicJwkOf(key);
    const ward = new Ward();
    ward.enrolKey(NURSE, { key });
    ward.enrolPasskey('person-second', { credentialId: 'AAAAAAAAAAAAAAAAAAAAAA', publicKey });
    expect(identityOf(ward.people, 'person-second').enrolled).toBe(false);
    const mirrored = { ...publicKey, y: publicJwkOf(generatePrivateKey()).y };
    ward.enrolPasskey('person-third', { credentialId: 'AAAAAAAAAAAAAAAAAAAAAB', publicKey: mirrored });
    expect(identityOf(ward.people, 'person-third').enrolled).toBe(false);
  });

  it('keeps the key with which it was enrolled', () => {
    const [first, other] = [generatePrivateKey(), generatePrivateKey()].map(publicJwkOf);
    const credentialId = 'AAAAAAAAAAAAAAAAAAAAAA';
    const ward = new Ward().enrolPasskey(NURSE, { credentialId, publicKey: first! });
    for (const person of [NURSE, 'person-thief'])
      ward.enrolPasskey(person, { credentialId, publicKey: other! });
    expect(ward.people.authenticators[credentialId]).toMatchObject({ person: NURSE, publicKey: first });
    expect(identityOf(ward.people, 'person-thief').enrolled).toBe(false);
  });

  it('that is a passkey of no host, or a key under a name that is not its thumbprint, is none', () => {
    const publicKey = publicJwkOf(generatePrivateKey());
    for (const kind of ['passkey', 'key'] as const) {
      const data = { credentialId: 'AAAAAAAAAAAAAAAAAAAAAA', kind, publicKey, enrolledBy: 'first-start' };
      const ward = new Ward().said(AuthenticatorEnrolled, NURSE, data);
      expect(identityOf(ward.people, NURSE).enrolled, kind).toBe(false);
    }
  });

  it('that was revoked cannot be enrolled again, and may be revoked before it is enrolled', () => {
    const key = generatePrivateKey();
    const credentialId = keyIdOf(publicJwkOf(key));
    const ward = new Ward().revokeAuthenticator(NURSE, credentialId);
    ward.enrolKey(NURSE, { key });
    expect(identityOf(ward.people, NURSE).enrolled).toBe(false);
  });

  it('is revoked by its own name, whoever is named as its owner', () => {
    const ward = new Ward();
    const credentialId = keyIdOf(publicJwkOf(ward.enrolKey(NURSE)));
    expect(identityOf(ward.revokeAuthenticator('person-other', credentialId).people, NURSE).enrolled).toBe(
      false,
    );
  });
});

describe('emergency access', () => {
  const patients = (ward: Ward, at = NOON) => emergencyPatients(ward.people, NURSE, at);

  it('is to one patient, for one person, for half an hour', () => {
    const ward = new Ward().openEmergency(NURSE, 'stay-4d');
    expect(patients(ward)).toEqual(['stay-4d']);
    expect(emergencyPatients(ward.people, 'person-other', NOON)).toEqual([]);
    expect(patients(ward, '2026-11-20T12:29:59.999Z')).toEqual(['stay-4d']);
    expect(patients(ward, minutes(30))).toEqual([]);
  });

  it('ends after 30 minutes even when the event promises more, and earlier when it says so', () => {
    expect(patients(new Ward().openEmergency(NURSE, 's', { until: minutes(600) }), minutes(30))).toEqual([]);
    expect(patients(new Ward().openEmergency(NURSE, 's', { until: minutes(10) }), minutes(10))).toEqual([]);
  });

  it('ends when it is closed or reviewed, and not when another is', () => {
    expect(patients(new Ward().openEmergency(NURSE, 's').closeEmergency(NURSE))).toEqual([]);
    expect(patients(new Ward().openEmergency(NURSE, 's').reviewEmergency(NURSE))).toEqual([]);
    expect(patients(new Ward().openEmergency(NURSE, 's').closeEmergency(NURSE, 'emergency-2'))).toEqual([
      's',
    ]);
  });

  it('is not made longer by opening it a second time', () => {
    const ward = new Ward().openEmergency(NURSE, 's', { until: minutes(5) }).openEmergency(NURSE, 's');
    expect(patients(ward, minutes(6))).toEqual([]);
  });

  it('is forgotten when it was reviewed', () => {
    const ward = new Ward().openEmergency(NURSE, 's').closeEmergency(NURSE).reviewEmergency(NURSE);
    expect(ward.people.emergencies).toEqual({});
  });
});

describe('the people of a prefix of the stream', () => {
  it('are not changed by what is not about people', () => {
    const people = new Ward().grant(NURSE, 'nurse').people;
    const chain = { chain: '01994f7e-7c00-7000-8000-00000000000a', sequence: '1' };
    const attributes = {
      id: chain.chain,
      source: 'a',
      entity: 'p',
      time: NOON,
      site: 's1',
      actor: 'x',
      chain,
    };
    const change = { fromMlPerHour: 1, toMlPerHour: 2, changedBy: 'front-panel', logEntryId: 1 } as const;
    expect(evolvePeople(people, createEvent(RateChanged, attributes, change))).toBe(people);
  });

  it('are the same whether they were folded at once or from a snapshot in between', () => {
    fc.assert(
      fc.property(anyStory, fc.nat(), (steps, cut) => {
        const ward = new Ward();
        for (const step of steps) step(ward);
        const half = ward.events.slice(0, cut % (ward.events.length + 1));
        const before = half.reduce(evolvePeople, initialPeople(PRODUCTION));
        const snapshot = JSON.parse(JSON.stringify(before)) as typeof before;
        expect(snapshot).toEqual(before);
        const after = ward.events
          .slice(half.length)
          .reduce(evolvePeople, restorePeople(snapshot, PRODUCTION));
        expect(after).toEqual(ward.people);
      }),
      { numRuns: 50 },
    );
  });

  it('never give back what a revocation took', () => {
    fc.assert(
      fc.property(anyStory, anyStory, (before, after) => {
        const ward = new Ward();
        for (const step of before) step(ward);
        ward.revoke(NURSE);
        for (const step of after) step(ward);
        expect(identityOf(ward.people, NURSE).revoked).toBe(true);
        expect(rolesAnywhere(ward.people, NURSE, NOON)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('of a demonstration do not come into production with a snapshot', () => {
    const show = new Ward({ allowDemonstration: true });
    show.enrolKey(NURSE, { demonstration: true });
    expect(restorePeople(show.people, PRODUCTION).settings).toEqual(PRODUCTION);
  });
});

const roles = fc.constantFrom<Role[]>('nurse', 'physician', 'administrator');
const units = fc.constantFrom('icu-1', 'icu-2', 'all');
const persons = fc.constantFrom(NURSE, 'person-other');
const keys = [generatePrivateKey(), generatePrivateKey()];
const anyStory = fc.array(
  fc.oneof(
    fc.tuple(persons, roles, units).map((grant) => (ward: Ward) => ward.grant(...grant)),
    fc.tuple(persons, roles, units).map((withdrawal) => (ward: Ward) => ward.withdraw(...withdrawal)),
    fc.tuple(persons, fc.constantFrom(...keys)).map(
      ([person, key]) =>
        (ward: Ward) =>
          ward.enrolKey(person, { key }),
    ),
    fc
      .constantFrom(...keys)
      .map((key) => (ward: Ward) => ward.revokeAuthenticator(NURSE, keyIdOf(publicJwkOf(key)))),
    persons.map((person) => (ward: Ward) => ward.openEmergency(person, 'stay-4d')),
    persons.map((person) => (ward: Ward) => ward.closeEmergency(person)),
    persons.map((person) => (ward: Ward) => ward.reviewEmergency(person)),
    fc.constant((ward: Ward) => ward.revoke('person-other')),
  ),
  { maxLength: 15 },
);
