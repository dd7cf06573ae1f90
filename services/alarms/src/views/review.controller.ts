import { Controller, Get, Header, HttpCode, Post, Query, Res, UseGuards } from '@nestjs/common';
import { Reviews } from '../commands/reviews.js';
import { LocalOnly } from './local-only.guard.js';
import { reviewQuery, type ReviewQuery } from './api-schemas.js';

/** No script, no font, no picture from anywhere: the page is what it says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

interface Response {
  setHeader(name: string, value: string): unknown;
}

/** The periodic review. */
@UseGuards(LocalOnly)
@Controller('alarms/review')
export class ReviewController {
  constructor(private readonly reviews: Reviews) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  page(@Query({ schema: reviewQuery }) { days }: ReviewQuery): string {
    return this.reviews.page(days);
  }

  /** Makes one that is fixed: its hash goes on the stream, the page is the answer. */
  @Post()
  @HttpCode(201)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  issue(
    @Query({ schema: reviewQuery }) { days }: ReviewQuery,
    @Res({ passthrough: true }) response: Response,
  ): string {
    const { id, sha256, html } = this.reviews.issue(days);
    response.setHeader('bcmed-review-id', id);
    response.setHeader('bcmed-review-sha256', sha256);
    return html;
  }
}
