import {
  describeDifference,
  reportToJson,
  verifyExport,
  verifyLog,
  type VerificationReport,
  type VerifyOptions as VerifyVerbosity,
} from '@bcmed/verification';
import { terminalProgress, type Progress } from '../stack/progress.js';
import { withSources } from '../verify/with-sources.js';
import { until, whenAskedToLeave } from './leaving.js';

export interface VerifyOptions {
  readonly data: string;
  readonly export?: string;
  readonly rootKey?: string;
  readonly json: boolean;
}

/**
 * `bcmed verify`: recomputes everything without asking any service. Resolves to whether everything agrees; throws InterruptedError
 * when somebody did not wait for that.
 */
export async function verify(options: VerifyOptions): Promise<boolean> {
  const leaving = whenAskedToLeave();
  const progress = until(leaving, terminalProgress());
  const report = await (options.export === undefined
    ? verifyFolder(options, progress, leaving)
    : verifyExported(options.export, options, progress, leaving));
  leaving.throwIfAborted();
  if (options.json) process.stdout.write(`${JSON.stringify(reportToJson(report))}\n`);
  else process.stdout.write(`${asText(report, options)}\n`);
  return report.verified;
}

function verifyFolder(
  options: VerifyOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<VerificationReport> {
  return withSources(options, progress, (inputs) =>
    progress.step('verification', 'recomputes every seal, leaf, root and link, compares with the chain', () =>
      verifyLog(inputs, { signal, ...watched() }),
    ),
  );
}

function verifyExported(
  folder: string,
  { rootKey }: VerifyOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<VerificationReport> {
  return progress.step('verification', 'recomputes every seal, leaf, root and link of the export', () =>
    verifyExport(folder, { rootKeyId: rootKey }, { signal, ...watched() }),
  );
}

/** Progress over a line that is drawn again and again; nothing where nobody watches. */
function watched(): Pick<VerifyVerbosity, 'onProgress'> {
  if (!process.stderr.isTTY) return {};
  return {
    onProgress: ({ position, lastPosition, differences }) =>
      void process.stderr.write(
        `\r\u001b[2K    position ${position.toString()} of ${lastPosition.toString()}, ${differences} differences`,
      ),
  };
}

function asText(report: VerificationReport, options: VerifyOptions): string {
  const { chain, differences, notices } = report;
  const rejected = Object.entries(report.rejected).map(([reason, count]) => `${count} ${reason}`);
  const lines = [
    report.verified
      ? 'VERIFIED: everything that was recomputed agrees with what is recorded.'
      : `NOT VERIFIED: ${differences.length + report.differencesOmitted} differences.`,
    `  positions  ${report.firstPosition.toString()} to ${report.lastPosition.toString()}: ${report.admitted.toString()} admitted${rejected.length > 0 ? `, refused: ${rejected.join(', ')}` : ''}`,
    `  blocks     ${report.blocks.toString()}, the newest is ${report.lastBlock.toString()}; ${report.unanchoredTail.toString()} events are not in a block yet`,
    `  chain      ${chain.source === 'absent' ? 'not looked at' : `${chain.source}, contract ${chain.contract ?? '---'}, head block ${chain.anchoredBlock?.toString() ?? '---'}`}`,
    `  took       ${(report.durationMs / 1_000).toFixed(1)} s`,
    ...(options.rootKey === undefined && options.export === undefined
      ? [
          '  note       the root key was taken from the folder itself; name the one that you trust with --root-key',
        ]
      : []),
    ...notices.map((notice) => `  note       ${notice}`),
    ...(differences.length > 0 ? ['', 'First difference:'] : []),
    ...differences.map(
      (difference, index) =>
        `${index === 1 ? '\nAll others, in the order of the log:\n' : ''}  ${describeDifference(difference)}`,
    ),
  ];
  if (report.differencesOmitted > 0) lines.push(`  … and ${report.differencesOmitted} more`);
  return lines.join('\n');
}
