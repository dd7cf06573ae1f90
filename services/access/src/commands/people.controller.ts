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
  authenticatorRevocation,
  keyAnswer,
  linkAnswer,
  newKeyPerson,
  newLink,
  peopleAnswer,
  personParam,
  problem,
  roleGrant,
  roleWithdrawal,
  withReason,
} from '../views/api-schemas.js';
import { PeopleDesk } from './people-desk.js';
import { SessionGuard, SignedIn } from './session-guard.js';

type Of<Schema extends z.ZodType> = z.infer<Schema>;

/** People, what they sign with, and what they are. */
@ApiTags('people')
@ApiBearerAuth()
@ApiBadRequestResponse({ standardSchema: problem })
@ApiUnauthorizedResponse({ standardSchema: problem })
@ApiForbiddenResponse({ standardSchema: problem })
@ApiConflictResponse({ standardSchema: problem })
@UseGuards(SessionGuard)
@Controller('people')
export class PeopleController {
  constructor(private readonly desk: PeopleDesk) {}

  @Get()
  @ApiOperation({ summary: 'Everybody, with roles and authenticators' })
  @ApiOkResponse({ standardSchema: peopleAnswer })
  list(@SignedIn() { person: by }: Session) {
    return { people: this.desk.list(by) };
  }

  @Post('links')
  @ApiOperation({ summary: 'A one-time link by which somebody enrols their passkey and gets these roles' })
  @ApiCreatedResponse({ standardSchema: linkAnswer })
  link(
    @SignedIn() { person: by }: Session,
    @Body({ schema: newLink }) { roles, person }: Of<typeof newLink>,
  ) {
    return this.desk.link(by, roles, person);
  }

  @Post()
  @ApiOperation({ summary: 'Enrol a program by its public key' })
  @ApiCreatedResponse({ standardSchema: keyAnswer })
  enrolKey(
    @SignedIn() { person: by }: Session,
    @Body({ schema: newKeyPerson }) wish: Of<typeof newKeyPerson>,
  ) {
    return this.desk.enrolKey(by, wish);
  }

  @Post(':person/roles')
  @HttpCode(204)
  @ApiOperation({ summary: 'Grant a role on a unit' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  grant(
    @SignedIn() { person: by }: Session,
    @Param({ schema: personParam }) { person }: Of<typeof personParam>,
    @Body({ schema: roleGrant }) role: Of<typeof roleGrant>,
  ): Promise<void> {
    return this.desk.grant(by, person, role);
  }

  @Post(':person/roles/withdrawals')
  @HttpCode(204)
  @ApiOperation({ summary: 'Withdraw a role on a unit' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  withdraw(
    @SignedIn() { person: by }: Session,
    @Param({ schema: personParam }) { person }: Of<typeof personParam>,
    @Body({ schema: roleWithdrawal }) wish: Of<typeof roleWithdrawal>,
  ): Promise<void> {
    return this.desk.withdraw(by, person, wish);
  }

  @Post(':person/authenticators/revocations')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke one authenticator: sessions that it opened end at once' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  revokeAuthenticator(
    @SignedIn() { person: by }: Session,
    @Param({ schema: personParam }) { person }: Of<typeof personParam>,
    @Body({ schema: authenticatorRevocation }) wish: Of<typeof authenticatorRevocation>,
  ): Promise<void> {
    return this.desk.revokeAuthenticator(by, person, wish);
  }

  @Post(':person/revocation')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a person for good: every session ends at once' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ standardSchema: problem })
  revoke(
    @SignedIn() { person: by }: Session,
    @Param({ schema: personParam }) { person }: Of<typeof personParam>,
    @Body({ schema: withReason }) { reason }: Of<typeof withReason>,
  ): Promise<void> {
    return this.desk.revoke(by, person, reason);
  }
}
