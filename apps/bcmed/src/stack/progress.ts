/** How a command tells what it is doing. Always on standard error: standard output belongs to the result. */
export interface Progress {
  /** Runs one step, tells that it began and how long it took. */
  step<T>(name: string, why: string, work: () => Promise<T>): Promise<T>;
  note(text: string): void;
}

/** Steps as lines; on a terminal the running step counts its seconds. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return {
    async step(name, why, work) {
      const began = performance.now();
      const seconds = (): string => `${((performance.now() - began) / 1_000).toFixed(1)} s`;
      const tick = stream.isTTY
        ? setInterval(() => stream.write(`\r  … ${name.padEnd(22)} ${seconds().padStart(7)}  ${why}`), 100)
        : undefined;
      if (!stream.isTTY) stream.write(`  … ${name}: ${why}\n`);
      try {
        const result = await work();
        stream.write(
          `${stream.isTTY ? '\r\u001b[2K' : ''}  ✓ ${name.padEnd(22)} ${seconds().padStart(7)}  ${why}\n`,
        );
        return result;
      } catch (error) {
        stream.write(`${stream.isTTY ? '\r\u001b[2K' : ''}  ✗ ${name.padEnd(22)} ${seconds().padStart(7)}\n`);
        throw error;
      } finally {
        clearInterval(tick);
      }
    },
    note: (text) => void stream.write(`    ${text}\n`),
  };
}
