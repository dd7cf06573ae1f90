import type { ReactElement } from 'react';
import type { CommandView } from '../domain/live.ts';
import { plain } from '../domain/numbers.ts';
import { durationOf } from '../domain/times.ts';
import { actionName, list } from '../domain/words.ts';
import { Notice } from './basic.tsx';
import { useWard } from '../state/live.ts';

/** What the pump was read back as, in words. */
export function readBackWords(command: CommandView): string {
  const { setRateMlPerHour, volumeToBeInfusedMl, delivering } = command;
  return list([
    ...(delivering === undefined ? [] : [delivering ? 'the pump runs' : 'the pump is stopped']),
    ...(setRateMlPerHour === undefined ? [] : [`set to ${plain(setRateMlPerHour)} ml/h`]),
    ...(volumeToBeInfusedMl === undefined ? [] : [`VTBI ${plain(volumeToBeInfusedMl)} ml`]),
  ]);
}

/** What became of a command: on its way, read back, failed, or not known. */
export function Outcome({ commandId }: { readonly commandId: string }): ReactElement {
  const command = useWard((ward) => ward.commands.get(commandId));
  if (command === undefined || command.state === 'authorised') {
    return (
      <Notice live title="Authorised; waiting for the pump">
        <p>The pump is told, then read back. Stay until you see what it says.</p>
      </Notice>
    );
  }
  if (command.state === 'executed') {
    const { answeredAfterMs } = command;
    return (
      <Notice tone="good" live title={`Read back: ${readBackWords(command)}`}>
        <p>
          {actionName(command.action)} was carried out
          {answeredAfterMs === undefined ? '.' : `, ${durationOf(answeredAfterMs)} after it was authorised.`}
        </p>
      </Notice>
    );
  }
  if (command.state === 'failed') {
    return (
      <Notice tone="warn" live title="Not carried out: the pump did not take it">
        <p>{command.detail ?? command.reason ?? 'No reason was given.'}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="warn" live title="Outcome unknown: look at the pump">
      <p>
        The pump may or may not have taken it. {command.detail ?? ''} Do not repeat the order before you have
        looked.
      </p>
    </Notice>
  );
}
