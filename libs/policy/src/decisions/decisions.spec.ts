import { readFileSync } from 'node:fs';
import type { Role } from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOON, Ward, minutes } from '../../test/ward.js';
import {
  ACTIONS,
  POLICY_SET,
  POLICY_VERSION,
  ROLES,
  authorise,
  permissionMatrix,
  type Action,
  type Circumstances,
  type Resource,
} from '../index.js';

const SOMEBODY = 'person-somebody';
const DOSING: readonly Action[] = [
  'order-set-rate',
  'order-start',
  'order-set-vtbi',
  'order-bolus',
  'order-set-target',
];

const pump = (unit = 'icu-1', patient = 'stay-4d'): Resource => ({
  kind: 'pump',
  id: '8002-51740',
  unit,
  patient,
});
const stay = (id = 'stay-4d', unit = 'icu-1'): Resource => ({ kind: 'patient', id, unit });

/** What an action is asked of on a unit. */
function resourceOf(action: Action, unit = 'icu-1'): Resource {
  if (action.startsWith('order-')) return pump(unit);
  if (action === 'read-patient' || action === 'open-emergency-access') return stay('stay-4d', unit);
  if (action === 'enrol-person' || action === 'revoke-person') return { kind: 'unit', unit: 'all' };
  return action === 'release-library' ? { kind: 'library', id: 'library-7', unit } : { kind: 'unit', unit };
}

const asks = (
  ward: Ward,
  action: Action,
  resource = resourceOf(action),
  context: Partial<Circumstances> = {},
) =>
  authorise({ person: SOMEBODY, action, resource }, ward.people, {
    at: NOON,
    requestedBy: 'person-other',
    about: 'person-other',
    ...context,
  });

function somebody(roles: readonly Role[], unit = 'all'): Ward {
  const ward = new Ward();
  ward.enrolKey(SOMEBODY);
  for (const role of roles) ward.grant(SOMEBODY, role, unit);
  return ward;
}

describe('the matrix of the README', () => {
  const page = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const rows = new Map(
    [...page.matchAll(/^\| `([a-z-]+)` +\|(.*)\|$/gm)].map(([, action = '', cells = '']) => [
      action,
      cells.split('|').map((cell) => cell.trim() === '✓'),
    ]),
  );

  it('has every action and every role, in order', () => {
    expect([...rows.keys()]).toEqual([...ACTIONS]);
    expect(page).toMatch(new RegExp(`^\\| action +\\| ${ROLES.join(' +\\| ')} \\|$`, 'm'));
  });

  it.each(ACTIONS)('%s: is what the policies decide for each role', (action) => {
    const decided = ROLES.map((role) => asks(somebody([role]), action).outcome === 'allowed');
    expect(decided).toEqual(rows.get(action));
  });

  it('is what the library says of itself', () => {
    for (const [action, roles] of permissionMatrix()) {
      if (action === 'order-stop') expect(roles).toEqual([]);
      else expect(ROLES.map((role) => roles.includes(role))).toEqual(rows.get(action));
    }
  });
});

describe('a nurse of icu-1', () => {
  const nurse = somebody(['nurse'], 'icu-1');

  it('doses there, and the decision names what decided', () => {
    expect(asks(nurse, 'order-set-rate')).toEqual({
      outcome: 'allowed',
      policies: ['nurses-dose'],
      policyVersion: POLICY_VERSION,
      policyHash: POLICY_SET.hash,
    });
  });

  it('does not dose on icu-2, and is told what it takes', () => {
    expect(asks(nurse, 'order-set-rate', pump('icu-2'))).toMatchObject({
      outcome: 'denied',
      reason: 'not-permitted',
      policies: [],
      words: 'Setting the rate of a pump takes a nurse or a physician of icu-2. You are a nurse of icu-1.',
    });
  });

  it('of all units but icu-1 is told so', () => {
    const but = somebody(['nurse']).withdraw(SOMEBODY, 'nurse');
    expect(asks(but, 'order-start')).toMatchObject({
      reason: 'not-permitted',
      words: expect.stringContaining('You are a nurse of the whole site, not of icu-1.') as string,
    });
    expect(asks(but, 'order-start', pump('icu-2')).outcome).toBe('allowed');
  });

  it('whose role ended no longer doses, and is told since when', () => {
    const ended = new Ward().grant(SOMEBODY, 'nurse', 'icu-1', minutes(5));
    ended.enrolKey(SOMEBODY);
    expect(asks(ended, 'order-start', pump(), { at: minutes(4) }).outcome).toBe('allowed');
    expect(asks(ended, 'order-start', pump(), { at: minutes(5) })).toMatchObject({
      reason: 'not-permitted',
      words: expect.stringContaining(
        'Your role as a nurse of icu-1 ended at 2026-11-20T12:05:00.000Z.',
      ) as string,
    });
  });
});

