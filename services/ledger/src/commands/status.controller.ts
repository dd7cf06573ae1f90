import type { Quantiles } from '@bcmed/telemetry';
import { Controller, Get } from '@nestjs/common';
import { ChainMirror } from '../adapters/chain-mirror.js';
import { LedgerStore } from '../adapters/ledger-store.js';
import { AcceptEvents } from './accept-events.js';
import { CutBlocks } from './cut-blocks.js';

/** What the ledger says of itself, for a live view or an SRE. Figures only: nothing of an event. */
export interface LedgerStatus {
  readonly lastPosition: string;
  readonly waitingLeaves: number;
  readonly lastBlock: string;
  readonly contract: string | null;
  readonly sinceStart: { readonly admitted: number; readonly rejected: number; readonly duplicates: number };
  readonly anchorMs: Quantiles | null;
  readonly halted: string | null;
}

@Controller('status')
export class StatusController {
  constructor(
    private readonly accepted: AcceptEvents,
    private readonly blocks: CutBlocks,
    private readonly store: LedgerStore,
    private readonly mirror: ChainMirror,
  ) {}

  @Get()
  status(): LedgerStatus {
    return {
      lastPosition: this.accepted.lastPosition.toString(),
      waitingLeaves: this.accepted.waiting.length,
      lastBlock: this.store.lastConfirmed.toString(),
      contract: this.mirror.contract ?? this.store.contract ?? null,
      sinceStart: { ...this.accepted.counts },
      anchorMs: this.blocks.anchorMs.quantiles(),
      halted: this.blocks.halted?.code ?? null,
    };
  }
}
