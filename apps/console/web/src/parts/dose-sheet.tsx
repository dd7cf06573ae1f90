import { useId, useMemo, useState, type ReactElement } from 'react';
import { drugName } from '../domain/drugs.ts';
import type { LibraryDrug, LibraryEntry } from '../domain/library.ts';
import type { PumpView } from '../domain/live.ts';
import { plain, plainText, typedDecimal } from '../domain/numbers.ts';
import type { OrderWish } from '../domain/order-wish.ts';
import {
  concentrationOnLabel,
  entryFor,
  fromDose,
  fromRate,
  needsWeight,
  PUMP_STEP_ML_PER_HOUR,
  standingOf,
  type Reckoned,
  type Standing,
} from '../domain/reckon.ts';
import { placeName } from '../domain/words.ts';
import { useLibrary, type LibraryInForce } from '../state/library.ts';
import { useSequence, type Step } from '../state/sequence.ts';
import { keepWeight, weightOf } from '../state/weights.ts';
import { Button, Field, Notice, ProblemNotice, Segmented, Skeleton } from './basic.tsx';
import { CheckNotice, useCheck } from './check.tsx';
import { Keypad } from './keypad.tsx';
import { LimitsBar } from './limits-bar.tsx';
import { SequenceView } from './sequence-view.tsx';
import { Sheet } from './sheet.tsx';

/** Where the dose of an order is checked, unless the person chooses another. */
export const USUAL_CARE_AREA = 'adult-icu';

export type DoseAim = 'change' | 'start';

/** What of the library belongs to the syringe of a pump. */
export interface DrugAtPump {
  readonly library: LibraryInForce;
  readonly drug: LibraryDrug;
  readonly entry: LibraryEntry;
  readonly concentration: { readonly name: string; readonly value: string };
}

export function drugAtPump(library: LibraryInForce, pump: PumpView): DrugAtPump | string {
  const name = pump.drug ?? '';
  const drug = library.library.drugs.find((one) => one.name === name);
  if (name === '')
    return 'Nobody recorded which drug is in this syringe. Record it at the bed; then it can be ordered here.';
  if (drug === undefined)
    return `The drug library in force (${library.library.name} ${library.library.version}) has no ${drugName(name)}: it can be stopped here, and nothing else.`;
  const concentration = concentrationOnLabel(pump.concentration, drug.concentrations);
  if (concentration === undefined)
    return `The library has no ${drugName(name)} of ${pump.concentration ?? 'an unknown concentration'}. Draw up one that it has, or change the pump at the bed.`;
  const entry = entryFor(drug.entries, USUAL_CARE_AREA);
  return entry === undefined
    ? `The library has no limits for ${drugName(name)}.`
    : { library, drug, entry, concentration };
}

/** Change the rate or dose of a pump, or start it at one. */
export function DoseSheet({
  pump,
  aim,
  onClose,
}: {
  readonly pump: PumpView;
  readonly aim: DoseAim;
  readonly onClose: () => void;
}): ReactElement {
  const library = useLibrary();
  const name = drugName(pump.drug ?? pump.drugName);
  const found = library.data === undefined ? undefined : drugAtPump(library.data, pump);
  return (
    <Sheet
      title={aim === 'change' ? `Change ${name}` : `Start ${name}`}
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
      {typeof found === 'object' ? <DoseForm pump={pump} aim={aim} at={found} onClose={onClose} /> : null}
    </Sheet>
  );
}

