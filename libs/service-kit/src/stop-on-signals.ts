import { Logger } from '@nestjs/common';
import type { HealthRegistry } from './health.js';

/** Longer than the drain of the transport, shorter than a container's patience. */
export const STOP_DEADLINE_MS = 8_000;

/** What ends: a Nest application fits. */
export interface Closable {
  close(): Promise<unknown>;
}

/** What is needed of `process`; replaced in tests only. */
export interface HostProcess {
  on(event: string, listener: () => void): unknown;
  exit(code: number): void;
  /** True for a child that was started with an IPC channel. */
  readonly connected: boolean;
}

export interface StopSettings {
  readonly health?: HealthRegistry;
  readonly deadlineMs?: number;
  /** Runs after the application is closed. */
  readonly afterwards?: () => Promise<unknown>;
  readonly host?: HostProcess;
}

/**
 * Ends the process in order on SIGTERM and SIGINT, and when the launcher that holds our IPC channel dies: not ready any
 * more, the application drains and closes, exit code 0. Exit code 1 when closing fails or takes longer than the deadline;
 * a second signal ends at once with 130.
 */
export function stopOnSignals(app: Closable, settings: StopSettings = {}): void {
  const { health, deadlineMs = STOP_DEADLINE_MS, afterwards, host = process } = settings;
  const logger = new Logger('Stop');
  let stopping = false;
  const stop = async (reason: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.log(`${reason}: draining`);
    health?.drain(`draining after ${reason}`);
    const deadline = setTimeout(() => {
      logger.error(`still not closed ${deadlineMs} ms after ${reason}`);
      host.exit(1);
    }, deadlineMs);
    try {
      await app.close();
      await afterwards?.();
      host.exit(0);
    } catch (error) {
      logger.error(error);
      host.exit(1);
    } finally {
      clearTimeout(deadline);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT']) {
    host.on(signal, () => {
      if (stopping) host.exit(130);
      void stop(signal);
    });
  }
  if (host.connected) host.on('disconnect', () => void stop('the end of the launcher'));
}
