import type { Finding } from '../doctor/finding.js';
import { examineMachine } from '../doctor/machine.js';
import { examineSite } from '../doctor/site.js';
import { examineStack } from '../doctor/stack.js';

export interface DoctorOptions {
  readonly data: string;
  readonly json: boolean;
}

const MARKS = { good: '✓', absent: '-', bad: '✗' } as const;

/**
 * `bcmed doctor`: looks, changes nothing. Says what is installed and runs, with versions and ports, and what to do about what is bad.
 * Resolves to whether nothing is bad.
 */
export async function doctor(options: DoctorOptions): Promise<boolean> {
  const findings = [
    ...examineMachine(options.data),
    examineSite(options.data),
    ...(await examineStack(options.data)),
  ];
  process.stdout.write(options.json ? `${JSON.stringify(findings)}\n` : findings.map(asText).join(''));
  return findings.every(({ state }) => state !== 'bad');
}

function asText({ what, state, detail }: Finding): string {
  return `${MARKS[state]} ${what.padEnd(17)} ${detail}\n`;
}