function DoseForm({
  pump,
  aim,
  at,
  onClose,
}: {
  readonly pump: PumpView;
  readonly aim: DoseAim;
  readonly at: DrugAtPump;
  readonly onClose: () => void;
}): ReactElement {
  const { entry } = at;
  const patient = pump.patient ?? '';
  const [by, setBy] = useState<'rate' | 'dose'>('rate');
  const setRate = pump.setRateMlPerHour ?? pump.rateMlPerHour;
  const [typed, setTyped] = useState<string>();
  const [weight, setWeight] = useState(() => weightOf(patient));
  const perKg = needsWeight(entry.doseUnit);
  const old = by === 'rate' ? (setRate === undefined ? '' : plain(setRate)) : (pump.dose?.value ?? '');
  const shown = typed ?? old;
  const value = typedDecimal(shown);
  const weightKg = perKg ? typedDecimal(weight) : undefined;
  const reckoned = useMemo((): Reckoned | string | undefined => {
    if (value === undefined || (perKg && weightKg === undefined)) return undefined;
    const terms = {
      doseUnit: entry.doseUnit,
      concentration: at.concentration.value,
      weightKg,
      stepMlPerHour: PUMP_STEP_ML_PER_HOUR,
    };
    return by === 'rate' ? fromRate(value, terms) : fromDose(value, terms);
  }, [by, value, perKg, weightKg, entry, at]);
  const good = typeof reckoned === 'object' ? reckoned : undefined;
  const wish = good === undefined ? undefined : wishOf(pump, at, good, weightKg);
  const standing = good === undefined ? 'unknown' : standingOf(good.dose.value, good.dose.unit, entry.limits);
  const steps = stepsOf(wish, aim, entry, standing, good);
  const sequence = useSequence(steps);
  const check = useCheck(sequence.done.length === 0 && sequence.phase === 'ready' ? wish : undefined);
  const begun = sequence.done.length > 0;
  const unchanged =
    aim === 'change' &&
    by === 'rate' &&
    setRate !== undefined &&
    Number(value) === setRate &&
    pump.dose !== undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (wish !== undefined && !unchanged && sequence.phase === 'ready') sequence.sign();
      }}
    >
      <input type="submit" className="visually-hidden" tabIndex={-1} aria-hidden="true" value="Sign" />
      {begun ? null : (
        <div className="order-grid">
          <div className="stack">
            <Segmented
              label="Enter as"
              value={by}
              onChange={(next) => {
                setBy(next);
                setTyped(undefined);
              }}
              options={[
                { value: 'rate', words: 'Rate, ml/h' },
                { value: 'dose', words: `Dose, ${entry.doseUnit}` },
              ]}
            />
            <ValueField
              label={by === 'rate' ? 'New rate' : 'New dose'}
              unit={by === 'rate' ? 'ml/h' : entry.doseUnit}
              value={shown}
              fault={
                value === undefined && shown !== ''
                  ? 'Digits with one point, such as 0.5'
                  : typeof reckoned === 'string'
                    ? reckoned
                    : undefined
              }
              onChange={setTyped}
            />
            {perKg ? (
              <Field
                label="Weight"
                hint="kg, of this patient; the dose is per kilogram"
                fault={weight !== '' && weightKg === undefined ? 'Kilograms, such as 82' : undefined}
              >
                {(ids) => (
                  <input
                    {...ids}
                    className="input"
                    inputMode="decimal"
                    autoComplete="off"
                    value={weight}
                    onChange={(event) => {
                      setWeight(event.target.value);
                      keepWeight(patient, event.target.value);
                    }}
                  />
                )}
              </Field>
            ) : null}
            <LimitsBar
              limits={entry.limits}
              value={good === undefined ? undefined : Number(good.dose.value)}
              unit={entry.doseUnit}
            />
          </div>
          <Keypad value={shown} fresh={typed === undefined} onChange={setTyped} />
        </div>
      )}
      <NowAndThen pump={pump} reckoned={good} />
      <StandingNotice standing={standing} entry={entry} begun={begun} />
      {begun ? null : <CheckNotice check={check} />}
      {wish === undefined ? (
        <p className="muted">
          {perKg && weightKg === undefined ? 'Enter the weight: the dose is per kilogram.' : 'Enter a value.'}
        </p>
      ) : (
        <SequenceView steps={steps} sequence={sequence} blocked={unchanged || check.refused} />
      )}
      {sequence.phase === 'over' || sequence.phase === 'halted' || sequence.phase === 'waiting' ? (
        <Button wide onClick={onClose}>
          Close
        </Button>
      ) : null}
    </form>
  );
}

function wishOf(
  pump: PumpView,
  at: DrugAtPump,
  { dose, rateMlPerHour }: Reckoned,
  weightKg: string | undefined,
): OrderWish {
  return {
    ...orderBase(pump, at),
    action: 'set-rate',
    rateMlPerHour,
    dose,
    ...(weightKg === undefined ? {} : { weightKg }),
  };
}

/** What every order of this syringe names. */
export function orderBase(
  pump: PumpView,
  { library, drug, entry, concentration }: DrugAtPump,
): Omit<OrderWish, 'action'> {
  return {
    pump: pump.serial,
    unit: pump.unit ?? '',
    patient: pump.patient ?? '',
    drug: drug.name,
    careArea: entry.careArea,
    concentration: concentration.name,
    libraryHash: library.hash,
  };
}

/** An order that needs other people has to live for as long as they take to come. */
export const goodForSeconds = (people: number, standing: Standing): number =>
  people > 1 || standing.endsWith('soft') ? 600 : 120;

