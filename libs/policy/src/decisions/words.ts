import { RoleGranted, type Role } from '@bcmed/events';
import { ALL_UNITS } from '../people/evolve.js';
import { isBefore } from '../people/queries.js';
import { entryOf, type PeopleState } from '../people/state.js';
import { ask, type Answer } from './cedar.js';
import { POLICY_SET } from './policy-set.js';
import { ACTIONS, type Action, type Circumstances, type PolicyRequest, type Resource } from './request.js';

export const ROLES: readonly Role[] = RoleGranted.data.shape.role.options;

const ACTION_WORDS: Record<Action, string> = {
  'order-set-rate': 'Setting the rate of a pump',
  'order-start': 'Starting a pump',
  'order-set-vtbi': 'Setting the volume of a pump',
  'order-bolus': 'Giving a bolus',
  'order-set-target': 'Setting a target concentration',
  'order-stop': 'Stopping a pump',
  'approve-order': 'Approving an order',
  'acknowledge-alarm': 'Acknowledging an alarm',
  'read-patient': 'Reading a patient',
  'open-emergency-access': 'Opening emergency access',
  'review-emergency-access': 'Reviewing an emergency access',
  'approve-threshold': 'Approving a threshold of alarms',
  'release-library': 'Releasing a library',
  'read-audit': 'Reading the audit',
  'verify-log': 'Verifying the log',
  'enrol-person': 'Enrolling a person',
  'grant-role': 'Granting a role',
  'revoke-person': 'Revoking a person',
};

const ARTICLE: Record<Role, string> = {
  nurse: 'a nurse',
  physician: 'a physician',
  pharmacist: 'a pharmacist',
  engineer: 'an engineer',
  auditor: 'an auditor',
  administrator: 'an administrator',
};

/** What a person is told who may not: the words of the policies that forbid it, or what it would take. */
export function wordsFor(
  answer: Extract<Answer, { allowed: false }>,
  request: PolicyRequest,
  people: PeopleState,
  context: Circumstances,
): string {
  switch (answer.reason) {
    case 'forbidden':
      return answer.policies.map((id) => POLICY_SET.policies.get(id)?.words ?? id).join(' ');
    case 'not-permitted':
      return [whatItTakes(request), ...whatWasMissed(request, people, context)].join(' ');
    case 'malformed-request':
      return `The request could not be decided, which is a no: ${answer.problem ?? 'it cannot be read'}.`;
    case 'policy-failure':
      return `The policies could not be evaluated (${answer.policies.join(', ')}), which is a no.`;
  }
}

function whatItTakes({ action, resource }: PolicyRequest): string {
  const roles = rolesThatMay(action).map((role) => ARTICLE[role]);
  const where = action === 'open-emergency-access' ? 'of any unit' : `of ${unitWords(resource.unit)}`;
  return `${ACTION_WORDS[action]} takes ${roles.join(' or ')} ${where}.`;
}

const unitWords = (unit: string): string => (unit === ALL_UNITS ? 'the whole site' : unit);

/** How near the person is to it, so that they know whom to ask. */
function whatWasMissed(
  { person, action, resource }: PolicyRequest,
  people: PeopleState,
  { at }: Circumstances,
): string[] {
  const may = rolesThatMay(action);
  const grants = (entryOf(people.people, person)?.roles ?? []).filter(({ role }) => may.includes(role));
  const roles = grants.map(({ role, unit, until, except }) => {
    const where = [unitWords(unit), ...except].join(', not of ');
    return until === undefined || isBefore(at, until)
      ? `You are ${ARTICLE[role]} of ${where}.`
      : `Your role as ${ARTICLE[role]} of ${where} ended at ${until}.`;
  });
  const patient =
    resource.kind === 'patient' ? resource.id : resource.kind === 'pump' ? resource.patient : undefined;
  const accesses = Object.values(people.emergencies).filter((access) => access.person === person);
  const emergencies = accesses.map((access) => {
    if (access.closed) return 'Your emergency access was closed.';
    if (!isBefore(at, access.until)) return `Your emergency access ended at ${access.until}.`;
    return access.patient === patient ? '' : 'Your emergency access is for another patient.';
  });
  return [...new Set([...roles, ...emergencies])].filter((words) => words !== '');
}

const known = new Map<Action, readonly Role[]>();

/**
 * Roles that by themselves permit an action, on the unit of the resource; none for a stop, which takes no role. Found by asking the
 * policies, so it is what they say.
 */
export function rolesThatMay(action: Action): readonly Role[] {
  const before = known.get(action);
  if (before) return before;
  const roles = ROLES.filter((role) => askAs(action, [role]));
  const found = askAs(action, []) ? [] : roles;
  known.set(action, found);
  return found;
}

/** Somebody with these roles and nothing else asks, in circumstances to which no policy objects. */
function askAs(action: Action, roles: readonly Role[]): boolean {
  return RESOURCES.some(
    (resource) =>
      ask({
        principal: {
          id: 'somebody',
          enrolled: true,
          revoked: false,
          demonstration: false,
          roles,
          rolesAnywhere: roles,
          emergencyPatients: [],
        },
        action,
        resource,
        demonstrationAllowed: false,
        requestedBy: 'somebody-else',
        about: 'somebody-else',
      }).allowed,
  );
}

const RESOURCES: readonly Resource[] = [
  { kind: 'pump', id: 'any', unit: ALL_UNITS },
  { kind: 'patient', id: 'any', unit: ALL_UNITS },
  { kind: 'library', id: 'any', unit: ALL_UNITS },
  { kind: 'unit', unit: ALL_UNITS },
];

/** The whole matrix, for people and for the README. */
export function permissionMatrix(): ReadonlyMap<Action, readonly Role[]> {
  return new Map(ACTIONS.map((action) => [action, rolesThatMay(action)]));
}
