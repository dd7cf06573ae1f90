import { useState, type ReactElement } from 'react';
import { drugName } from '../domain/drugs.ts';
import type { PumpView, Ward } from '../domain/live.ts';
import { plain, plainText } from '../domain/numbers.ts';
import type { OrderWish } from '../domain/order-wish.ts';
import { fromRate, needsWeight, PUMP_STEP_ML_PER_HOUR } from '../domain/reckon.ts';
import { placeName } from '../domain/words.ts';
import { useLibrary } from '../state/library.ts';
import { useWard } from '../state/live.ts';
import { useSequence, type Step } from '../state/sequence.ts';
import { sameItems } from '../state/store.ts';
import { keepWeight, weightOf } from '../state/weights.ts';
import { typedDecimal } from '../domain/numbers.ts';
import { Button, Empty, Field, Notice, ProblemNotice, Segmented, Skeleton } from './basic.tsx';
import { drugAtPump, goodForSeconds, orderBase, type DrugAtPump } from './dose-sheet.tsx';
import { SequenceView } from './sequence-view.tsx';
import { Sheet } from './sheet.tsx';
import { useCallback } from 'react';

/** A second pump with the same drug takes over from one whose syringe runs empty, without a gap. */
export function TakeoverSheet({
  pump,
  onClose,
}: {
  readonly pump: PumpView;
  readonly onClose: () => void;
}): ReactElement {
  const library = useLibrary();
  const others = useCallback(
    (ward: Ward) =>
      [...ward.pumps.values()].filter(
        (one) =>
          one.serial !== pump.serial &&
          one.patient === pump.patient &&
          one.patient !== undefined &&
          one.drug === pump.drug &&
          one.connected &&
          one.delivering !== true,
      ),
    [pump.serial, pump.patient, pump.drug],
  );
  const ready = useWard(others, sameItems);
  const [chosen, setChosen] = useState<string>();
  const to = ready.find(({ serial }) => serial === (chosen ?? ready[0]?.serial)) ?? ready[0];
  const name = drugName(pump.drug);
  const found = library.data === undefined || to === undefined ? undefined : drugAtPump(library.data, to);
  return (
    <Sheet
      title={`Take over ${name}`}
      lead={`${placeName(pump.bed)} · from pump ${pump.serial}`}
      onClose={onClose}
    >
      {library.isError ? <ProblemNotice problem={library.error} /> : null}
      {library.isPending ? <Skeleton /> : null}
      {to === undefined ? (
        <Empty icon="swap" title="No second pump stands ready">
          <p>
            Connect a pump with {name} to this patient, purge its line, leave it held, and have it recorded at
            the bed. It then appears here, and starts before this one is stopped.
          </p>
        </Empty>
      ) : null}
      {ready.length > 1 ? (
        <Segmented
          label="To pump"
          value={to?.serial ?? ''}
          onChange={setChosen}
          options={ready.map(({ serial, concentration }) => ({
            value: serial,
            words: `${serial}, ${concentration ?? ''}`,
          }))}
        />
      ) : null}
      {typeof found === 'string' ? (
        <Notice tone="warn" title="No order is possible">
          <p>{found}</p>
        </Notice>
      ) : null}
      {typeof found === 'object' && to !== undefined ? (
        <TakeoverForm key={to.serial} from={pump} to={to} at={found} onClose={onClose} />
      ) : null}
    </Sheet>
  );
}

function TakeoverForm({
  from,
  to,
  at,
  onClose,
}: {
  readonly from: PumpView;
  readonly to: PumpView;
  readonly at: DrugAtPump;
  readonly onClose: () => void;
}): ReactElement {
  const { entry } = at;
  const patient = from.patient ?? '';
  const perKg = needsWeight(entry.doseUnit);
  const [weight, setWeight] = useState(() => weightOf(patient));
  // What the first pump gave when the sheet was opened: it does not change while one signs.
  const [rate] = useState(() => plain(from.setRateMlPerHour ?? from.rateMlPerHour));
  const weightKg = perKg ? typedDecimal(weight) : undefined;
  const same = from.concentration === to.concentration;
  const complete = same && (!perKg || weightKg !== undefined);
  const reckoned = complete
    ? fromRate(rate, {
        doseUnit: entry.doseUnit,
        concentration: at.concentration.value,
        weightKg,
        stepMlPerHour: PUMP_STEP_ML_PER_HOUR,
      })
    : undefined;
  const steps = typeof reckoned === 'object' ? stepsOf(from, to, at, reckoned, weightKg) : [];
  const sequence = useSequence(steps);
  return (
    <div className="stack">
      {same ? null : (
        <Notice tone="warn" title="The syringes differ">
          <p>
            This one holds {from.concentration ?? 'an unknown concentration'}, the other{' '}
            {to.concentration ?? 'an unknown concentration'}. Change the dose by hand instead.
          </p>
        </Notice>
      )}
      {perKg && sequence.done.length === 0 ? (
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
      {typeof reckoned === 'string' ? (
        <Notice tone="warn" title="It cannot be reckoned">
          <p>{reckoned}</p>
        </Notice>
      ) : null}
      {typeof reckoned === 'object' ? (
        <p>
          Pump {to.serial} starts at {plain(reckoned.rateMlPerHour)} ml/h ({plainText(reckoned.dose.value)}{' '}
          {reckoned.dose.unit}); when it was read back as running, pump {from.serial} is stopped. You sign
          three times.
        </p>
      ) : null}
      {steps.length === 0 ? null : <SequenceView steps={steps} sequence={sequence} />}
      {sequence.done.length > 0 ? (
        <Button wide onClick={onClose}>
          Close
        </Button>
      ) : null}
    </div>
  );
}

function stepsOf(
  from: PumpView,
  to: PumpView,
  at: DrugAtPump,
  {
    dose,
    rateMlPerHour,
  }: { readonly dose: { readonly value: string; readonly unit: string }; readonly rateMlPerHour: number },
  weightKg: string | undefined,
): readonly Step[] {
  const base = { ...orderBase(to, at), dose, ...(weightKg === undefined ? {} : { weightKg }) };
  const set: OrderWish = { ...base, action: 'set-rate', rateMlPerHour };
  const seconds = goodForSeconds(at.entry.approvals.order, 'within');
  return [
    {
      kind: 'order',
      words: `${to.serial} to ${plain(rateMlPerHour)} ml/h`,
      wish: set,
      goodForSeconds: seconds,
    },
    {
      kind: 'order',
      words: `start ${to.serial}`,
      wish: { ...base, action: 'start' },
      goodForSeconds: seconds,
    },
    { kind: 'stop', words: `stop ${from.serial}`, pump: from },
  ];
}
