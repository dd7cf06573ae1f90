import type { ReactElement } from 'react';
import type { PumpView } from '../domain/live.ts';
import { capital } from '../domain/words.ts';
import { Icon, type IconName } from './icons.tsx';

interface Shown {
  readonly icon: IconName;
  readonly words: string;
  readonly running: boolean;
}

function shownOf(pump: PumpView, stale: boolean): Shown {
  if (!pump.connected) return { icon: 'off', words: 'Not connected', running: false };
  if (stale) return { icon: 'unknown', words: 'Not heard', running: false };
  if (pump.delivering === true) return { icon: 'play', words: 'Running', running: true };
  if (pump.completed) return { icon: 'check', words: 'Completed', running: false };
  if (pump.delivering === false)
    return { icon: 'pause', words: capital(pump.mode?.toLowerCase() ?? 'held'), running: false };
  return { icon: 'unknown', words: 'Not known', running: false };
}

/** Whether it runs, by picture and word. */
export function PumpState({
  pump,
  stale,
  short = false,
}: {
  readonly pump: PumpView;
  readonly stale: boolean;
  readonly short?: boolean;
}): ReactElement {
  const { icon, words, running } = shownOf(pump, stale);
  return (
    <span className={running ? 'state running' : 'state'} title={short ? words : undefined}>
      <Icon name={icon} />
      <span className={short ? 'visually-hidden' : ''}>{words}</span>
    </span>
  );
}