describe('a role on icu-1', () => {
  // What is asked of the whole site has no unit to be elsewhere.
  const local = ACTIONS.filter((action) => !['order-stop', 'open-emergency-access'].includes(action));

  it.each(ROLES)('permits nothing on another unit, nor on all: %s', (role) => {
    const member = somebody([role], 'icu-1');
    for (const action of local) {
      expect(asks(member, action, resourceOf(action, 'icu-2')).outcome, action).toBe('denied');
      expect(asks(member, action, resourceOf(action, 'all')).outcome, action).toBe('denied');
    }
  });

  it.each(ROLES)('that ended permits nothing any more: %s', (role) => {
    const ended = new Ward().grant(SOMEBODY, role, 'all', minutes(5));
    ended.enrolKey(SOMEBODY);
    for (const action of ACTIONS) {
      const decision = asks(ended, action, resourceOf(action), { at: minutes(5) });
      expect(decision.outcome, action).toBe(action === 'order-stop' ? 'allowed' : 'denied');
    }
  });
});

describe('a stop', () => {
  it('is open to everybody who is enrolled, without a role and on every unit', () => {
    expect(asks(somebody([]), 'order-stop', pump('icu-9'))).toMatchObject({
      outcome: 'allowed',
      policies: ['everybody-stops'],
    });
  });

  it('is not open to a stranger, nor to somebody who was revoked', () => {
    expect(asks(new Ward(), 'order-stop')).toMatchObject({
      reason: 'forbidden',
      policies: ['enrolled-people-only'],
      words: 'You have no authenticator that is valid.',
    });
    expect(asks(somebody(['nurse']).revoke(SOMEBODY), 'order-stop')).toMatchObject({
      policies: ['revoked-people-never'],
      words: 'You were revoked.',
    });
  });
});

describe('somebody who was revoked', () => {
  it.each(ACTIONS)('may not: %s', (action) => {
    expect(asks(somebody(ROLES).revoke(SOMEBODY), action)).toMatchObject({
      outcome: 'denied',
      reason: 'forbidden',
      policies: expect.arrayContaining(['revoked-people-never']) as string[],
    });
  });
});

describe('somebody from a demonstration', () => {
  const shown = (allowDemonstration: boolean) => {
    const ward = new Ward({ allowDemonstration }).grant(SOMEBODY, 'nurse');
    ward.enrolKey(SOMEBODY, { demonstration: true });
    return asks(ward, 'order-stop');
  };

  it('may in a demonstration, and nothing at all in production', () => {
    expect(shown(true).outcome).toBe('allowed');
    expect(shown(false)).toMatchObject({ policies: ['no-demonstration-in-production'] });
  });
});

describe('somebody who asks for what concerns themselves', () => {
  const own = { requestedBy: SOMEBODY, about: SOMEBODY };

  it.each([
    ['approve-order', 'physician'],
    ['approve-threshold', 'physician'],
    ['release-library', 'pharmacist'],
    ['review-emergency-access', 'auditor'],
  ] as const)('does not approve their own: %s', (action, role) => {
    expect(asks(somebody([role]), action, resourceOf(action), own)).toMatchObject({
      reason: 'forbidden',
      policies: ['nobody-approves-their-own'],
      words: 'Nobody approves or reviews what they themselves asked for.',
    });
  });

  it('does not grant a role to themselves', () => {
    expect(asks(somebody(['administrator']), 'grant-role', resourceOf('grant-role'), own)).toMatchObject({
      policies: ['nobody-grants-to-themselves'],
    });
  });

  it.each(['approve-order', 'approve-threshold', 'review-emergency-access'] as const)(
    'is denied when it is not said who asked: %s',
    (action) => {
      const request = { person: SOMEBODY, action, resource: resourceOf(action) };
      expect(authorise(request, somebody(['physician']).people, { at: NOON })).toMatchObject({
        policies: ['approvals-are-for-somebody'],
      });
    },
  );

  it('is denied when it is not said to whom a role is granted', () => {
    const request = { person: SOMEBODY, action: 'grant-role', resource: resourceOf('grant-role') } as const;
    expect(authorise(request, somebody(['administrator']).people, { at: NOON }).outcome).toBe('denied');
  });
});

