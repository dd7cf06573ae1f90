import { Controller, Get, UseGuards } from '@nestjs/common';
import { ThresholdBook } from '../commands/threshold-book.js';
import { thresholdViewOf, type ThresholdView } from './threshold-view.js';
import { LocalOnly } from './local-only.guard.js';

/** What was learned of alarms, what is proposed, and what is in force. */
@UseGuards(LocalOnly)
@Controller('alarms/thresholds')
export class ThresholdsController {
  constructor(private readonly book: ThresholdBook) {}

  @Get()
  list(): { readonly thresholds: ThresholdView[] } {
    return { thresholds: this.book.list().map(thresholdViewOf) };
  }
}
