import { useMemo, type ReactElement } from 'react';
import { AlarmMark } from '../parts/alarm.tsx';
import { Empty, Link, Notice, PageHead, Skeleton } from '../parts/basic.tsx';
import { PumpState } from '../parts/pump-state.tsx';
import { bedsOf, needsMeFirst, RUNS_EMPTY_SOON_SECONDS, type BedSummary } from '../domain/attention.ts';
import { drugName } from '../domain/drugs.ts';
import { isFresh, PUMP_FRESH_MS, VITALS_FRESH_MS } from '../domain/fresh.ts';
import type { PumpView, VitalSign, Ward } from '../domain/live.ts';
import { plain, UNKNOWN } from '../domain/numbers.ts';
import { spanOf } from '../domain/times.ts';
import { count, placeName, shortened } from '../domain/words.ts';
import { useAlarms } from '../state/alarms.ts';
import { useLineAlive, useNow } from '../state/clock.ts';
import { useWard } from '../state/live.ts';
import { useStale } from '../state/stale.ts';

const whole = (ward: Ward): Ward => ward;

/** Every bed and pump at a glance, and who needs somebody first. */
export function WardPage(): ReactElement {
  const ward = useWard(whole);
  const alarms = useAlarms();
  const beds = useMemo(() => bedsOf(ward, alarms), [ward, alarms]);
  const first = useMemo(() => needsMeFirst(beds), [beds]);
  const units = useMemo(() => [...new Set(beds.map(({ unit }) => unit))].sort(), [beds]);
  if (!ward.known) return <Skeleton lines={3} tall />;
  const pumps = ward.pumps.size;
  return (
    <>
      <PageHead title="Ward">
        {count(beds.length, 'bed')}, {count(pumps, 'pump')}, {count(alarms.length, 'open alarm')}
      </PageHead>
      <div className="stack loose">
        {ward.notShown.map(({ unit, words }) => (
          <Notice key={unit} title={`${placeName(unit)} is not shown`}>
            <p>{words}</p>
          </Notice>
        ))}
        {first.length > 0 ? <First beds={first} /> : null}
        {beds.length === 0 ? <NoBeds /> : null}
        {units.map((unit) => (
          <section key={unit} className="stack" aria-label={placeName(unit)}>
            <h2>{unit === '' ? 'Pumps without a bed' : placeName(unit)}</h2>
            <div className="ward-grid">
              {beds
                .filter((bed) => bed.unit === unit)
                .map((bed) => (
                  <BedCard key={`${bed.unit}/${bed.bed}`} bed={bed} />
                ))}
            </div>
          </section>
        ))}
      </div>
    </>
  );
}

function NoBeds(): ReactElement {
  return (
    <Empty icon="ward" title="No bed and no pump yet">
      <p>
        Beds appear when a pump is recorded at a patient, pumps when their adapter hears them. In the
        demonstration the mock unit needs a few seconds after the start; elsewhere look whether the pump
        adapter runs and its lines are named.
      </p>
    </Empty>
  );
}

function First({ beds }: { readonly beds: readonly BedSummary[] }): ReactElement {
  return (
    <section className="stack" aria-label="Needs you first">
      <h2>Needs you first</h2>
      <div className="first">
        {beds.map((bed) => {
          const [alarm] = bed.alarms;
          const empty = bed.firstEmptySeconds;
          return (
            <Link
              key={bed.bed}
              to={`/bed/${bed.bed}`}
              className="card first-card alarm-edge"
              data-priority={bed.priority}
            >
              <span className="stack" style={{ gap: 0 }}>
                <strong>{placeName(bed.bed)}</strong>
                <span>
                  {alarm !== undefined
                    ? alarm.text
                    : empty !== undefined && empty < RUNS_EMPTY_SOON_SECONDS
                      ? `A syringe runs empty in ${spanOf(empty)}`
                      : `${count(bed.waiting, 'order waits', 'orders wait')} for a signature`}
                </span>
              </span>
              {bed.priority === undefined ? null : <AlarmMark priority={bed.priority} />}
            </Link>
          );
        })}
      </div>
    </section>
  );
}

function BedCard({ bed }: { readonly bed: BedSummary }): ReactElement {
  const content = (
    <>
      <span className="row between">
        <span className="bed-name">{bed.bed === '' ? 'No bed' : placeName(bed.bed)}</span>
        {bed.priority === undefined ? null : (
          <AlarmMark priority={bed.priority}>{count(bed.alarms.length, 'alarm')}</AlarmMark>
        )}
      </span>
      {bed.patient === undefined ? null : (
        <span className="muted small">Patient {shortened(bed.patient)}</span>
      )}
      {bed.patient === undefined ? null : <MiniVitals patient={bed.patient} />}
      <span>
        {bed.pumps.map((pump) => (
          <PumpLine key={pump.serial} pump={pump} />
        ))}
        {bed.pumps.length === 0 ? <span className="muted">No pump</span> : null}
      </span>
    </>
  );
  if (bed.bed === '')
    return (
      <div className="card bed-card alarm-edge" data-priority={bed.priority}>
        {content}
      </div>
    );
  return (
    <Link
      to={`/bed/${bed.bed}`}
      className="card bed-card alarm-edge"
      data-priority={bed.priority}
      aria-label={`${placeName(bed.bed)}, ${count(bed.pumps.length, 'pump')}`}
    >
      {content}
    </Link>
  );
}

const SIGNS: readonly { readonly sign: VitalSign; readonly words: string }[] = [
  { sign: 'heartRateBpm', words: 'HR' },
  { sign: 'meanArterialPressureMmHg', words: 'MAP' },
  { sign: 'saturationPercent', words: 'SpO₂' },
  { sign: 'respiratoryRatePerMin', words: 'RR' },
];

function MiniVitals({ patient }: { readonly patient: string }): ReactElement {
  const vitals = useWard((ward) => ward.vitals.get(patient));
  const alive = useLineAlive();
  const now = useNow();
  const current = alive && isFresh(vitals?.atMs, now, VITALS_FRESH_MS);
  return (
    <dl className="mini-vitals">
      {SIGNS.map(({ sign, words }) => {
        const reading = vitals?.signs[sign];
        const usable = current && (reading?.quality === 'good' || reading?.quality === 'questionable');
        return (
          <div key={sign}>
            <dt>{words}</dt>
            <dd className={usable ? 'num' : 'num stale'}>{usable ? plain(reading.value, 0) : UNKNOWN}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function PumpLine({ pump }: { readonly pump: PumpView }): ReactElement {
  const stale = useStale(pump.heardAtMs, PUMP_FRESH_MS) || !pump.connected;
  const left = stale ? undefined : pump.remainingSeconds;
  const soon = pump.delivering === true && left !== undefined && left < RUNS_EMPTY_SOON_SECONDS;
  return (
    <span className="pump-line">
      <PumpState pump={pump} stale={stale} short />
      <span className="drug">{drugName(pump.drug ?? pump.drugName)}</span>
      <span className={stale ? 'rate num stale' : 'rate num'}>
        {stale
          ? UNKNOWN
          : `${plain(pump.delivering === true ? pump.rateMlPerHour : (pump.setRateMlPerHour ?? pump.rateMlPerHour))} ml/h`}
      </span>
      <span className={soon ? 'left num soon' : 'left num'}>
        {stale || pump.delivering !== true ? '' : spanOf(left)}
      </span>
    </span>
  );
}
