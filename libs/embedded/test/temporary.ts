import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own for one test, gone afterwards; others may pass through, as PostgreSQL's own user must. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bcmed-embedded-'));
  chmodSync(folder, 0o711);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ends a server when the test is over, whatever happened to it meanwhile. */
export function stopAfterwards<T extends { stop(): Promise<unknown> }>(server: T): T {
  onTestFinished(async () => {
    await server.stop();
  });
  return server;
}
