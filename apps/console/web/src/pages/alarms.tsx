import type { ReactElement } from 'react';
import { Acknowledge, AlarmMark, placeOf } from '../parts/alarm.tsx';
import { Empty, Link, PageHead } from '../parts/basic.tsx';
import { byPriority } from '../domain/attention.ts';
import { ageOf, momentOf } from '../domain/times.ts';
import { useAlarms, useAlarmsHeard } from '../state/alarms.ts';
import { useNow } from '../state/clock.ts';

/** What is open, by priority. */
export default function AlarmsPage(): ReactElement {
  const alarms = [...useAlarms()].sort(byPriority);
  const heard = useAlarmsHeard();
  const now = useNow();
  return (
    <>
      <PageHead title="Alarms">
        What lasts, and what waits to be seen. An alarm ends when its cause does; acknowledging says that you
        have it.
      </PageHead>
      {alarms.length === 0 && heard ? (
        <Empty icon="bell" title="No open alarm" />
      ) : (
        <ul className="alarm-list">
          {alarms.map((alarm) => (
            <li key={alarm.id} className="card alarm-item alarm-edge" data-priority={alarm.priority}>
              <AlarmMark priority={alarm.priority} />
              <div>
                <h3>{alarm.text}</h3>
                <p className="muted">
                  {alarm.bed === null ? (
                    placeOf(alarm)
                  ) : (
                    <Link to={`/bed/${alarm.bed}`}>{placeOf(alarm)}</Link>
                  )}{' '}
                  · {momentOf(alarm.raisedMs, now)}, for {ageOf(now - alarm.raisedMs)} ·{' '}
                  {alarm.members.map(({ source }) => source).join(', ')}
                </p>
              </div>
              {alarm.acknowledgedBy === null ? (
                <Acknowledge alarm={alarm} look="primary" />
              ) : (
                <span className="chip">{alarm.acknowledgedBy} has it</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
