import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reportToJson, writeExport } from '@bcmed/verification';
import { terminalProgress } from '../stack/progress.js';
import { withSources } from '../verify/with-sources.js';
import { until, whenAskedToLeave } from './leaving.js';

export interface ExportOptions {
  readonly data: string;
  readonly json: boolean;
}

/**
 * `bcmed export`: writes a folder that proves itself elsewhere. A log that does not verify is not exported. What was written of an
 * export that did not come to its end, for whatever reason, is removed.
 */
export async function exportLog(folder: string, options: ExportOptions): Promise<void> {
  const leaving = whenAskedToLeave();
  const progress = until(leaving, terminalProgress());
  const removePartOf = partOf(folder);
  try {
    const report = await withSources(options, progress, (inputs) =>
      progress.step('export', `verifies the log and writes it to ${folder}`, () =>
        writeExport(folder, inputs, { signal: leaving }),
      ),
    );
    leaving.throwIfAborted();
    const written = { folder, ...reportToJson(report) };
    if (options.json) process.stdout.write(`${JSON.stringify(written)}\n`);
    else
      process.stdout.write(
        `${report.lastPosition.toString()} positions in ${report.blocks.toString()} blocks are in ${folder}; its README says how to verify them.\n`,
      );
  } catch (error) {
    removePartOf();
    throw error;
  }
}

/** The way back to how the folder is now: absent or empty. Does nothing where something lies already, which is not ours. */
function partOf(folder: string): () => void {
  if (!existsSync(folder)) return () => rmSync(folder, { recursive: true, force: true });
  if (!statSync(folder).isDirectory() || readdirSync(folder).length > 0) return () => undefined;
  return () => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  };
}
