import { useState, type ReactElement } from 'react';
import type { PumpView } from '../domain/live.ts';
import { Button } from './basic.tsx';
import { DoseSheet } from './dose-sheet.tsx';
import { Sheet } from './sheet.tsx';
import { StopButton } from './stop-button.tsx';
import { SyringeSheet } from './syringe-sheet.tsx';
import { TakeoverSheet } from './takeover-sheet.tsx';
import { VolumeSheet } from './volume-sheet.tsx';

type Open = 'change' | 'start' | 'more' | 'bolus' | 'vtbi' | 'syringe' | 'takeover';

/** What can be done with one pump. Stop is the largest, always there, and asks nothing. */
export function ChannelActions({
  pump,
  name,
}: {
  readonly pump: PumpView;
  readonly name: string;
}): ReactElement {
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const runs = pump.delivering === true;
  return (
    <div className="actions">
      <div className="all">
        <StopButton pump={pump} name={name} />
      </div>
      <Button
        onClick={() => setOpen(runs ? 'change' : 'start')}
        icon={runs ? 'swap' : 'play'}
        aria-label={runs ? `Change ${name}` : `Start ${name}`}
      >
        {runs ? 'Change' : 'Start'}
      </Button>
      <Button onClick={() => setOpen('more')} aria-label={`More for ${name}`} aria-haspopup="dialog">
        More…
      </Button>
      {open === 'change' || open === 'start' ? <DoseSheet pump={pump} aim={open} onClose={close} /> : null}
      {open === 'bolus' ? <VolumeSheet pump={pump} aim="bolus" onClose={close} /> : null}
      {open === 'vtbi' ? <VolumeSheet pump={pump} aim="set-vtbi" onClose={close} /> : null}
      {open === 'syringe' ? <SyringeSheet pump={pump} onClose={close} /> : null}
      {open === 'takeover' ? <TakeoverSheet pump={pump} onClose={close} /> : null}
      {open === 'more' ? (
        <Sheet title={name} lead={`Pump ${pump.serial}`} onClose={close}>
          <div className="stack">
            <Button wide icon="plus" disabled={!runs} onClick={() => setOpen('bolus')}>
              Give a bolus
            </Button>
            <Button wide icon="drop" onClick={() => setOpen('vtbi')}>
              Set the volume to be infused
            </Button>
            <Button wide icon={runs ? 'swap' : 'play'} onClick={() => setOpen(runs ? 'change' : 'start')}>
              {runs ? 'Change rate or dose' : 'Start at a rate or dose'}
            </Button>
            <Button wide icon="drop" onClick={() => setOpen('syringe')}>
              Change the syringe, step by step
            </Button>
            <Button wide icon="swap" onClick={() => setOpen('takeover')}>
              Take over with a second pump
            </Button>
          </div>
        </Sheet>
      ) : null}
    </div>
  );
}
