import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Name of the file in the service's state folder that tells others which port was chosen. */
export const PORT_FILE = 'http-port';

/** Tells the port to whoever started the service. Readers see the old file or the new one, never half of it. */
export async function writePortFile(stateDir: string, port: number): Promise<void> {
  await mkdir(stateDir, { recursive: true });
  const file = join(stateDir, PORT_FILE);
  await writeFile(`${file}.tmp`, `${port}\n`);
  await rename(`${file}.tmp`, file);
}

/**
 * The port that the service wrote, or undefined when there is none (yet). A killed service leaves its file behind:
 * whoever starts a service removes the file first.
 */
export async function readPortFile(stateDir: string): Promise<number | undefined> {
  const text = await readFile(join(stateDir, PORT_FILE), 'utf8').catch(() => '');
  const port = Number.parseInt(text, 10);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

export async function removePortFile(stateDir: string): Promise<void> {
  await rm(join(stateDir, PORT_FILE), { force: true });
}
