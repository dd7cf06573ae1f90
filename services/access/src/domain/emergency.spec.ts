import { emergencyPatients } from '@bcmed/policy';
import { describe, expect, it } from 'vitest';
import { NOON, SitePeople, minutes, saying } from '../../test/site-people.js';
import { answerAboutEmergency, type EmergencyCommand } from './emergency.js';

const ID = '01994f7e-7c00-7000-8000-0000000000a1';
const DOCTOR = 'person-doctor';
const AUDITOR = 'person-auditor';

const open: EmergencyCommand = {
  kind: 'open',
  id: ID,
  at: NOON,
  by: DOCTOR,
  patient: 'stay-4d',
  unit: 'icu-2',
  cause: 'resuscitation',
  reason: 'called to bed 4',
  until: minutes(30),
};
const close = (by: string, at = minutes(5)): EmergencyCommand => ({ kind: 'close', id: ID, by, at });
const expire = (at: string): EmergencyCommand => ({ kind: 'expire', id: ID, by: 'access/1', at });
const review = (at: string): EmergencyCommand => ({
  kind: 'review',
  id: ID,
  by: AUDITOR,
  at,
  justified: true,
  words: 'it was right',
});

const ward = () =>
  new SitePeople()
    .member(DOCTOR, 'physician')
    .member('person-nurse-2', 'nurse', 'icu-2')
    .member('person-doctor-2', 'physician', 'icu-2')
    .member('person-pharmacist-2', 'pharmacist', 'icu-2')
    .member('person-everywhere', 'nurse', 'all');

function given(...commands: readonly EmergencyCommand[]): SitePeople {
  const site = ward();
  for (const command of commands) site.decided(answerAboutEmergency(command, site.people));
  return site;
}
const answer = (command: EmergencyCommand, { people }: SitePeople) =>
  saying(answerAboutEmergency(command, people));

describe('an emergency access', () => {
  it('is opened for one patient, and names whom the policy would have had act', () => {
    const site = given(open);
    expect(emergencyPatients(site.people, DOCTOR, minutes(29))).toEqual(['stay-4d']);
    expect(emergencyPatients(site.people, DOCTOR, minutes(30))).toEqual([]);
    expect(site.events.at(-1)?.data).toMatchObject({
      reason: 'called to bed 4',
      skipped: ['person-doctor-2', 'person-everywhere', 'person-nurse-2'],
    });
  });

  it('says so when there was nobody to skip', () => {
    const alone = new SitePeople().member(DOCTOR, 'physician');
    alone.decided(answerAboutEmergency(open, alone.people));
    expect(alone.events.at(-1)?.data).toMatchObject({ reason: 'called to bed 4', skipped: [] });
  });

  it('is not opened twice for one patient, but again when it is over', () => {
    const again = { ...open, id: '01994f7e-7c00-7000-8000-0000000000a2' };
    expect(answer({ ...again, at: minutes(1) }, given(open))).toEqual(['open-already']);
    expect(answer({ ...again, at: minutes(1), patient: 'stay-5e' }, given(open))).toEqual([
      'emergency-access-opened',
    ]);
    expect(answer({ ...again, at: minutes(6) }, given(open, close(DOCTOR)))).toEqual([
      'emergency-access-opened',
    ]);
    expect(answer({ ...again, at: minutes(30) }, given(open))).toEqual(['emergency-access-opened']);
  });

  it.each([
    [DOCTOR, 'ended'],
    [AUDITOR, 'withdrawn'],
  ])('closed by %s has %s', (by, cause) => {
    const site = given(open, close(by));
    expect(site.events.at(-1)?.data).toEqual({ person: DOCTOR, cause, closedBy: by });
    expect(emergencyPatients(site.people, DOCTOR, minutes(6))).toEqual([]);
    expect(answer(close(by), site)).toEqual(['closed']);
  });

  it('expires when its time is over, not before, and once', () => {
    expect(answer(expire(minutes(29)), given(open))).toEqual(['not-expired']);
    expect(answer(expire(minutes(30)), given(open))).toEqual(['emergency-access-closed']);
    expect(answer(expire(minutes(31)), given(open, expire(minutes(30))))).toEqual([]);
    expect(answer(expire(minutes(31)), given(open, close(DOCTOR)))).toEqual([]);
  });

  it('is reviewed when it is over, once', () => {
    expect(answer(review(minutes(10)), given(open))).toEqual(['still-open']);
    expect(answer(review(minutes(10)), given(open, close(DOCTOR)))).toEqual(['emergency-access-reviewed']);
    expect(answer(review(minutes(31)), given(open))).toEqual(['emergency-access-reviewed']);
    const reviewed = given(open, close(DOCTOR), review(minutes(10)));
    expect(answer(review(minutes(11)), reviewed)).toEqual(['unknown']);
    expect(answer(close(DOCTOR), reviewed)).toEqual(['unknown']);
  });

  it.each(['constructor', '__proto__', 'x'])('called %s does not exist', (id) => {
    expect(answer({ ...close(DOCTOR), id }, given(open))).toEqual(['unknown']);
  });
});
