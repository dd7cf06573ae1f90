import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiGoneResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { enrolledAnswer, linkToken, problem, registration } from '../views/api-schemas.js';
import { Enrolment } from './enrolment.js';
import { Limiter } from './limiter.js';

/** The two steps of the page behind an enrolment link. */
@ApiTags('enrolment')
@Controller('enrolments')
export class EnrolmentsController {
  constructor(
    private readonly enrolment: Enrolment,
    private readonly limiter: Limiter,
  ) {}

  @Post('options')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What a browser needs to make the passkey: PublicKeyCredentialCreationOptionsJSON',
  })
  @ApiOkResponse({ standardSchema: z.looseObject({ challenge: z.string() }) })
  @ApiGoneResponse({ standardSchema: problem })
  @ApiTooManyRequestsResponse({ standardSchema: problem })
  options(
    @Body({ schema: linkToken }) { token }: z.infer<typeof linkToken>,
    @Ip() address: string,
  ): Promise<object> {
    this.limiter.demand(address);
    return this.enrolment.begin(token);
  }

  @Post()
  @ApiOperation({ summary: 'Enrols the passkey that the browser made. The link is used up' })
  @ApiCreatedResponse({ standardSchema: enrolledAnswer })
  @ApiGoneResponse({ standardSchema: problem })
  @ApiUnprocessableEntityResponse({ standardSchema: problem })
  @ApiTooManyRequestsResponse({ standardSchema: problem })
  enrol(
    @Body({ schema: registration }) { token, response }: z.infer<typeof registration>,
    @Ip() address: string,
  ): Promise<{ person: string }> {
    this.limiter.demand(address);
    const { authenticatorAttachment, ...rest } = response;
    const checked: RegistrationResponseJSON = {
      ...rest,
      clientExtensionResults: {},
      ...(authenticatorAttachment === undefined ? {} : { authenticatorAttachment }),
    };
    return this.enrolment.finish(token, checked);
  }
}
