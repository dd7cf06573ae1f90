import type { ApprovalState } from '@bcmed/policy';
import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { z } from 'zod';
import type { Session } from '../domain/session.js';
import {
  approvalAnswer,
  approvalsAnswer,
  consumption,
  createdAnswer,
  grant,
  idParam,
  newApproval,
  problem,
  unitQuery,
  withReason,
} from '../views/api-schemas.js';
import { ApprovalsDesk } from './approvals-desk.js';
import { SessionGuard, SignedIn } from './session-guard.js';

type Of<Schema extends z.ZodType> = z.infer<Schema>;
type Id = Of<typeof idParam>;

/** The second pair of eyes. */
@ApiTags('approvals')
@ApiBearerAuth()
@ApiBadRequestResponse({ standardSchema: problem })
@ApiUnauthorizedResponse({ standardSchema: problem })
@ApiForbiddenResponse({ standardSchema: problem })
@ApiConflictResponse({ standardSchema: problem })
@UseGuards(SessionGuard)
@Controller('approvals')
export class ApprovalsController {
  constructor(private readonly desk: ApprovalsDesk) {}

  @Post()
  @ApiOperation({ summary: 'Ask others to sign exactly this text as well' })
  @ApiCreatedResponse({ standardSchema: createdAnswer })
  @ApiUnprocessableEntityResponse({ standardSchema: problem })
  async request(
    @SignedIn() { person }: Session,
    @Body({ schema: newApproval }) wish: Of<typeof newApproval>,
  ): Promise<Of<typeof createdAnswer>> {
    return { id: await this.desk.request(person, wish) };
  }

  @Get()
  @ApiOperation({ summary: 'Open approvals of a unit that the one who asks has requested or may give' })
  @ApiOkResponse({ standardSchema: approvalsAnswer })
  open(@SignedIn() { person }: Session, @Query({ schema: unitQuery }) { unit }: Of<typeof unitQuery>) {
    return { approvals: this.desk.open(person, unit).map(({ id, state }) => shown(id, state)) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One approval' })
  @ApiOkResponse({ standardSchema: approvalAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  one(@SignedIn() { person }: Session, @Param({ schema: idParam }) { id }: Id) {
    return shown(id, this.desk.read(person, id));
  }

  @Post(':id/grants')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign the same text' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  @ApiUnprocessableEntityResponse({ standardSchema: problem })
  grant(
    @SignedIn() { person }: Session,
    @Param({ schema: idParam }) { id }: Id,
    @Body({ schema: grant }) { signature }: Of<typeof grant>,
  ): Promise<void> {
    return this.desk.grant(person, id, signature);
  }

  @Post(':id/refusals')
  @HttpCode(204)
  @ApiOperation({ summary: 'Say no, which ends it' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  refuse(
    @SignedIn() { person }: Session,
    @Param({ schema: idParam }) { id }: Id,
    @Body({ schema: withReason }) { reason }: Of<typeof withReason>,
  ): Promise<void> {
    return this.desk.refuse(person, id, reason);
  }

  @Post(':id/withdrawals')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take back what one has asked for' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  withdraw(
    @SignedIn() { person }: Session,
    @Param({ schema: idParam }) { id }: Id,
    @Body({ schema: withReason }) { reason }: Of<typeof withReason>,
  ): Promise<void> {
    return this.desk.withdraw(person, id, reason);
  }

  @Post(':id/consumptions')
  @HttpCode(204)
  @ApiOperation({ summary: 'Use it up, once, if enough people still stand by it' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  consume(
    @SignedIn() { person }: Session,
    @Param({ schema: idParam }) { id }: Id,
    @Body({ schema: consumption }) wish: Of<typeof consumption>,
  ): Promise<void> {
    return this.desk.consume(person, id, wish);
  }
}

function shown(id: string, { phase, request, grants }: Exclude<ApprovalState, { phase: 'none' }>) {
  const { text, textHash, purpose, unit, requestedBy, approvalsNeeded, expiresAt } = request;
  const grantedBy = grants.map(({ person }) => person);
  return { id, phase, text, textHash, purpose, unit, requestedBy, approvalsNeeded, grantedBy, expiresAt };
}
