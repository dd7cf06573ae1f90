import { Controller, Get, Header, HttpCode, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ByPerson, PersonGuard, type PassPerson } from '@bcmed/site-trust';
import { Door } from '../commands/door.js';
import { Reviews } from '../commands/reviews.js';
import { reviewQuery, type ReviewQuery } from './api-schemas.js';

/** No script, no font, no picture from anywhere: the page is what it says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

interface Response {
  setHeader(name: string, value: string): unknown;
}

/** The periodic review. */
@UseGuards(PersonGuard)
@Controller('alarms/review')
export class ReviewController {
  constructor(
    private readonly reviews: Reviews,
    private readonly door: Door,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  page(@ByPerson() by: PassPerson, @Query({ schema: reviewQuery }) { days }: ReviewQuery): string {
    this.door.read(by, 'read-review');
    return this.reviews.page(days);
  }

  /** Makes one that is fixed: its hash goes on the stream, the page is the answer. */
  @Post()
  @HttpCode(201)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  issue(
    @ByPerson() by: PassPerson,
    @Query({ schema: reviewQuery }) { days }: ReviewQuery,
    @Res({ passthrough: true }) response: Response,
  ): string {
    this.door.read(by, 'read-review');
    const { id, sha256, html } = this.reviews.issue(days, by.person);
    response.setHeader('bcmed-review-id', id);
    response.setHeader('bcmed-review-sha256', sha256);
    return html;
  }
}
