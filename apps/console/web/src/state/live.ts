import { applied, beaten, EMPTY_WARD, replaced, type Ward } from '../domain/live.ts';
import type { LiveMessage, Snapshot } from '../../../src/domain/live.ts';
import { noteTime } from './clock.ts';
import { sessionEnded } from './session.ts';
import { Store, useStore } from './store.ts';

/** What `/api/live` told. */
export const ward = new Store<Ward>(EMPTY_WARD);

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Keeps a line to the gateway for as long as somebody is signed in, and comes back after each loss where it was. The browser would do
 * so by itself, but not after an answer that is no stream, for example while the gateway starts.
 */
export function followLive(): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let after = '';
  let over = false;

  const open = (): void => {
    source = new EventSource(after === '' ? '/api/live' : `/api/live?after=${encodeURIComponent(after)}`);
    source.addEventListener('snapshot', (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as Snapshot;
      const atMs = heardAt(message.at);
      ward.set(replaced(message, atMs));
      after = event.lastEventId;
      pauseMs = FIRST_PAUSE_MS;
    });
    source.addEventListener('delta', (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as LiveMessage;
      const atMs = heardAt(message.at);
      ward.update((before) => applied(before, message, atMs));
      after = event.lastEventId;
      pauseMs = FIRST_PAUSE_MS;
    });
    source.addEventListener('beat', (event: MessageEvent<string>) => {
      const atMs = heardAt((JSON.parse(event.data) as { at: string }).at);
      ward.update((before) => beaten(before, atMs));
    });
    source.addEventListener('signed-out', (event: MessageEvent<string>) => {
      sessionEnded((JSON.parse(event.data) as { reason?: string }).reason);
    });
    source.addEventListener('error', () => {
      source?.close();
      if (over) return;
      timer = setTimeout(open, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
  };
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    source?.close();
    ward.set(EMPTY_WARD);
  };
}

function heardAt(at: string): number {
  const ms = Date.parse(at);
  noteTime(ms);
  return ms;
}

export const useWard = <Part>(part: (ward: Ward) => Part, same?: (a: Part, b: Part) => boolean): Part =>
  useStore(ward, part, same);
