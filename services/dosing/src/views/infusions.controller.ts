import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { phaseOf, readOrder } from '../domain/order/index.js';
import { NotFoundError } from '../errors.js';
import { SiteInbox } from '../reactions/site-inbox.js';
import {
  idParam,
  infusionAnswer,
  infusionsAnswer,
  problem,
  type IdParam,
  type InfusionAnswer,
} from './api-schemas.js';
import type { InfusionRow } from './infusions.js';
import { Ward } from './ward.js';

/** Infusions that are not closed. Pseudonyms only. */
@ApiTags('infusions')
@Controller('infusions')
export class InfusionsController {
  constructor(
    private readonly ward: Ward,
    private readonly inbox: SiteInbox,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Every infusion that was ordered and is not closed' })
  @ApiOkResponse({ standardSchema: infusionsAnswer })
  list(): z.infer<typeof infusionsAnswer> {
    const infusions = this.ward.infusions.table.entries.map(([id, row]) => shown(id, row));
    return { infusions, position: this.inbox.position.toString() };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of them' })
  @ApiOkResponse({ standardSchema: infusionAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  one(@Param({ schema: idParam }) { id }: IdParam): InfusionAnswer {
    const row = this.ward.infusions.table.get(id);
    if (row === undefined) throw new NotFoundError('There is no such infusion that is not closed.');
    return shown(id, row);
  }
}

function shown(id: string, { state, awaiting, volumeMl }: InfusionRow): InfusionAnswer {
  const { subject, pending, authorised, delivery } = state;
  return {
    id,
    phase: phaseOf(state),
    pump: subject?.pump ?? null,
    patient: subject?.patient ?? null,
    drug: subject?.drug ?? null,
    waiting: pending
      ? {
          orderId: pending.orderId,
          needsOverride: pending.needsOverride.filter((limit) => !pending.overridden.includes(limit)),
          expiresAt: readOrder(pending.order.text)?.expiresAt ?? '',
        }
      : null,
    authorised: authorised
      ? {
          orderId: authorised.orderId,
          commandId: authorised.commandId,
          dose: authorised.dose,
          rateMlPerHour: authorised.rateMlPerHour,
          signedBy: authorised.signedBy,
          answered: awaiting?.commandId !== authorised.commandId,
        }
      : null,
    delivery,
    volumeInfusedMl: volumeMl,
  };
}
