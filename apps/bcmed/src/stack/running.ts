import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { layout } from './paths.js';

const running = z.object({
  natsUrl: z.string(),
  natsMonitorUrl: z.string(),
  chainUrl: z.string(),
  auditUrl: z.string(),
  adapterUrl: z.string(),
  ledgerUrl: z.string(),
  icuUrl: z.string(),
  accessUrl: z.string(),
  dosingUrl: z.string(),
  alarmsUrl: z.string(),
  consoleUrl: z.string(),
});

/** Addresses of a stack that is up, for other commands of the same data folder. Holds no password. */
export type Running = z.infer<typeof running>;

export function writeRunning(dataDir: string, addresses: Running): void {
  const path = layout(dataDir).running;
  writeFileSync(`${path}.tmp`, `${JSON.stringify(addresses, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
}

/** Addresses of the stack of this folder, or undefined when none wrote any. Whether it still runs shows the folder's lock. */
export function readRunning(dataDir: string): Running | undefined {
  try {
    return running.parse(JSON.parse(readFileSync(layout(dataDir).running, 'utf8')));
  } catch {
    return undefined;
  }
}

export function removeRunning(dataDir: string): void {
  rmSync(layout(dataDir).running, { force: true });
}
