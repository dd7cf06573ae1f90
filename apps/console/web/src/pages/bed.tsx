import { useMemo, type ReactElement } from 'react';
import { bySerial, concerns } from '../domain/attention.ts';
import { isFresh, VITALS_FRESH_MS } from '../domain/fresh.ts';
import type { VitalSign, Ward } from '../domain/live.ts';
import { plain } from '../domain/numbers.ts';
import { count, placeName, shortened } from '../domain/words.ts';
import { AlarmMark } from '../parts/alarm.tsx';
import { Empty, Link, PageHead, Skeleton } from '../parts/basic.tsx';
import { Channel } from '../parts/channel.tsx';
import { ValueTile } from '../parts/value-tile.tsx';
import { useAlarms } from '../state/alarms.ts';
import { useLineAlive, useNow } from '../state/clock.ts';
import { useWard } from '../state/live.ts';
import { sameItems } from '../state/store.ts';

/** All channels of one patient side by side, with the patient's signs. */
export function BedPage({ bed }: { readonly bed: string }): ReactElement {
  const known = useWard((ward) => ward.known);
  const place = useWard((ward) => ward.beds.get(bed));
  const pumpsHere = useMemo(
    () => (ward: Ward) => [...ward.pumps.values()].filter((pump) => pump.bed === bed).sort(bySerial),
    [bed],
  );
  const pumps = useWard(pumpsHere, sameItems);
  const alarms = useAlarms().filter((alarm) => concerns(alarm, bed, pumps, place?.patient));
  if (!known) return <Skeleton lines={3} tall />;
  if (place === undefined && pumps.length === 0) return <NoBed bed={bed} />;
  const patient = place?.patient ?? pumps[0]?.patient;
  return (
    <>
      <PageHead
        title={placeName(bed)}
        actions={alarms.map((alarm) => (
          <AlarmMark key={alarm.id} priority={alarm.priority}>
            {alarm.text}
          </AlarmMark>
        ))}
      >
        {placeName(place?.unit ?? pumps[0]?.unit)} ·{' '}
        {patient === undefined ? 'no patient recorded' : `patient ${shortened(patient)}`} ·{' '}
        {count(pumps.length, 'pump')}
      </PageHead>
      <div className="stack loose">
        {patient === undefined ? null : <Vitals patient={patient} />}
        <section aria-label="Channels">
          {pumps.length === 0 ? (
            <Empty icon="drop" title="No pump at this bed" />
          ) : (
            <div className="channels">
              {pumps.map((pump) => (
                <Channel key={pump.serial} pump={pump} />
              ))}
            </div>
          )}
        </section>
      </div>
    </>
  );
}

function NoBed({ bed }: { readonly bed: string }): ReactElement {
  return (
    <>
      <PageHead title={placeName(bed)} />
      <Empty
        icon="ward"
        title="Nothing is known of this bed"
        actions={
          <Link className="button" to="/">
            Go to the ward
          </Link>
        }
      >
        <p>Nobody recorded a patient or a pump here, or you may not read the unit.</p>
      </Empty>
    </>
  );
}

const SIGNS: readonly {
  readonly sign: VitalSign;
  readonly words: string;
  readonly unit: string;
  readonly digits: number;
}[] = [
  { sign: 'heartRateBpm', words: 'Heart rate', unit: '/min', digits: 0 },
  { sign: 'meanArterialPressureMmHg', words: 'MAP', unit: 'mmHg', digits: 0 },
  { sign: 'saturationPercent', words: 'SpO₂', unit: '%', digits: 0 },
  { sign: 'respiratoryRatePerMin', words: 'Respiration', unit: '/min', digits: 0 },
  { sign: 'temperatureCelsius', words: 'Temperature', unit: '°C', digits: 1 },
  { sign: 'urineOutputMlPerHour', words: 'Urine', unit: 'ml/h', digits: 0 },
];

function Vitals({ patient }: { readonly patient: string }): ReactElement {
  const vitals = useWard((ward) => ward.vitals.get(patient));
  const now = useNow();
  const alive = useLineAlive();
  const current = alive && isFresh(vitals?.atMs, now, VITALS_FRESH_MS);
  const { systolicPressureMmHg: systolic, diastolicPressureMmHg: diastolic } = vitals?.signs ?? {};
  return (
    <section className="card" aria-label="Vital signs">
      <div className="vitals-row">
        {SIGNS.map(({ sign, words, unit, digits }) => {
          const reading = vitals?.signs[sign];
          const usable = reading?.quality === 'good' || reading?.quality === 'questionable';
          const under =
            sign === 'meanArterialPressureMmHg' &&
            systolic?.value !== undefined &&
            diastolic?.value !== undefined
              ? `${plain(systolic.value, 0)}/${plain(diastolic.value, 0)}`
              : reading?.quality === 'frozen'
                ? 'monitor frozen'
                : reading?.quality === 'questionable'
                  ? 'questionable'
                  : '';
          return (
            <ValueTile
              key={sign}
              small
              label={words}
              unit={unit}
              value={plain(reading?.value, digits)}
              current={current && usable}
              under={<span className="muted num">{under}</span>}
            />
          );
        })}
      </div>
      {current ? null : <p className="small">No current word of the monitor.</p>}
    </section>
  );
}
