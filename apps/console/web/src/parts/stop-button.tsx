import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { stopPump } from '../adapters/stop.ts';
import type { PumpView } from '../domain/live.ts';
import { useSite } from '../state/site.ts';
import { Button } from './basic.tsx';
import { Outcome } from './outcome.tsx';

/** One touch and the passkey. Never disabled for anything but its own being sent. */
export function StopButton({ pump, name }: { readonly pump: PumpView; readonly name: string }): ReactElement {
  const site = useSite();
  const [asked, setAsked] = useState<string>();
  const stopping = useMutation({
    mutationFn: () => {
      if (site.data === undefined) throw new Error('The site is not known yet.');
      return stopPump(site.data, pump);
    },
    onSuccess: ({ stopId }) => setAsked(stopId),
  });
  return (
    <div className="stack">
      <Button
        look="stop"
        icon="stop"
        wide
        busy={stopping.isPending}
        aria-label={`Stop ${name}`}
        onClick={() => stopping.mutate()}
      >
        STOP
      </Button>
      {stopping.error === null ? null : (
        <p role="alert">
          <strong>Not stopped: stop the pump by hand.</strong> {stopping.error.message}
        </p>
      )}
      {asked === undefined ? null : <Outcome commandId={asked} />}
    </div>
  );
}