function stepsOf(
  wish: OrderWish | undefined,
  aim: DoseAim,
  entry: LibraryEntry,
  standing: Standing,
  reckoned: Reckoned | undefined,
): readonly Step[] {
  if (wish === undefined || reckoned === undefined) return [];
  const seconds = goodForSeconds(entry.approvals.order, standing);
  const set: Step = {
    kind: 'order',
    words: `rate ${plain(reckoned.rateMlPerHour)} ml/h`,
    wish,
    goodForSeconds: seconds,
  };
  if (aim === 'change') return [set];
  const { rateMlPerHour: _, ...start } = wish;
  return [
    set,
    { kind: 'order', words: 'start the pump', wish: { ...start, action: 'start' }, goodForSeconds: seconds },
  ];
}

/** A number that may cost a life, in large digits, with its unit beside it. */
export function ValueField({
  label,
  unit,
  value,
  fault,
  onChange,
}: {
  readonly label: string;
  readonly unit: string;
  readonly value: string;
  readonly fault?: string | undefined;
  readonly onChange: (value: string) => void;
}): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="with-unit">
        <input
          id={id}
          className="input big num"
          inputMode="decimal"
          autoComplete="off"
          autoFocus
          value={value}
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-fault`}
          onFocus={(event) => event.target.select()}
          onChange={(event) => onChange(event.target.value)}
        />
        <strong>{unit}</strong>
      </span>
      <span id={`${id}-fault`} className="fault" role="status">
        {fault === undefined ? <span className="hint"> </span> : fault}
      </span>
    </div>
  );
}

/** What the pump does now, and what it would do: the difference in words, for a tenfold error is a difference of one digit. */
function NowAndThen({
  pump,
  reckoned,
}: {
  readonly pump: PumpView;
  readonly reckoned: Reckoned | undefined;
}): ReactElement {
  const before = pump.setRateMlPerHour ?? pump.rateMlPerHour;
  const ratio =
    before === undefined || before === 0 || reckoned === undefined
      ? undefined
      : reckoned.rateMlPerHour / before;
  const words =
    ratio === undefined || ratio === 1
      ? '→'
      : ratio >= 2
        ? `× ${plain(ratio, 1)}`
        : ratio > 0.5
          ? `${ratio > 1 ? '+' : '−'}${plain(Math.abs(ratio - 1) * 100, 0)} %`
          : `÷ ${plain(1 / ratio, 1)}`;
  return (
    <div className="order-now" role="group" aria-label="Now and then">
      <div>
        <span className="label">Now, {pump.delivering === true ? 'running' : 'held'}</span>
        <div className="value num">{plain(before)} ml/h</div>
        <div className="num">
          {pump.dose === undefined
            ? 'no dose authorised here'
            : `${plainText(pump.dose.value)} ${pump.dose.unit}`}
        </div>
      </div>
      <strong className="num">{words}</strong>
      <div>
        <span className="label">After you sign</span>
        <div className="value num">{plain(reckoned?.rateMlPerHour)} ml/h</div>
        <div className="num">
          {reckoned === undefined ? '' : `${plainText(reckoned.dose.value)} ${reckoned.dose.unit}`}
        </div>
      </div>
    </div>
  );
}

function StandingNotice({
  standing,
  entry,
  begun,
}: {
  readonly standing: Standing;
  readonly entry: LibraryEntry;
  readonly begun: boolean;
}): ReactElement | null {
  if (begun) return null;
  const { limits, approvals } = entry;
  if (standing === 'above-hard' || standing === 'below-hard') {
    return (
      <Notice
        tone="warn"
        live
        title={
          standing === 'above-hard'
            ? `Above the hard limit of ${limits.hardHigh}`
            : `Below the hard limit of ${limits.hardLow ?? ''}`
        }
      >
        <p>The order would be refused, whoever signs it. Is the value in the unit that you meant?</p>
      </Notice>
    );
  }
  if (standing === 'above-soft' || standing === 'below-soft') {
    return (
      <Notice
        tone="warn"
        live
        title={
          standing === 'above-soft'
            ? `Above the soft limit of ${limits.softHigh ?? ''}`
            : `Below the soft limit of ${limits.softLow ?? ''}`
        }
      >
        <p>
          Somebody else has to approve it and sign the reason. You can sign now; the pump is told when they
          have.
        </p>
      </Notice>
    );
  }
  if (approvals.order > 1)
    return (
      <p className="muted">
        {approvals.order} people sign an order of this drug: you, and{' '}
        {approvals.order === 2 ? 'somebody else' : 'others'} under Approvals.
      </p>
    );
  return null;
}
