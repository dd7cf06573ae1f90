import { useState, type ReactElement } from 'react';
import { drugName } from '../domain/drugs.ts';
import type { PumpView } from '../domain/live.ts';
import { plain, typedDecimal } from '../domain/numbers.ts';
import type { OrderWish } from '../domain/order-wish.ts';
import { bolusDose, needsWeight, PUMP_STEP_ML_PER_HOUR } from '../domain/reckon.ts';
import { placeName } from '../domain/words.ts';
import { spanOf } from '../domain/times.ts';
import { useLibrary } from '../state/library.ts';
import { useSequence, type Step } from '../state/sequence.ts';
import { keepWeight, weightOf } from '../state/weights.ts';
import { Button, Field, Notice, ProblemNotice, Skeleton } from './basic.tsx';
import { CheckNotice, useCheck } from './check.tsx';
import { drugAtPump, goodForSeconds, orderBase, ValueField, type DrugAtPump } from './dose-sheet.tsx';
import { Keypad } from './keypad.tsx';
import { SequenceView } from './sequence-view.tsx';
import { Sheet } from './sheet.tsx';

/** A volume: given at once, or the one at which the pump is to end. */
export type VolumeAim = 'bolus' | 'set-vtbi';

export function VolumeSheet({
  pump,
  aim,
  onClose,
}: {
  readonly pump: PumpView;
  readonly aim: VolumeAim;
  readonly onClose: () => void;
}): ReactElement {
  const library = useLibrary();
  const name = drugName(pump.drug ?? pump.drugName);
  const found = library.data === undefined ? undefined : drugAtPump(library.data, pump);
  const title = aim === 'bolus' ? `Bolus of ${name}` : `Volume to be infused, ${name}`;
  return (
    <Sheet
      title={title}
      lead={`${placeName(pump.bed)} · ${pump.concentration ?? ''} · pump ${pump.serial}`}
      onClose={onClose}
    >
      {library.isError ? (
        <ProblemNotice problem={library.error} retry={() => void library.refetch()} />
      ) : null}
      {found === undefined && !library.isError ? <Skeleton /> : null}
      {typeof found === 'string' ? (
        <Notice tone="warn" title="No order is possible">
          <p>{found}</p>
        </Notice>
      ) : null}
      {typeof found === 'object' ? <VolumeForm pump={pump} aim={aim} at={found} onClose={onClose} /> : null}
    </Sheet>
  );
}

/** As fast as the example pumps give one by hand, unless the person says otherwise. */
const USUAL_BOLUS_RATE = '300';

