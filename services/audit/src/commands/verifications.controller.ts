import { ByPerson, PersonGuard, type PassPerson } from '@bcmed/site-trust';
import { Body, Controller, Get, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
} from '@nestjs/swagger';
import type { VerifyProgress } from '@bcmed/verification';
import type { z } from 'zod';
import type { Verification } from '../generated/prisma/client.js';
import {
  idParam,
  problem,
  verification,
  verificationRequest,
  type VerificationRequest,
} from '../views/api-schemas.js';
import { Door } from './door.js';
import { Verifications } from './verifications.js';

type Shown = z.infer<typeof verification>;

/** The one member of an answer that is needed here. */
interface Headers {
  setHeader(name: string, value: string): unknown;
}

/** Ask for a verification, and see what it found. */
@ApiTags('verifications')
@ApiBearerAuth()
@UseGuards(PersonGuard)
@Controller('verifications')
export class VerificationsController {
  constructor(
    private readonly verifications: Verifications,
    private readonly door: Door,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary:
      'Verify everything, or a range of blocks: seals, leaves, roots, links, signatures, chain, and this view',
  })
  @ApiAcceptedResponse({
    standardSchema: verification,
    headers: { Location: { description: 'Where to look', schema: { type: 'string' } } },
  })
  @ApiBadRequestResponse({ standardSchema: problem })
  @ApiTooManyRequestsResponse({ standardSchema: problem })
  async request(
    @ByPerson() by: PassPerson,
    @Body({ schema: verificationRequest.default({}) }) request: VerificationRequest,
    @Res({ passthrough: true }) response: Headers,
  ): Promise<Shown> {
    await this.door.demand(by, 'request-verification');
    const made = await this.verifications.request(request);
    response.setHeader('Location', `/verifications/${made.id}`);
    return shown(made);
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far a verification is, or what it found' })
  @ApiOkResponse({ standardSchema: verification })
  @ApiNotFoundResponse({ standardSchema: problem })
  async one(
    @ByPerson() by: PassPerson,
    @Param({ schema: idParam }) { id }: z.infer<typeof idParam>,
  ): Promise<Shown> {
    await this.door.demand(by, 'read-verification');
    return shown(await this.verifications.find(id));
  }
}

function shown(found: Verification & { readonly progress?: VerifyProgress | undefined }): Shown {
  const { id, requestedAt, finishedAt, fromBlock, toBlock, progress, report, failure, recorded } = found;
  return {
    id,
    status: found.status as Shown['status'], // written by Verifications only
    requestedAt: requestedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    fromBlock: fromBlock?.toString() ?? null,
    toBlock: toBlock?.toString() ?? null,
    progress: progress
      ? {
          position: progress.position.toString(),
          lastPosition: progress.lastPosition.toString(),
          block: progress.block.toString(),
          differences: progress.differences,
        }
      : null,
    report,
    failure,
    recorded,
  };
}
