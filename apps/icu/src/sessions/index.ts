import { multiInfusionDemo } from './multi-infusion-demo.js';
import type { Session } from './session.js';
import { wardLife } from './ward-life.js';

/** Every session that can be asked for by name. */
export const SESSIONS: ReadonlyMap<string, Session> = new Map(
  [multiInfusionDemo, wardLife].map((session) => [session.name, session]),
);

/** The names, for messages and checks. */
export const SESSION_NAMES: readonly string[] = [...SESSIONS.keys()];
