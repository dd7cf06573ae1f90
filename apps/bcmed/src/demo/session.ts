import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { StackError } from '../errors.js';
import type { Stack } from '../stack/stack.js';

const NAME = 'multi-infusion-demo';
const LATE_MS = 30_000;
const LOOK_AGAIN_MS = 100;

const report = z.looseObject({
  name: z.string(),
  state: z.enum(['running', 'finished', 'stopped']),
  steps: z.number(),
  refused: z.array(z.looseObject({ pump: z.number(), action: z.string(), reason: z.string() })),
});
const sessions = z.looseObject({ session: report.nullish() });

/** How a scripted session ended, as the mock ICU tells it. */
export interface PlayedSession {
  readonly state: 'finished' | 'stopped';
  /** Hands that were laid on pumps. */
  readonly steps: number;
  /** Steps that a pump did not take, with its reason; the newest twenty. */
  readonly refused: readonly {
    readonly pump: number;
    readonly action: string;
    readonly reason: string;
  }[];
}

/**
 * Plays the scripted session at the front panels of all pumps and waits until it is over.
 * Throws StackError when the mock ICU does not begin it, forgets it, or does not come to its end in time, and
 * the signal's reason when that fires.
 */
export async function playSession(
  stack: Stack,
  seconds: number,
  signal: AbortSignal,
): Promise<PlayedSession> {
  const { url } = stack.service('icu');
  const begun = await fetch(`${url}/sessions`, {
    method: 'POST',
    body: JSON.stringify({ name: NAME, seconds }),
    headers: { 'content-type': 'application/json' },
  });
  if (!begun.ok) throw new StackError(`the mock ICU refused the session: ${await begun.text()}`);
  const deadline = performance.now() + seconds * 1_000 + LATE_MS;
  for (;;) {
    signal.throwIfAborted();
    const { session } = sessions.parse(await (await fetch(`${url}/sessions`)).json());
    if (session?.name !== NAME) throw new StackError('the mock ICU plays another session than it was given');
    const { state, steps, refused } = session;
    if (state !== 'running') return { state, steps, refused };
    if (performance.now() > deadline) throw new StackError('the session did not end in time');
    await pause(LOOK_AGAIN_MS);
  }
}
