import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
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
} from '@nestjs/swagger';
import type { z } from 'zod';
import type { Session } from '../domain/session.js';
import {
  emergenciesAnswer,
  emergencyAnswer,
  idParam,
  newEmergency,
  problem,
  review,
} from '../views/api-schemas.js';
import { EmergencyDesk } from './emergency-desk.js';
import { SessionGuard, SignedIn } from './session-guard.js';
import { Sessions } from './sessions.js';

type Id = z.infer<typeof idParam>;

/** Emergency access, to break the glass: at once, for one patient, for half an hour, and looked at later. */
@ApiTags('emergency access')
@ApiBearerAuth()
@ApiBadRequestResponse({ standardSchema: problem })
@ApiUnauthorizedResponse({ standardSchema: problem })
@ApiForbiddenResponse({ standardSchema: problem })
@ApiConflictResponse({ standardSchema: problem })
@UseGuards(SessionGuard)
@Controller('emergency-accesses')
export class EmergenciesController {
  constructor(
    private readonly desk: EmergencyDesk,
    private readonly sessions: Sessions,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Take access to one patient. Takes a sign-in of the last five minutes' })
  @ApiCreatedResponse({ standardSchema: emergencyAnswer })
  open(@SignedIn() session: Session, @Body({ schema: newEmergency }) wish: z.infer<typeof newEmergency>) {
    this.sessions.demandFresh(session);
    return this.desk.open(session.person, wish);
  }

  @Get()
  @ApiOperation({ summary: 'Accesses that wait for their review: own ones, and those that one may review' })
  @ApiOkResponse({ standardSchema: emergenciesAnswer })
  list(@SignedIn() { person }: Session) {
    return { accesses: this.desk.list(person) };
  }

  @Post(':id/closure')
  @HttpCode(204)
  @ApiOperation({ summary: 'End an access: one’s own, or take away another’s' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  close(@SignedIn() { person }: Session, @Param({ schema: idParam }) { id }: Id): Promise<void> {
    return this.desk.close(person, id);
  }

  @Post(':id/review')
  @HttpCode(204)
  @ApiOperation({ summary: 'Judge an access that is over; never one’s own' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  review(
    @SignedIn() { person }: Session,
    @Param({ schema: idParam }) { id }: Id,
    @Body({ schema: review }) judged: z.infer<typeof review>,
  ): Promise<void> {
    return this.desk.review(person, id, judged);
  }
}
