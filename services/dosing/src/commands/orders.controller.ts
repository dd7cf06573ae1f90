import { Body, Controller, HttpCode, Param, Post, UseFilters } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import {
  checkAnswer,
  furtherSignatures,
  idParam,
  newOrder,
  orderAnswer,
  orderCheck,
  overrideBody,
  problem,
  refusalProblem,
  withdrawalBody,
  type FurtherSignatures,
  type IdParam,
  type NewOrderBody,
  type OrderCheckBody,
  type OverrideBody,
  type WithdrawalBody,
} from '../views/api-schemas.js';
import type { OrderAnswer } from './order-book.js';
import { OrderCheck, type OrderChecked } from './order-check.js';
import { OrderDesk } from './order-desk.js';
import { OrderSteps } from './order-steps.js';
import { RefusalFilter } from './refusal.filter.js';

/** Orders of people. The bodies carry their signatures, so nobody has to be signed in to be believed, and nobody else is. */
@ApiTags('orders')
@ApiBadRequestResponse({ standardSchema: problem })
@ApiForbiddenResponse({ standardSchema: problem })
@ApiServiceUnavailableResponse({ standardSchema: problem })
@UseFilters(RefusalFilter)
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly desk: OrderDesk,
    private readonly steps: OrderSteps,
    private readonly checks: OrderCheck,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Order a dose; authorised at once when it has all that it needs' })
  @ApiCreatedResponse({ standardSchema: orderAnswer })
  @ApiUnprocessableEntityResponse({ standardSchema: refusalProblem })
  place(@Body({ schema: newOrder }) { order }: NewOrderBody): Promise<OrderAnswer> {
    return this.desk.place(order);
  }

  @Post('check')
  @HttpCode(200)
  @ApiOperation({ summary: 'What would become of an order, were it signed now; nothing is said or done' })
  @ApiOkResponse({ standardSchema: checkAnswer })
  check(@Body({ schema: orderCheck }) { wish }: OrderCheckBody): Promise<OrderChecked> {
    return this.checks.check(wish);
  }

  @Post(':id/signatures')
  @HttpCode(200)
  @ApiOperation({ summary: 'Further signatures of other people over the same text' })
  @ApiOkResponse({ standardSchema: orderAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  @ApiConflictResponse({ standardSchema: problem })
  @ApiUnprocessableEntityResponse({ standardSchema: refusalProblem })
  sign(
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: furtherSignatures }) { signatures }: FurtherSignatures,
  ): Promise<OrderAnswer> {
    return this.steps.sign(id, signatures);
  }

  @Post(':id/override')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Override the soft limits of an order, by an approval of its exact text, for a signed reason',
  })
  @ApiOkResponse({ standardSchema: orderAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  @ApiConflictResponse({ standardSchema: problem })
  @ApiUnprocessableEntityResponse({ standardSchema: refusalProblem })
  override(
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: overrideBody }) { override }: OverrideBody,
  ): Promise<OrderAnswer> {
    return this.steps.override(id, override);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take an order back; the pump is not stopped by it' })
  @ApiOkResponse({ standardSchema: orderAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  withdraw(
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: withdrawalBody }) { withdrawal }: WithdrawalBody,
  ): Promise<OrderAnswer> {
    return this.steps.withdraw(id, withdrawal);
  }
}
