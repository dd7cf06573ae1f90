import type { EventDefinition } from '../define.js';
import * as access from './access.js';
import * as alarm from './alarm.js';
import * as alarmAccess from './alarm-access.js';
import * as alarmLearning from './alarm-learning.js';
import * as approvals from './approvals.js';
import * as association from './association.js';
import * as audit from './audit.js';
import * as auditAccess from './audit-access.js';
import * as command from './command.js';
import * as dosing from './dosing.js';
import * as dosingAccess from './dosing-access.js';
import * as ledger from './ledger.js';
import * as people from './people.js';
import * as pump from './pump.js';
import * as target from './target.js';
import * as vitals from './vitals.js';

/** Every event that crosses a service. A file of this folder exports definitions and nothing else. */
export const CATALOGUE: readonly EventDefinition[] = [
  ...Object.values(pump),
  ...Object.values(vitals),
  ...Object.values(association),
  ...Object.values(access),
  ...Object.values(alarm),
  ...Object.values(alarmLearning),
  ...Object.values(alarmAccess),
  ...Object.values(people),
  ...Object.values(approvals),
  ...Object.values(command),
  ...Object.values(dosing),
  ...Object.values(dosingAccess),
  ...Object.values(target),
  ...Object.values(ledger),
  ...Object.values(audit),
  ...Object.values(auditAccess),
];

/** By wire type, for readers. */
export const DEFINITION_BY_TYPE: ReadonlyMap<string, EventDefinition> = new Map(
  CATALOGUE.map((definition) => [definition.type, definition]),
);
