import { reportToJson, writeExport } from '@bcmed/verification';
import { terminalProgress } from '../stack/progress.js';
import { withSources } from '../verify/with-sources.js';

export interface ExportOptions {
  readonly data: string;
  readonly json: boolean;
}

/** `bcmed export`: writes a folder that proves itself elsewhere. A log that does not verify is not exported. */
export async function exportLog(folder: string, options: ExportOptions): Promise<void> {
  const progress = terminalProgress();
  const report = await withSources(options, progress, (inputs) =>
    progress.step('export', `verifies the log and writes it to ${folder}`, () => writeExport(folder, inputs)),
  );
  const written = { folder, ...reportToJson(report) };
  if (options.json) process.stdout.write(`${JSON.stringify(written)}\n`);
  else
    process.stdout.write(
      `${report.lastPosition.toString()} positions in ${report.blocks.toString()} blocks are in ${folder}; its README says how to verify them.\n`,
    );
}
