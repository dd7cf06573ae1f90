import type { ReactElement } from 'react';
import { RUNS_EMPTY_SOON_SECONDS } from '../domain/attention.ts';
import { drugName } from '../domain/drugs.ts';
import { PUMP_FRESH_MS } from '../domain/fresh.ts';
import type { PumpView } from '../domain/live.ts';
import { plain, plainText } from '../domain/numbers.ts';
import { ageOf, clockOf, spanOf } from '../domain/times.ts';
import { useAlarms } from '../state/alarms.ts';
import { useNow } from '../state/clock.ts';
import { useWard } from '../state/live.ts';
import { useStale } from '../state/stale.ts';
import { AlarmMark } from './alarm.tsx';
import { ChannelActions } from './channel-actions.tsx';
import { readBackWords } from './outcome.tsx';
import { PumpState } from './pump-state.tsx';
import { Spark } from './spark.tsx';
import { ValueTile } from './value-tile.tsx';

const TREND_MS = 30 * 60_000;

/** One pump of a bed: what it gives, how long it can, how hard it presses, and its stop. */
export function Channel({ pump }: { readonly pump: PumpView }): ReactElement {
  const stale = useStale(pump.heardAtMs, PUMP_FRESH_MS) || !pump.connected;
  const alarm = useAlarms().find(({ members }) =>
    members.some(({ source, lasts }) => source === pump.serial && lasts),
  );
  const name = drugName(pump.drug ?? pump.drugName);
  const { delivering, rateMlPerHour, setRateMlPerHour, dose } = pump;
  const shownRate = delivering === true ? rateMlPerHour : (setRateMlPerHour ?? rateMlPerHour);
  return (
    <article
      className="card channel alarm-edge"
      data-priority={alarm?.priority}
      aria-label={`${name}, pump ${pump.serial}`}
    >
      <header>
        <span className="row between">
          <PumpState pump={pump} stale={stale} />
          {alarm === undefined ? null : <AlarmMark priority={alarm.priority}>{alarm.text}</AlarmMark>}
        </span>
        <h3>{name}</h3>
        <span className="muted small">{pump.concentration ?? 'concentration not recorded'}</span>
      </header>
      <ValueTile
        label={delivering === true ? 'Rate' : 'Rate, held'}
        value={plain(shownRate)}
        unit="ml/h"
        current={!stale}
        under={
          dose === undefined ? (
            <span className="muted">no dose authorised here</span>
          ) : (
            `${plainText(dose.value)} ${dose.unit}`
          )
        }
      />
      <Readings pump={pump} stale={stale} />
      <div className="stack">
        <LastWord pump={pump} />
        <ChannelActions pump={pump} name={name} />
      </div>
    </article>
  );
}

function Readings({ pump, stale }: { readonly pump: PumpView; readonly stale: boolean }): ReactElement {
  const now = useNow();
  const history = useWard((ward) => ward.pumpHistory.get(pump.serial));
  const known = (text: string): string => (stale ? '---' : text);
  const left = pump.delivering === true ? pump.remainingSeconds : undefined;
  return (
    <div className="stack">
      <dl>
        <dt>Remaining</dt>
        <dd className="num">
          {known(spanOf(left))}
          {!stale && left !== undefined && left < RUNS_EMPTY_SOON_SECONDS ? ' ▲' : ''}
        </dd>
        <dt>VTBI</dt>
        <dd className="num">{known(pump.vtbiMl === undefined ? 'not set' : `${plain(pump.vtbiMl)} ml`)}</dd>
        <dt>Infused</dt>
        <dd className="num">{known(`${plain(pump.volumeInfusedMl)} ml`)}</dd>
        <dt>Pressure</dt>
        <dd className="num">
          {known(pump.pressureMmHg === undefined ? '---' : `${plain(pump.pressureMmHg, 0)} mmHg`)}
        </dd>
      </dl>
      <Spark
        series={history?.pressureMmHg}
        nowMs={now}
        spanMs={TREND_MS}
        label="Pressure of the last 30 minutes"
      />
      {stale ? (
        <p className="small">
          <strong>Not current.</strong>{' '}
          {pump.heardAtMs === undefined
            ? 'Never heard.'
            : `Last heard at ${clockOf(pump.heardAtMs)}, ${ageOf(now - pump.heardAtMs)} ago.`}
        </p>
      ) : null}
    </div>
  );
}

function LastWord({ pump }: { readonly pump: PumpView }): ReactElement {
  const command = useWard((ward) =>
    pump.lastCommandId === undefined ? undefined : ward.commands.get(pump.lastCommandId),
  );
  const words =
    command === undefined
      ? ''
      : command.state === 'executed'
        ? `${clockOf(command.atMs)} read back: ${readBackWords(command)}`
        : command.state === 'authorised'
          ? 'The pump is being told…'
          : command.state === 'failed'
            ? `${clockOf(command.atMs)} not carried out: ${command.detail ?? command.reason ?? ''}`
            : `${clockOf(command.atMs)} outcome unknown: look at the pump`;
  return (
    <p className="last-word muted" role="status">
      {words}
    </p>
  );
}
