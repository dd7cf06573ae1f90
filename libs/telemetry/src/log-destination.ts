import { writeSync } from 'node:fs';

/** How often a reader that is slow for a moment is waited for, 1 ms each. */
const PATIENCE = 50;
const STANDARD_OUTPUT = 1;

type Write = (text: Buffer) => number;

/** Where log lines go. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * Standard output, one line after the other, written when the call returns. What cannot be written is lost, counted, and told with the
 * next line that can: a full disk or a reader that is gone never holds up the work that the lines are about. (The destination that
 * pino brings waits in the main thread until the write succeeds, which on a full disk stops a pump's adapter.)
 */
export function logDestination(write: Write = (text) => writeSync(STANDARD_OUTPUT, text)): LogDestination {
  let lost = 0;
  let isTorn = false;

  /** Whether all of it was written. */
  const put = (text: string): boolean => {
    let rest = Buffer.from(text, 'utf8');
    for (let patience = PATIENCE; rest.length > 0;) {
      try {
        rest = rest.subarray(write(rest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || patience-- === 0) break;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
    isTorn = rest.length > 0 && rest.length < Buffer.byteLength(text);
    return rest.length === 0;
  };

  return {
    write(line) {
      const begin = isTorn ? '\n' : '';
      const notice = lost === 0 ? '' : `{"level":"warn","msg":"${lost} log lines could not be written"}\n`;
      if (put(`${begin}${notice}${line}`)) lost = 0;
      else lost += 1;
    },
  };
}
