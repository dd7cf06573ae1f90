import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const base64url32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const enrolmentRequest = z.object({
  keyId: base64url32,
  publicKey: z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: base64url32, y: base64url32 }),
  kind: z.enum(['device', 'service']),
  holder: z.string(),
  areas: z.array(z.string()),
  /** Address of a ledger's validator key. */
  validator: z.string().optional(),
});

/** What a service writes into its state folder at each start: the public half of its key and what it wants to seal. */
export type EnrolmentRequest = z.infer<typeof enrolmentRequest>;

const LOOK_AGAIN_MS = 25;

/** The request of a service that is starting. Gives up after the deadline with undefined: the caller knows why the service is late. */
export async function waitForEnrolmentRequest(
  stateDir: string,
  deadlineMs: number,
): Promise<EnrolmentRequest | undefined> {
  const path = join(stateDir, 'enrolment-request.json');
  const end = performance.now() + deadlineMs;
  while (performance.now() < end) {
    try {
      return enrolmentRequest.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await pause(LOOK_AGAIN_MS);
  }
  return undefined;
}
