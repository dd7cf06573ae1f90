import { useState, type ReactElement } from 'react';
import { drugName } from '../domain/drugs.ts';
import type { PumpView } from '../domain/live.ts';
import { plain } from '../domain/numbers.ts';
import { placeName } from '../domain/words.ts';
import { useWard } from '../state/live.ts';
import { Button, Notice } from './basic.tsx';
import { DoseSheet } from './dose-sheet.tsx';
import { Sheet } from './sheet.tsx';
import { StopButton } from './stop-button.tsx';

/**
 * Leads through the change of a syringe. Each step is done when the pump or the record at the bed says so; nobody ticks a box for
 * something that the house can see.
 */
export function SyringeSheet({
  pump: opened,
  onClose,
}: {
  readonly pump: PumpView;
  readonly onClose: () => void;
}): ReactElement {
  const pump = useWard((ward) => ward.pumps.get(opened.serial)) ?? opened;
  const [before] = useState(opened);
  const [starting, setStarting] = useState(false);
  const [wasOut, setWasOut] = useState(false);
  if (!wasOut && pump.syringe?.confirmed === false) setWasOut(true);
  const held = pump.delivering === false;
  const changed = pump.associationId !== before.associationId || wasOut;
  const inPlace = held && changed && pump.syringe?.confirmed !== false;
  const name = drugName(pump.drug);
  if (starting) return <DoseSheet pump={pump} aim="start" onClose={onClose} />;
  return (
    <Sheet
      title={`Change the syringe of ${name}`}
      lead={`${placeName(pump.bed)} · pump ${pump.serial}`}
      onClose={onClose}
    >
      <ol className="steps">
        <li data-done="true">
          <span>
            Have the new syringe ready: drawn up, labelled, checked by two. {name},{' '}
            {pump.concentration ?? 'same concentration'}.
          </span>
        </li>
        <li data-done={held || changed}>
          <div className="stack">
            <span>
              Stop the pump. It ran at {plain(before.setRateMlPerHour ?? before.rateMlPerHour)} ml/h.
            </span>
            {held || changed ? null : <StopButton pump={pump} name={name} />}
          </div>
        </li>
        <li data-done={changed}>
          <span>
            Close the line, take the old syringe out, put the new one in and confirm its size at the pump.{' '}
            {changed ? 'The pump saw it.' : 'Waiting for the pump to see it.'}
          </span>
        </li>
        <li data-done={inPlace}>
          <span>
            Scan the label, so that the record at the bed knows the new syringe
            {pump.syringe === undefined ? '' : ` (${pump.syringe.brand} ${pump.syringe.sizeMl} ml)`}. Now
            recorded: {name}, {pump.concentration ?? 'no concentration'}.
          </span>
        </li>
        <li data-done={pump.delivering === true && changed}>
          <div className="stack">
            <span>Open the line and start again.</span>
            <Button look="primary" icon="play" disabled={!inPlace} onClick={() => setStarting(true)}>
              Start at a rate
            </Button>
          </div>
        </li>
      </ol>
      {held && !changed ? (
        <Notice title="The pump is stopped">
          <p>
            Nothing runs to the patient on this line. If the drug must not pause, use “Take over” with a
            second pump instead.
          </p>
        </Notice>
      ) : null}
    </Sheet>
  );
}
