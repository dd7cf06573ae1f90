import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { z } from 'zod';
import type { Session } from '../domain/session.js';
import { orderTextAnswer, orderWish, problem, type OrderRequest } from '../views/api-schemas.js';
import { OrderTexts } from './order-texts.js';
import { SessionGuard, SignedIn } from './session-guard.js';
import { Web } from './web.js';

/** What people sign for pumps. */
@ApiTags('orders')
@ApiBearerAuth()
@UseGuards(SessionGuard)
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly texts: OrderTexts,
    private readonly web: Web,
  ) {}

  @Post('texts')
  @ApiOperation({ summary: 'The exact text of an order, to be signed by the one who is signed in' })
  @ApiCreatedResponse({ standardSchema: orderTextAnswer })
  @ApiBadRequestResponse({ standardSchema: problem })
  @ApiUnauthorizedResponse({ standardSchema: problem })
  @ApiForbiddenResponse({ standardSchema: problem })
  text(
    @SignedIn() { person }: Session,
    @Body({ schema: orderWish }) { goodForSeconds, ...wish }: OrderRequest,
  ): z.infer<typeof orderTextAnswer> {
    const made = this.texts.make(person, wish, goodForSeconds * 1_000);
    return { ...made, relyingParty: this.web.relyingParty.id };
  }
}
