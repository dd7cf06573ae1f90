import { describe, expect, it } from 'vitest';
import { POLICY_SET, POLICY_VERSION, PolicyUnusableError } from '../index.js';
import { ask } from './cedar.js';
import { loadPolicySet, readPolicyFiles } from './policy-set.js';

describe('the policies', () => {
  const files = readPolicyFiles();
  const withPolicy = (text: string) => loadPolicySet({ ...files, 'zz.cedar': text });

  it('of a version never change: a changed text is a new version, and its hash goes here', () => {
    const hashes: Record<string, string> = {
      1: 'ugPuji-6XImQ_dXXYqJwT8ksG414_ovvAKmjZXmmoyY',
      2: 'Dn8CEYf9LUHkt1BAUAxz33596q3lAbj2yrS81_lCY90',
    };
    expect(POLICY_SET.hash).toBe(hashes[POLICY_VERSION]);
  });

  it('each have a name, and words when they forbid', () => {
    expect(POLICY_SET.policies.size).toBeGreaterThan(20);
    expect(() => withPolicy('permit (principal, action, resource);')).toThrow(/no @id/);
    expect(() => withPolicy('@id("a") forbid (principal, action, resource);')).toThrow(/no @words/);
    expect(() => withPolicy('@id("nurses-dose") permit (principal, action, resource);')).toThrow(/twice/);
  });

  it('that cannot be read, or speak of what does not exist, are not loaded', () => {
    expect(() => withPolicy('permit (')).toThrow(PolicyUnusableError);
    expect(() => withPolicy('@id("a") permit (principal, action == Action::"bolus", resource);')).toThrow(
      PolicyUnusableError,
    );
    expect(() =>
      withPolicy('@id("a") permit (principal, action, resource) when { resource.bed == 4 };'),
    ).toThrow(PolicyUnusableError);
    expect(() => loadPolicySet({})).toThrow(/schema/);
  });

  it('deny when one of them cannot be evaluated, although Cedar would leave it out', () => {
    const broken = withPolicy(
      '@id("overflows") @words("x") forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };',
    );
    const principal = {
      ...{ id: 'person-somebody', enrolled: true, revoked: false, demonstration: false },
      ...{ roles: ['nurse'] as const, rolesAnywhere: ['nurse'] as const, emergencyPatients: [] },
    };
    const question = {
      principal,
      action: 'order-stop',
      resource: { kind: 'pump', id: 'x', unit: 'icu-1' },
      demonstrationAllowed: false,
    } as const;
    expect(ask(question).allowed).toBe(true);
    expect(ask(question, broken)).toEqual({
      allowed: false,
      reason: 'policy-failure',
      policies: ['overflows'],
    });
  });
});
