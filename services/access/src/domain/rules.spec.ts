import { pumpOrderText } from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOON, SitePeople, authenticatorOf, minutes } from '../../test/site-people.js';
import { isFull, take, type Bucket } from './bucket.js';
import { faultOf, settled, type Link } from './link.js';
import { counted, readsFact, type Reads } from './reads.js';
import { compareRegistry, type RegistryEntry } from './registry.js';
import { endOf, isWorthNoting, type Session } from './session.js';
import { orderText, signInText } from './texts.js';

const RULES = { idleMs: 1_000, longestMs: 10_000 };
const NURSE = 'person-nurse';

describe('a session', () => {
  const { credentialId } = authenticatorOf(NURSE);
  const session: Session = { id: 's', person: NURSE, credentialId, openedMs: 0, seenMs: 0, untilMs: 10_000 };
  const site = () => new SitePeople().member('person-admin', 'administrator', 'all').member(NURSE, 'nurse');
  const common = { person: NURSE, at: NOON, by: 'person-admin', reason: 'x' };

  it.each([
    [{}, 999, undefined],
    [{}, 1_000, 'expired'],
    [{ seenMs: 9_500 }, 9_999, undefined],
    [{ seenMs: 9_900 }, 10_000, 'expired'],
    [{ credentialId: 'another' }, 0, 'revoked'],
    [{ person: 'person-admin' }, 0, 'revoked'],
    [{ person: '__proto__' }, 0, 'revoked'],
  ])('with %j at %d ms: %s', (changes, nowMs, end) => {
    expect(endOf({ ...session, ...changes }, site().people, nowMs, RULES)).toBe(end);
  });

  it('ends with its person and with its authenticator', () => {
    const person = site().when({ kind: 'revoke-person', ...common });
    const authenticator = site().when({ kind: 'revoke-authenticator', credentialId, ...common });
    for (const { people } of [person, authenticator])
      expect(endOf(session, people, 0, RULES)).toBe('revoked');
  });

  it('of a demonstration ends where there is none', () => {
    const enrol = (allow: boolean) =>
      new SitePeople(allow).when({
        kind: 'enrol',
        ...common,
        authenticator: authenticatorOf(NURSE, true),
        roles: [],
      }).people;
    expect(endOf(session, enrol(true), 0, RULES)).toBeUndefined();
    expect(endOf(session, enrol(false), 0, RULES)).toBe('revoked');
  });

  it('is noted now and then, not at every use', () => {
    expect([99, 100].map((nowMs) => isWorthNoting(session, nowMs, RULES))).toEqual([false, true]);
  });
});

describe('a link', () => {
  const link: Link = {
    id: 'l',
    person: NURSE,
    roles: [],
    createdBy: 'person-admin',
    expiresMs: 10,
    state: 'open',
  };

  it.each([
    [link, 9, undefined],
    [link, 10, 'expired'],
    [{ ...link, state: 'used' as const }, 9, 'used'],
    [{ ...link, state: 'claimed' as const }, 9, 'used'],
    [{ ...link, state: 'void' as const }, 9, 'unknown'],
    [undefined, 9, 'unknown'],
  ])('%j at %d: %s', (found, nowMs, fault) => {
    expect(faultOf(found, nowMs)).toBe(fault);
  });

  it('that was claimed when the process died is used if its authenticator arrived, and open if not', () => {
    const claimed: Link = { ...link, state: 'claimed', credentialId: 'c' };
    expect(settled(claimed, (id) => id === 'c').state).toBe('used');
    expect(settled(claimed, () => false)).toEqual({ ...link, credentialId: undefined });
    expect(settled(link, () => true)).toBe(link);
  });
});

describe('a limit of attempts', () => {
  it('lets a minute’s worth through at once and then one after the other', () => {
    let bucket: Bucket | undefined;
    const attempts = (count: number, nowMs: number) =>
      Array.from({ length: count }, () => {
        const taken = take(bucket, nowMs, 3);
        bucket = taken.bucket;
        return taken.ok;
      });
    expect(attempts(4, 0)).toEqual([true, true, true, false]);
    expect(take(bucket, 0, 3)).toMatchObject({ ok: false, retryAfterMs: 20_000 });
    expect(attempts(2, 20_000)).toEqual([true, false]);
    expect(bucket && isFull(bucket, 79_000, 3)).toBe(false);
    expect(bucket && isFull(bucket, 80_000, 3)).toBe(true);
  });

  it('never lets more through than it says, however the attempts fall (property)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(30_000), { maxLength: 200 }),
        (limit, pauses) => {
          let bucket: Bucket | undefined;
          let nowMs = 0;
          let through = 0;
          for (const pause of pauses) {
            nowMs += pause;
            const taken = take(bucket, nowMs, limit);
            bucket = taken.bucket;
            if (taken.ok) through += 1;
          }
          expect(through).toBeLessThanOrEqual(limit + (nowMs / 60_000) * limit + 1e-6);
        },
      ),
    );
  });

  it('is not widened by a clock that goes backwards', () => {
    const empty = take({ left: 0, atMs: 60_000 }, 0, 3);
    expect(empty.ok).toBe(false);
  });
});

