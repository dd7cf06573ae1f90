import { Controller, Get, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { z } from 'zod';
import type { Session } from '../domain/session.js';
import { passAnswer, problem } from '../views/api-schemas.js';
import { Passes } from './passes.js';
import { SessionGuard, SignedIn } from './session-guard.js';

/** From a session, which only we know, to a pass, which every service verifies by itself. */
@ApiTags('sessions')
@Controller('sessions/current/pass')
export class PassesController {
  constructor(private readonly passes: Passes) {}

  @Get()
  @UseGuards(SessionGuard)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Who is signed in, for the other services: good for a minute' })
  @ApiOkResponse({ standardSchema: passAnswer })
  @ApiUnauthorizedResponse({ standardSchema: problem })
  issue(@SignedIn() session: Session): z.infer<typeof passAnswer> {
    return this.passes.issue(session);
  }
}
