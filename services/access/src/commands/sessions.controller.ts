import { Body, Controller, Delete, Get, HttpCode, Ip, Post, Res, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { z } from 'zod';
import type { Session } from '../domain/session.js';
import { challengeAnswer, problem, sessionAnswer, signIn } from '../views/api-schemas.js';
import { Limiter } from './limiter.js';
import { PeopleDesk } from './people-desk.js';
import { SessionGuard, SignedIn } from './session-guard.js';
import { Sessions } from './sessions.js';
import { Web } from './web.js';

/** The one member of an answer that is needed here. */
interface Headers {
  setHeader(name: string, value: string): unknown;
}

type Shown = z.infer<typeof sessionAnswer>;

/** Signing in and out. */
@ApiTags('sessions')
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly desk: PeopleDesk,
    private readonly web: Web,
    private readonly limiter: Limiter,
  ) {}

  @Post('challenges')
  @ApiOperation({ summary: 'A text to sign for signing in: good once, for two minutes, at this service' })
  @ApiCreatedResponse({ standardSchema: challengeAnswer })
  @ApiTooManyRequestsResponse({ standardSchema: problem })
  challenge(@Ip() address: string): z.infer<typeof challengeAnswer> {
    this.limiter.demand(address);
    return { ...this.sessions.challenge(), relyingParty: this.web.relyingParty.id };
  }

  @Post()
  @ApiOperation({ summary: 'Sign in with a signature: a passkey gets a cookie, a key a bearer token' })
  @ApiCreatedResponse({ standardSchema: sessionAnswer })
  @ApiUnauthorizedResponse({ standardSchema: problem })
  @ApiTooManyRequestsResponse({ standardSchema: problem })
  async open(
    @Body({ schema: signIn }) { challenge, signature }: z.infer<typeof signIn>,
    @Ip() address: string,
    @Res({ passthrough: true }) response: Headers,
  ): Promise<Shown> {
    this.limiter.demand(address);
    const { session, token } = await this.sessions.open(challenge, signature);
    if (signature.kind === 'key') return { ...this.#shown(session), token };
    response.setHeader('Set-Cookie', this.web.cookieOf(token, session.untilMs - session.openedMs));
    return this.#shown(session);
  }

  @Get('current')
  @UseGuards(SessionGuard)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Who is signed in, and what they are' })
  @ApiOkResponse({ standardSchema: sessionAnswer })
  @ApiUnauthorizedResponse({ standardSchema: problem })
  current(@SignedIn() session: Session): Shown {
    return this.#shown(session);
  }

  @Delete('current')
  @HttpCode(204)
  @UseGuards(SessionGuard)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Sign out' })
  @ApiNoContentResponse()
  @ApiUnauthorizedResponse({ standardSchema: problem })
  end(@SignedIn() session: Session, @Res({ passthrough: true }) response: Headers): void {
    this.sessions.signOut(session);
    response.setHeader('Set-Cookie', this.web.noCookie);
  }

  #shown({ person, untilMs }: Session): Shown {
    const roles = this.desk.rolesOf(person).map((role) => ({ ...role }));
    return { person, until: new Date(untilMs).toISOString(), roles };
  }
}
