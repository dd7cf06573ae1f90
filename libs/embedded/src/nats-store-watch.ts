import { statfsSync } from 'node:fs';
import type { Child } from './child.js';

const LOOK_EVERY_MS = 2_000;
/** With less free than this a new start would only fail again. */
const ROOM_BYTES = 8 * 1024 * 1024;

/**
 * A nats-server whose store failed to write once takes no message of that stream until it is started anew, also when there is room
 * again. What it acknowledged is on disk. So it is told to end as soon as there is room, and whoever keeps it alive starts it again.
 */
export function endWhenStoreFailed(
  child: Pick<Child, 'stop' | 'alive'>,
  { storeDir, monitorUrl }: { readonly storeDir: string; readonly monitorUrl: string },
): void {
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (!child.alive) {
      clearInterval(timer);
      return;
    }
    if (isLooking) return;
    isLooking = true;
    try {
      if ((await hasWriteError(monitorUrl)) && freeBytes(storeDir) >= ROOM_BYTES) {
        clearInterval(timer);
        await child.stop();
      }
    } catch {
      // It does not answer: its end, or its supervisor, is told of elsewhere.
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
}

/** Whether the server says that it could not write. Source: nats-server 2.12, server/monitor.go, healthz. */
async function hasWriteError(monitorUrl: string): Promise<boolean> {
  const response = await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(1_000) });
  const text = await response.text();
  return !response.ok && text.includes('write error');
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
