import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { post } from '../adapters/api.ts';
import { byPriority } from '../domain/attention.ts';
import { soundOf, type Alarm, type Priority } from '../domain/alarms.ts';
import { ageOf } from '../domain/times.ts';
import { count, placeName } from '../domain/words.ts';
import { useAlarms, useAlarmsHeard } from '../state/alarms.ts';
import { useNow } from '../state/clock.ts';
import { allowSound, useSoundState, wantSound } from '../state/sound.ts';
import { Button, Link } from './basic.tsx';
import { Icon } from './icons.tsx';

/** Marks by shape as well as by colour, for those who cannot tell red from yellow. */
const MARK: Readonly<Record<Priority, string>> = { high: '!!!', medium: '!!', low: '!' };
const NAME: Readonly<Record<Priority, string>> = { high: 'High', medium: 'Medium', low: 'Low' };

export function AlarmMark({
  priority,
  children,
}: {
  readonly priority: Priority;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <span className="alarm-mark" data-priority={priority}>
      <span aria-hidden="true">{MARK[priority]}</span>
      {children ?? NAME[priority]}
    </span>
  );
}

/** Where an alarm is, in words. */
export const placeOf = ({ bed, unit }: Alarm): string => (bed === null ? placeName(unit) : placeName(bed));

/** Says that somebody has seen it. The alarm stays until its source ends it. */
export function Acknowledge({
  alarm,
  look,
}: {
  readonly alarm: Alarm;
  readonly look?: 'primary' | 'plain';
}): ReactElement | null {
  const told = useMutation({
    // Who it is, the session says.
    mutationFn: () => post(`/api/alarms/alarms/${alarm.id}/acknowledge`, {}),
  });
  if (alarm.acknowledgedBy !== null) return null;
  return (
    <>
      <Button look={look ?? 'plain'} icon="check" busy={told.isPending} onClick={() => told.mutate()}>
        Acknowledge
      </Button>
      {told.error === null ? null : <span role="alert">{told.error.message}</span>}
    </>
  );
}

/** The alarm that comes first, on every page, at the top; and what is wrong when alarms cannot be heard. */
export function AlarmBanner(): ReactElement | null {
  const heard = useAlarmsHeard();
  const alarms = [...useAlarms()].sort(byPriority);
  const now = useNow();
  const [first] = alarms;
  useAlarmSound(alarms, now);
  if (!heard) return <AlarmsAway known={alarms.length} />;
  if (first === undefined) return null;
  const { acknowledgedBy } = first;
  const unseen = acknowledgedBy === null;
  return (
    <section className="alarm-banner" data-priority={first.priority} aria-label="Alarm" role="region">
      <div className="alarm-lamp" data-priority={first.priority} data-blinks={unseen}>
        <span aria-hidden="true">{MARK[first.priority]}</span>
      </div>
      <div className="text" role={unseen && first.priority === 'high' ? 'alert' : 'status'}>
        <span>{placeOf(first)}</span>
        <span>{first.text}</span>
        <small className="num" aria-live="off">
          {acknowledgedBy === null ? `for ${ageOf(now - first.raisedMs)}` : `${acknowledgedBy} has it`}
          {alarms.length > 1 ? ` · ${count(alarms.length - 1, 'more alarm', 'more alarms')}` : ''}
        </small>
      </div>
      <div className="actions">
        <Acknowledge alarm={first} />
        <Link
          className="button"
          to={alarms.length > 1 || first.bed === null ? '/alarms' : `/bed/${first.bed}`}
        >
          {alarms.length > 1 || first.bed === null ? 'All alarms' : 'Go to bed'}
        </Link>
      </div>
    </section>
  );
}

function AlarmsAway({ known }: { readonly known: number }): ReactElement | null {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 2_500);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <div className="offline" role="alert">
      <Icon name="off" />
      <span>
        Alarms are not heard here{known > 0 ? `; ${count(known, 'was', 'were')} open when last heard` : ''}.
        The pumps sound by themselves: look at the beds.
      </span>
    </div>
  );
}

function useAlarmSound(alarms: readonly Alarm[], now: number): void {
  const wanted = soundOf(alarms, now);
  useEffect(() => wantSound(wanted), [wanted]);
}

/** Whether alarms can be heard on this device; a browser lets a page sound only after somebody touched it. */
export function SoundButton(): ReactElement {
  const state = useSoundState();
  if (state === 'on') {
    return (
      <Button
        look="quiet"
        icon="sound"
        aria-label="Alarm sound is on. Try it"
        title="Try the sound"
        onClick={() => void allowSound()}
      >
        <span className="wide-only">Sound on</span>
      </Button>
    );
  }
  return (
    <Button icon="mute" onClick={() => void allowSound()}>
      Turn sound on
    </Button>
  );
}
