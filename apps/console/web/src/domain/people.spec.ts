import { describe, expect, it } from 'vitest';
import { inOrder, isAble, type Listed } from './people.ts';

const somebody = (person: string, more: Partial<Listed> = {}): Listed => ({
  person,
  revoked: false,
  roles: [],
  authenticators: [{ credentialId: 'c', kind: 'passkey', revoked: false, demonstration: false }],
  ...more,
});

describe('the people of a site', () => {
  it('are shown with those first who can do something, and the revoked last', () => {
    const people = [
      somebody('person-d', { revoked: true }),
      somebody('person-c', { authenticators: [] }),
      somebody('person-b'),
      somebody('person-a'),
    ];
    expect(inOrder(people).map(({ person }) => person)).toEqual([
      'person-a',
      'person-b',
      'person-c',
      'person-d',
    ]);
  });

  it('cannot sign in with an authenticator that was revoked, nor when they were', () => {
    const [one] = somebody('x').authenticators;
    expect(isAble(somebody('x'))).toBe(true);
    expect(isAble(somebody('x', { revoked: true }))).toBe(false);
    expect(isAble(somebody('x', { authenticators: [{ ...one!, revoked: true }] }))).toBe(false);
  });
});