describe('an administrator or an engineer', () => {
  it('never doses, whatever other roles they have and wherever', () => {
    fc.assert(
      fc.property(
        fc.subarray([...ROLES]),
        fc.constantFrom<Role>('administrator', 'engineer'),
        fc.constantFrom('icu-1', 'icu-2', 'all'),
        fc.constantFrom<Action>(...DOSING, 'approve-order'),
        (others, role, unit, action) => {
          const ward = somebody(others, 'all').grant(SOMEBODY, role, unit).openEmergency(SOMEBODY, 'stay-4d');
          expect(asks(ward, action)).toMatchObject({
            outcome: 'denied',
            policies: ['administrators-and-engineers-never-dose'],
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('enrols and revokes for the whole site only', () => {
    const local = somebody(['administrator'], 'icu-1');
    expect(asks(local, 'revoke-person').outcome).toBe('denied');
    expect(asks(local, 'revoke-person', { kind: 'unit', unit: 'icu-1' })).toMatchObject({
      policies: ['people-are-kept-for-the-whole-site'],
    });
  });
});

describe('emergency access', () => {
  const nurse = () => somebody(['nurse'], 'icu-2').openEmergency(SOMEBODY, 'stay-4d');

  it('is opened by a nurse of another unit', () => {
    expect(asks(somebody(['nurse'], 'icu-2'), 'open-emergency-access').outcome).toBe('allowed');
  });

  it('permits dosing and reading of the one patient', () => {
    for (const action of DOSING)
      expect(asks(nurse(), action)).toMatchObject({
        outcome: 'allowed',
        policies: ['emergency-access-doses'],
      });
    expect(asks(nurse(), 'read-patient')).toMatchObject({ policies: ['emergency-access-reads'] });
  });

  it('does not permit it for another patient, nor for a pump of which nobody knows the patient', () => {
    for (const action of DOSING) {
      expect(asks(nurse(), action, pump('icu-1', 'stay-5e'))).toMatchObject({
        reason: 'not-permitted',
        words: expect.stringContaining('Your emergency access is for another patient.') as string,
      });
      expect(asks(nurse(), action, { kind: 'pump', id: 'x', unit: 'icu-1' }).outcome).toBe('denied');
    }
    expect(asks(nurse(), 'read-patient', stay('stay-5e')).outcome).toBe('denied');
  });

  it('ends after 30 minutes, and when it is closed', () => {
    const late = asks(nurse(), 'order-set-rate', pump(), { at: minutes(30) });
    expect(late).toMatchObject({
      reason: 'not-permitted',
      words: expect.stringContaining('Your emergency access ended at 2026-11-20T12:30:00.000Z.') as string,
    });
    expect(asks(nurse(), 'order-set-rate', pump(), { at: minutes(29) }).outcome).toBe('allowed');
    expect(asks(nurse().closeEmergency(SOMEBODY), 'order-set-rate').outcome).toBe('denied');
  });

  it('is no role: it approves nothing and acknowledges nothing', () => {
    for (const action of ['approve-order', 'acknowledge-alarm', 'approve-threshold'] as const)
      expect(asks(nurse(), action).outcome).toBe('denied');
  });

  it('permits nothing to somebody else, nor to a pharmacist or to who lost the role since', () => {
    const other = somebody(['nurse'], 'icu-2').openEmergency('person-other', 'stay-4d');
    expect(asks(other, 'order-set-rate').outcome).toBe('denied');
    expect(
      asks(somebody(['pharmacist'], 'icu-2').openEmergency(SOMEBODY, 'stay-4d'), 'order-start').outcome,
    ).toBe('denied');
    expect(asks(nurse().withdraw(SOMEBODY, 'nurse', 'icu-2'), 'order-start').outcome).toBe('denied');
  });
});

describe('whatever is asked', () => {
  const everything = somebody(ROLES.filter((role) => role !== 'administrator' && role !== 'engineer'));

  it('is denied of what the schema does not know', () => {
    const mismatched = asks(everything, 'order-set-rate', { kind: 'unit', unit: 'icu-1' });
    expect(mismatched).toMatchObject({ outcome: 'denied', reason: 'malformed-request', policies: [] });
    // Not a word of the type: as a service in another version might send it.
    expect(asks(everything, 'order-shake' as Action, pump())).toMatchObject({ reason: 'malformed-request' });
  });

  it('is denied at a time that cannot be read', () => {
    expect(asks(everything, 'order-stop', pump(), { at: 'noon' })).toMatchObject({
      reason: 'malformed-request',
    });
  });

  it('is answered, and never thrown at, whatever the names are', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud800', '"; permit(principal,action,resource); //', '__proto__', 'all', '*', '>', ''),
    );
    const nurse = somebody(['nurse'], 'icu-1');
    fc.assert(
      fc.property(names, names, names, names, (person, id, unit, requestedBy) => {
        const context = { at: NOON, requestedBy };
        const order = (who: string, where: string) =>
          authorise(
            { person: who, action: 'order-start', resource: { kind: 'pump', id, unit: where } },
            nurse.people,
            context,
          );
        expect(order(person, 'icu-1').outcome).toBe('denied');
        expect(order(SOMEBODY, unit).outcome).toBe('denied');
        const readable = id.isWellFormed() && requestedBy.isWellFormed();
        expect(order(SOMEBODY, 'icu-1').outcome).toBe(readable ? 'allowed' : 'denied');
      }),
      { numRuns: 40 },
    );
  });
});
