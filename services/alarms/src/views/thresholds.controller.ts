import { ByPerson, PersonGuard, type PassPerson } from '@bcmed/site-trust';
import { Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { Door } from '../commands/door.js';
import { ThresholdBook } from '../commands/threshold-book.js';
import { proposalParam, type ProposalParam } from './api-schemas.js';
import { thresholdViewOf, type ThresholdView } from './threshold-view.js';

/** What was learned of alarms, what is proposed, and what is in force. */
@UseGuards(PersonGuard)
@Controller('alarms/thresholds')
export class ThresholdsController {
  constructor(
    private readonly book: ThresholdBook,
    private readonly door: Door,
  ) {}

  @Get()
  list(@ByPerson() by: PassPerson): { readonly thresholds: ThresholdView[] } {
    this.door.read(by, 'read-thresholds');
    return { thresholds: this.book.list().map(thresholdViewOf) };
  }

  /** Takes the value in force back: the one before it counts again at once. */
  @Post(':proposal/roll-back')
  @HttpCode(204)
  rollBack(@ByPerson() by: PassPerson, @Param({ schema: proposalParam }) { proposal }: ProposalParam): void {
    const { scope } = this.book.inForce(proposal);
    this.door.demandMay(by, 'acknowledge-alarm', scope.unit);
    this.book.rollBack(proposal, by.person);
  }
}
