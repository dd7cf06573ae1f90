import { PolicyReleased, toToken } from '@bcmed/events';
import { POLICY_SET } from '@bcmed/policy';
import type { AccessRecord } from '../adapters/access-record.js';
import { decided, fact } from '../domain/fact.js';
import type { Decisions } from './decisions.js';

/** Says which policies decide from here on, unless the stream says so already: an event's position then tells its policies. */
export async function releasePolicies(
  decisions: Decisions,
  trust: AccessRecord,
  source: string,
): Promise<void> {
  const { version: policyVersion, hash: policyHash, policies } = POLICY_SET;
  const entity = toToken(`policy-${policyVersion}`);
  const data = { policyVersion, policyHash, policies: [...policies.keys()].sort(), releasedBy: source };
  await decisions.take({
    entity,
    actor: source,
    decide: () => (trust.policyHash === policyHash ? decided() : decided(fact(PolicyReleased, entity, data))),
  });
}
