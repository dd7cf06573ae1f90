import type { Quantiles } from '@bcmed/telemetry';
import { Controller, Get } from '@nestjs/common';
import type { LineFigures } from '../adapters/line.js';
import type { LineState } from '../adapters/poller.js';
import type { Belief } from '../domain/index.js';
import { PumpAdapter } from '../pump-adapter.js';

/** What the adapter says of itself, for a live view or an SRE. Figures only: nothing of an event. */
export interface AdapterStatus {
  /** Pumps that answer. */
  readonly pumps: number;
  readonly enrolment: string;
  readonly outboxDepth: number;
  readonly oldestWaitsMs: number;
  /** Since the start: made durable, acknowledged by the broker, of these sent before, found in confirmed blocks. */
  readonly recorded: number;
  readonly sent: number;
  readonly resent: number;
  readonly settled: number;
  /** All that the store holds, also from before the start. */
  readonly refused: number;
  readonly invalidBlocks: number;
  /** From the reading in the decider's hands to a checked, confirmed block; the newest 4096 events. */
  readonly latencyMs: Quantiles | null;
  readonly lines: readonly (LineState & { readonly figures: LineFigures })[];
}

/** What the adapter believes of one pump: the fold over the events that it recorded. */
export interface PumpView extends Belief {
  readonly entity: string;
  readonly serial: string;
  readonly line: string;
  readonly chain: string;
  readonly sequence: number;
  readonly lastHeardAt?: string;
  /** Care unit in which it stands: recorded, or else configured. */
  readonly unit: string;
  /** Pseudonym of the patient at whom it is recorded. */
  readonly patient?: string;
}

@Controller()
export class StatusController {
  constructor(private readonly adapter: PumpAdapter) {}

  @Get('status')
  status(): AdapterStatus {
    const { clock, store, recorder, pollers, trust, publisher, outbox, latency } = this.adapter.parts;
    const { depth, oldestHandedMs, refused } = store.figures();
    const { sent, resent } = publisher.figures;
    return {
      pumps: recorder.pumps.filter(({ state }) => state.belief.contact === 'connected').length,
      enrolment: trust.enrolment.state,
      outboxDepth: depth,
      oldestWaitsMs: oldestHandedMs === undefined ? 0 : Math.round(clock.steadyMs() - oldestHandedMs),
      recorded: recorder.events,
      sent,
      resent,
      ...outbox.figures,
      refused,
      latencyMs: latency.quantiles(),
      lines: pollers.map((poller) => ({ ...poller.state, figures: poller.lineFigures })),
    };
  }

  @Get('pumps')
  pumps(): readonly PumpView[] {
    const { recorder, bedsides } = this.adapter.parts;
    return recorder.pumps.map(({ entity, serial, line, chain, sequence, state }) => {
      const { unit, patient } = bedsides.of(serial);
      return {
        entity,
        serial,
        line,
        chain,
        sequence,
        ...state.belief,
        ...(state.watch.heard && { lastHeardAt: state.watch.heard.at }),
        unit,
        ...(patient !== undefined && { patient }),
      };
    });
  }
}
