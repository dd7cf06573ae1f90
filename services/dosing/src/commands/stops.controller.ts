import { Body, Controller, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { problem, stopAnswer, stopBody, type StopBody } from '../views/api-schemas.js';
import { StopDesk, type StopAnswer } from './stop-desk.js';

/** Stops. They wait for nothing, and need a text that can be read and one signature that holds. */
@ApiTags('stops')
@Controller('stops')
export class StopsController {
  constructor(private readonly desk: StopDesk) {}

  @Post()
  @ApiOperation({ summary: 'Stop a pump; whoever gets another answer than 201 stops it by hand' })
  @ApiCreatedResponse({ standardSchema: stopAnswer })
  @ApiBadRequestResponse({ standardSchema: problem })
  @ApiForbiddenResponse({ standardSchema: problem })
  @ApiServiceUnavailableResponse({ standardSchema: problem })
  stop(@Body({ schema: stopBody }) { order }: StopBody): Promise<StopAnswer> {
    return this.desk.stop(order);
  }
}
