import { Body, Controller, Headers, Ip, Post } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { DemonstrationRefusedError } from '../errors.js';
import { demonstrationAnswer, problem, visitorAnswer, visitorWish } from '../views/api-schemas.js';
import { Demonstration, type VisitorLink } from './demonstration.js';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
/** A page says where it comes from, and a proxy for whom it asks: neither is a program on this machine. */
const OF_SOMEBODY_ELSE = ['origin', 'forwarded', 'x-forwarded-for'] as const;

type HeadersOf = Readonly<Record<string, unknown>>;

/** People to play with; a configuration for patients refuses them. */
@ApiTags('demonstration')
@Controller('demonstration')
export class DemonstrationController {
  constructor(private readonly demonstration: Demonstration) {}

  @Post('people')
  @ApiOperation({
    summary: 'Load the cast of the demonstration: from this machine, and from no page. Repeatable',
  })
  @ApiCreatedResponse({ standardSchema: demonstrationAnswer })
  @ApiForbiddenResponse({ standardSchema: problem })
  @ApiConflictResponse({ standardSchema: problem })
  async load(
    @Ip() address: string,
    @Headers() headers: HeadersOf,
  ): Promise<z.infer<typeof demonstrationAnswer>> {
    demandThisMachine(address, headers);
    const { people, keys } = await this.demonstration.load();
    return { people: [...people], keys };
  }

  @Post('enrolments')
  @ApiOperation({
    summary: 'A one-time link by which a visitor enrols a passkey: from this machine, and from no page',
  })
  @ApiCreatedResponse({ standardSchema: visitorAnswer })
  @ApiForbiddenResponse({ standardSchema: problem })
  visitor(
    @Body({ schema: visitorWish }) { roles }: z.infer<typeof visitorWish>,
    @Ip() address: string,
    @Headers() headers: HeadersOf,
  ): VisitorLink {
    demandThisMachine(address, headers);
    return this.demonstration.visitor(roles);
  }
}

function demandThisMachine(address: string, headers: HeadersOf): void {
  if (!LOOPBACK.test(address) || OF_SOMEBODY_ELSE.some((name) => headers[name] !== undefined))
    throw new DemonstrationRefusedError(
      'People of a demonstration are loaded by a program on this machine, and by no page. Ask from there, without a proxy.',
    );
}
