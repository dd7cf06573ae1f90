import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { Role } from '@bcmed/events';
import type { Identity } from '../people/queries.js';
import { POLICY_SET, type PolicySet } from './policy-set.js';
import type { Action, DenialReason, Resource } from './request.js';

/** What the policies see of a person, at one time and on one unit. */
export interface Principal extends Identity {
  readonly id: string;
  /** On the unit of the resource. */
  readonly roles: readonly Role[];
  readonly rolesAnywhere: readonly Role[];
  readonly emergencyPatients: readonly string[];
}

export interface Question {
  readonly principal: Principal;
  readonly action: Action;
  readonly resource: Resource;
  readonly demonstrationAllowed: boolean;
  readonly requestedBy?: string;
  readonly about?: string;
}

export type Answer =
  | { readonly allowed: true; readonly policies: readonly string[] }
  | {
      readonly allowed: false;
      readonly policies: readonly string[];
      readonly reason: DenialReason;
      readonly problem?: string;
    };

/**
 * Asks Cedar. Whatever goes wrong is a no: a request that the schema does not know, a policy that could not be evaluated (Cedar
 * itself would leave it out, also a forbidding one), an engine that throws.
 */
export function ask(question: Question, policySet: PolicySet = POLICY_SET): Answer {
  if (!textsOf(question).every((text) => typeof text === 'string' && text.isWellFormed()))
    return malformed('a name is missing or is no text');
  let answer: cedar.AuthorizationAnswer;
  try {
    answer = cedar.statefulIsAuthorized(callOf(question, policySet.handle));
  } catch (error) {
    return malformed(String(error));
  }
  if (answer.type === 'failure') return malformed(answer.errors.map(({ message }) => message).join('; '));
  const { decision, diagnostics } = answer.response;
  const policies = [...diagnostics.reason].sort();
  if (diagnostics.errors.length > 0) {
    const failed = diagnostics.errors.map(({ policyId }) => policyId).sort();
    return { allowed: false, policies: failed, reason: 'policy-failure' };
  }
  if (decision === 'allow') return { allowed: true, policies };
  return { allowed: false, policies, reason: policies.length > 0 ? 'forbidden' : 'not-permitted' };
}

const malformed = (problem: string): Answer => ({
  allowed: false,
  policies: [],
  reason: 'malformed-request',
  problem,
});

/** Everything that came from outside. Text that UTF-8 cannot express must not reach the engine. */
function textsOf({ principal, action, resource, requestedBy, about }: Question): unknown[] {
  return [
    principal.id,
    action,
    resource.unit,
    ...(resource.kind === 'unit' ? [] : [resource.id]),
    ...(resource.kind === 'pump' && resource.patient !== undefined ? [resource.patient] : []),
    ...(requestedBy === undefined ? [] : [requestedBy]),
    ...(about === undefined ? [] : [about]),
  ];
}

const ENTITY_TYPE = { pump: 'Pump', patient: 'Patient', library: 'Library', unit: 'Unit' } as const;

const entity = (type: string, id: string): { __entity: cedar.TypeAndId } => ({ __entity: { type, id } });

function callOf(
  { principal, action, resource, ...rest }: Question,
  handle: string,
): cedar.StatefulAuthorizationCall {
  const person = { type: 'Person', id: principal.id };
  const target = {
    type: ENTITY_TYPE[resource.kind],
    id: resource.kind === 'unit' ? resource.unit : resource.id,
  };
  return {
    preparsedPolicySetId: handle,
    preparsedSchemaName: handle,
    validateRequest: true,
    principal: person,
    action: { type: 'Action', id: action },
    resource: target,
    context: {
      demonstrationAllowed: rest.demonstrationAllowed,
      ...(rest.requestedBy === undefined ? {} : { requestedBy: entity('Person', rest.requestedBy) }),
      ...(rest.about === undefined ? {} : { about: entity('Person', rest.about) }),
    },
    entities: [
      {
        uid: person,
        attrs: {
          enrolled: principal.enrolled,
          revoked: principal.revoked,
          demonstration: principal.demonstration,
          rolesAnywhere: [...principal.rolesAnywhere],
          emergencyPatients: principal.emergencyPatients.map((id) => entity('Patient', id)),
        },
        parents: principal.roles.map((id) => ({ type: 'Role', id })),
      },
      {
        uid: target,
        attrs:
          resource.kind === 'pump' && resource.patient !== undefined
            ? { patient: entity('Patient', resource.patient) }
            : {},
        parents: [],
      },
    ],
  };
}
