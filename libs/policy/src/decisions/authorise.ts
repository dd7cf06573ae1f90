import { emergencyPatients, identityOf, rolesAnywhere, rolesOn } from '../people/queries.js';
import type { PeopleState } from '../people/state.js';
import { ask, type Answer, type Principal } from './cedar.js';
import { POLICY_SET } from './policy-set.js';
import type { Circumstances, Decision, PolicyRequest } from './request.js';
import { wordsFor } from './words.js';

/**
 * Whether a person may do something now. Denied unless a policy permits it and none forbids it; what is missing or cannot be read
 * is a no. Pure: the same request over the same people at the same `at` has the same answer in every service. Never throws, whatever
 * texts it is given.
 *
 * Demands that the person was proved before (session or signature) and that unit and patient of the resource come from the record.
 * It decides on the person whose request it is, never on the service that asks (ASVS 8.3.3).
 */
export function authorise(request: PolicyRequest, people: PeopleState, context: Circumstances): Decision {
  const answer = answerTo(request, people, context);
  const decided = {
    policies: answer.policies,
    policyVersion: POLICY_SET.version,
    policyHash: POLICY_SET.hash,
  };
  if (answer.allowed) return { outcome: 'allowed', ...decided };
  const words = wordsFor(answer, request, people, context).slice(0, 512);
  return { outcome: 'denied', ...decided, reason: answer.reason, words };
}

function answerTo(request: PolicyRequest, people: PeopleState, context: Circumstances): Answer {
  const { person, action, resource } = request;
  const { at, requestedBy, about } = context;
  if (Number.isNaN(Date.parse(at)))
    return { allowed: false, policies: [], reason: 'malformed-request', problem: 'the time is unreadable' };
  const principal: Principal = {
    id: person,
    ...identityOf(people, person),
    roles: rolesOn(people, person, resource.unit, at),
    rolesAnywhere: rolesAnywhere(people, person, at),
    emergencyPatients: emergencyPatients(people, person, at),
  };
  return ask({
    principal,
    action,
    resource,
    demonstrationAllowed: people.settings.allowDemonstration,
    ...(requestedBy === undefined ? {} : { requestedBy }),
    ...(about === undefined ? {} : { about }),
  });
}
