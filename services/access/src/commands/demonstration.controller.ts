import { Controller, Headers, Ip, Post } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { DemonstrationRefusedError } from '../errors.js';
import { demonstrationAnswer, problem } from '../views/api-schemas.js';
import { Demonstration } from './demonstration.js';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** People to play with; a configuration for patients refuses them. */
@ApiTags('demonstration')
@Controller('demonstration')
export class DemonstrationController {
  constructor(private readonly demonstration: Demonstration) {}

  @Post('people')
  @ApiOperation({ summary: 'Load the people of the demonstration: from this machine, and from no page' })
  @ApiCreatedResponse({ standardSchema: demonstrationAnswer })
  @ApiForbiddenResponse({ standardSchema: problem })
  @ApiConflictResponse({ standardSchema: problem })
  async load(
    @Ip() address: string,
    @Headers('origin') origin: string | undefined,
  ): Promise<z.infer<typeof demonstrationAnswer>> {
    if (!LOOPBACK.test(address) || origin !== undefined)
      throw new DemonstrationRefusedError(
        'People of a demonstration are loaded by a program on this machine.',
      );
    const { people, keys } = await this.demonstration.load();
    return { people: [...people], keys };
  }
}
