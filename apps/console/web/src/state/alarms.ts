import { openAlarms, withAlarm, type Alarm, type Alarms } from '../domain/alarms.ts';
import { Store, useStore } from './store.ts';

/** What the alarms service says. `heard` is false while its line is away: then nobody may conclude that there is no alarm. */
export interface AlarmsHeard {
  readonly heard: boolean;
  readonly open: Alarms;
}

export const alarms = new Store<AlarmsHeard>({ heard: false, open: new Map() });

const CHANGES = ['raised', 'changed', 'acknowledged', 'audio-paused', 'escalated', 'resolved'] as const;
const PAUSE_MS = 1_000;

/** Follows `GET /api/alarms/alarms/stream` and comes back after each loss. */
export function followAlarms(): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const open = (): void => {
    source = new EventSource('/api/alarms/alarms/stream');
    source.addEventListener('snapshot', (event: MessageEvent<string>) => {
      const { alarms: snapshot } = JSON.parse(event.data) as { alarms: Alarm[] };
      alarms.set({ heard: true, open: openAlarms(snapshot) });
    });
    for (const change of CHANGES) {
      source.addEventListener(change, (event: MessageEvent<string>) => {
        const alarm = JSON.parse(event.data) as Alarm;
        alarms.update(({ open: before }) => ({ heard: true, open: withAlarm(before, alarm) }));
      });
    }
    source.addEventListener('error', () => {
      source?.close();
      alarms.update(({ open: before }) => ({ heard: false, open: before }));
      if (!over) timer = setTimeout(open, PAUSE_MS);
    });
  };
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    source?.close();
    alarms.set({ heard: false, open: new Map() });
  };
}

const openOf = ({ open }: AlarmsHeard): readonly Alarm[] => [...open.values()];
const heardOf = ({ heard }: AlarmsHeard): boolean => heard;
export const useAlarms = (): readonly Alarm[] => useStore(alarms, openOf);
export const useAlarmsHeard = (): boolean => useStore(alarms, heardOf);