function VolumeForm({
  pump,
  aim,
  at,
  onClose,
}: {
  readonly pump: PumpView;
  readonly aim: VolumeAim;
  readonly at: DrugAtPump;
  readonly onClose: () => void;
}): ReactElement {
  const { entry } = at;
  const patient = pump.patient ?? '';
  const [typed, setTyped] = useState<string>();
  const [rate, setRate] = useState(USUAL_BOLUS_RATE);
  const [weight, setWeight] = useState(() => weightOf(patient));
  const perKg = needsWeight(entry.doseUnit);
  const shown = typed ?? (aim === 'set-vtbi' && pump.vtbiMl !== undefined ? plain(pump.vtbiMl) : '');
  const volume = typedDecimal(shown);
  const bolusRate = typedDecimal(rate);
  const weightKg = perKg ? typedDecimal(weight) : undefined;
  const terms = {
    doseUnit: entry.doseUnit,
    concentration: at.concentration.value,
    weightKg,
    stepMlPerHour: PUMP_STEP_ML_PER_HOUR,
  };
  const dose = aim === 'bolus' && volume !== undefined ? bolusDose(volume, terms) : undefined;
  const complete =
    volume !== undefined &&
    Number(volume) > 0 &&
    (!perKg || weightKg !== undefined) &&
    (aim === 'set-vtbi' || (bolusRate !== undefined && dose !== undefined));
  const wish = complete ? wishOf(pump, at, aim, { volume, rate: bolusRate, dose, weightKg }) : undefined;
  const words = aim === 'bolus' ? `bolus of ${volume ?? ''} ml` : `VTBI ${volume ?? ''} ml`;
  const steps: readonly Step[] =
    wish === undefined
      ? []
      : [{ kind: 'order', words, wish, goodForSeconds: goodForSeconds(entry.approvals.order, 'within') }];
  const sequence = useSequence(steps);
  const begun = sequence.done.length > 0;
  const check = useCheck(begun ? undefined : wish);
  const rateNow = pump.rateMlPerHour;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (wish !== undefined && sequence.phase === 'ready' && !check.refused) sequence.sign();
      }}
    >
      <input type="submit" className="visually-hidden" tabIndex={-1} aria-hidden="true" value="Sign" />
      {aim === 'bolus' && entry.bolus === undefined ? (
        <Notice tone="warn" title="The library gives no bolus of this drug">
          <p>Its entry has no limits for one, so an order would be refused.</p>
        </Notice>
      ) : null}
      {begun ? null : (
        <div className="order-grid">
          <div className="stack">
            <ValueField
              label={aim === 'bolus' ? 'Volume of the bolus' : 'Volume to be infused'}
              unit="ml"
              value={shown}
              fault={shown !== '' && volume === undefined ? 'Digits with one point, such as 0.5' : undefined}
              onChange={setTyped}
            />
            {aim === 'bolus' ? (
              <Field label="At a rate of" hint="ml/h">
                {(ids) => (
                  <input
                    {...ids}
                    className="input"
                    inputMode="decimal"
                    value={rate}
                    onChange={(event) => setRate(event.target.value)}
                  />
                )}
              </Field>
            ) : null}
            {perKg ? (
              <Field label="Weight" hint="kg, of this patient">
                {(ids) => (
                  <input
                    {...ids}
                    className="input"
                    inputMode="decimal"
                    value={weight}
                    onChange={(event) => {
                      setWeight(event.target.value);
                      keepWeight(patient, event.target.value);
                    }}
                  />
                )}
              </Field>
            ) : null}
          </div>
          <Keypad value={shown} fresh={typed === undefined} onChange={setTyped} />
        </div>
      )}
      <div className="order-now" role="group" aria-label="What will happen">
        <div>
          <span className="label">{aim === 'bolus' ? 'Bolus' : 'Now'}</span>
          <div className="value num">{aim === 'bolus' ? (dose ?? '---') : `${plain(pump.vtbiMl)} ml`}</div>
        </div>
        <strong>{aim === 'bolus' ? 'in' : '→'}</strong>
        <div>
          <span className="label">{aim === 'bolus' ? 'Given within' : 'After you sign'}</span>
          <div className="value num">
            {aim === 'bolus'
              ? volume === undefined || bolusRate === undefined || Number(bolusRate) === 0
                ? '---'
                : secondsWords((Number(volume) / Number(bolusRate)) * 3_600)
              : volume === undefined
                ? '---'
                : `${volume} ml`}
          </div>
          {aim === 'set-vtbi' && volume !== undefined && rateNow !== undefined && rateNow > 0 ? (
            <div className="num">ends in {spanOf((Number(volume) / rateNow) * 3_600)}</div>
          ) : null}
        </div>
      </div>
      {aim === 'bolus' && entry.bolus !== undefined ? (
        <p className="muted small">
          Limits of a bolus:{' '}
          {Object.entries(entry.bolus)
            .filter(([, limit]) => limit !== '')
            .map(([name, limit]) => `${name.replace(/([A-Z])/, ' $1').toLowerCase()} ${String(limit)}`)
            .join(', ')}
          .
        </p>
      ) : null}
      {begun ? null : <CheckNotice check={check} />}
      {wish === undefined ? (
        <p className="muted">
          Enter {perKg && weightKg === undefined ? 'the weight and a volume' : 'a volume'}.
        </p>
      ) : (
        <SequenceView steps={steps} sequence={sequence} blocked={check.refused} />
      )}
      {begun ? (
        <Button wide onClick={onClose}>
          Close
        </Button>
      ) : null}
    </form>
  );
}

const secondsWords = (seconds: number): string =>
  seconds < 60 ? `${Math.ceil(seconds)} s` : spanOf(seconds);

function wishOf(
  pump: PumpView,
  at: DrugAtPump,
  aim: VolumeAim,
  {
    volume,
    rate,
    dose,
    weightKg,
  }: {
    readonly volume: string;
    readonly rate: string | undefined;
    readonly dose: string | undefined;
    readonly weightKg: string | undefined;
  },
): OrderWish {
  const base = {
    ...orderBase(pump, at),
    action: aim,
    volumeMl: Number(volume),
    ...(weightKg === undefined ? {} : { weightKg }),
  };
  if (aim === 'set-vtbi') return base;
  const [value = '', unit = ''] = dose?.split(' ') ?? [];
  return { ...base, rateMlPerHour: Number(rate), dose: { value, unit } };
}
