import type { EventDefinition } from '../define.js';
import * as access from './access.js';
import * as audit from './audit.js';
import * as ledger from './ledger.js';
import * as pump from './pump.js';

/** Every event that crosses a service. A file of this folder exports definitions and nothing else. */
export const CATALOGUE: readonly EventDefinition[] = [
  ...Object.values(pump),
  ...Object.values(access),
  ...Object.values(ledger),
  ...Object.values(audit),
];

/** By wire type, for readers. */
export const DEFINITION_BY_TYPE: ReadonlyMap<string, EventDefinition> = new Map(
  CATALOGUE.map((definition) => [definition.type, definition]),
);