describe('reads', () => {
  it('are counted by action, unit and what was read', () => {
    const read = { action: 'read-patient', unit: 'icu-1', resource: 'stay-4d' };
    let reads: Reads | undefined;
    for (const [at, what] of [
      [NOON, read],
      [minutes(1), read],
      [minutes(2), { action: 'read-audit', unit: 'all' }],
    ] as const)
      reads = counted(reads, what, at);
    expect(readsFact(NURSE, reads!, '1').data).toEqual({
      from: NOON,
      to: minutes(2),
      reads: [
        { ...read, count: 2 },
        { action: 'read-audit', unit: 'all', count: 1 },
      ],
      policyVersion: '1',
    });
  });
});

describe('the registry, compared with the stream', () => {
  const entry = (id: string, changes: Partial<RegistryEntry> = {}): RegistryEntry => ({
    id,
    person: 'p',
    kind: 'key',
    x: 'x',
    y: 'y',
    revoked: false,
    ...changes,
  });
  const holding = (...entries: readonly RegistryEntry[]) => new Map(entries.map((one) => [one.id, one]));

  it('lacks what was enrolled and revoked since', () => {
    const stream = [entry('a', { revoked: true }), entry('b'), entry('c', { revoked: true })];
    expect(compareRegistry(stream, holding(entry('a')))).toEqual({
      writes: [
        { kind: 'revoke', id: 'a' },
        { kind: 'enrol', entry: entry('b') },
        { kind: 'enrol', entry: entry('c', { revoked: true }) },
        { kind: 'revoke', id: 'c' },
      ],
      differences: [],
    });
  });

  it.each([
    ['another key', entry('a', { x: 'z' }), 'a has another x'],
    ['another person', entry('a', { person: 'q' }), 'a has another person'],
    ['a revocation of its own', entry('a', { revoked: true }), 'a is revoked on the chain only'],
  ])('differs by %s, which no write can mend', (_, found, difference) => {
    expect(compareRegistry([entry('a')], holding(found))).toEqual({ writes: [], differences: [difference] });
  });

  it('differs by what nobody enrolled', () => {
    expect(compareRegistry([], holding(entry('x'))).differences).toEqual(['x is on the chain only']);
  });

  it('brought up by the writes says the same (property)', () => {
    const entries = fc.uniqueArray(fc.record({ id: fc.string(), revoked: fc.boolean() }), {
      selector: ({ id }) => id,
    });
    fc.assert(
      fc.property(entries, fc.nat(10), (made, known) => {
        const stream = made.map(({ id, revoked }) => entry(id, { revoked }));
        const registry = holding(...stream.slice(0, known).map((one) => ({ ...one, revoked: false })));
        for (const write of compareRegistry(stream, registry).writes) {
          if (write.kind === 'enrol') registry.set(write.entry.id, { ...write.entry, revoked: false });
          else registry.set(write.id, { ...registry.get(write.id)!, revoked: true });
        }
        expect(compareRegistry(stream, registry)).toEqual({ writes: [], differences: [] });
      }),
    );
  });
});

describe('a text to sign', () => {
  const fresh = { nonce: 'A'.repeat(43), issuedAt: NOON, expiresAt: minutes(2) };

  it('of an order is one that the catalogue accepts', () => {
    const reckonedWith = {
      careArea: 'adult-icu',
      concentration: '50-mg',
      weightKg: '80',
      libraryHash: 'A'.repeat(43),
    };
    const wish = { pump: '8002-51740', unit: 'icu-1', action: 'start', ...reckonedWith } as const;
    const text = orderText('s1', wish, fresh);
    expect(pumpOrderText.parse(JSON.parse(text))).toMatchObject({
      kind: 'pump-order',
      site: 's1',
      ...wish,
      ...fresh,
    });
  });

  it('for signing in is no order', () => {
    expect(pumpOrderText.safeParse(JSON.parse(signInText('s1', 'https://x', fresh))).success).toBe(false);
  });
});
