import { toToken } from '@bcmed/events';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { TargetRun } from '../domain/target/index.js';
import { NotFoundError } from '../errors.js';
import { problem, pumpAnswer, serialParam, type PumpAnswer, type SerialParam } from './api-schemas.js';
import { Ward } from './ward.js';

/** What is known of a pump: what it shows, and where it was recorded to be. */
@ApiTags('pumps')
@Controller('pumps')
export class PumpsController {
  constructor(private readonly ward: Ward) {}

  @Get(':serial')
  @ApiOperation({ summary: 'A pump by its serial' })
  @ApiOkResponse({ standardSchema: pumpAnswer })
  @ApiNotFoundResponse({ standardSchema: problem })
  one(@Param({ schema: serialParam }) { serial }: SerialParam): PumpAnswer {
    const found = this.ward.associations.of(serial);
    // A serial that only looks the same in a subject is another pump.
    const pump =
      toToken(serial) === serial.toLowerCase() ? this.ward.pumps.table.get(toToken(serial)) : undefined;
    if (pump === undefined && found === undefined)
      throw new NotFoundError('Nothing is known of such a pump.');
    return {
      serial,
      connected: pump?.connected ?? null,
      delivering: pump?.delivering ?? null,
      setRateMlPerHour: pump?.setRateMlPerHour ?? null,
      heardAt: pump?.heardAt ?? null,
      bed: found
        ? {
            bed: found.bed,
            unit: found.unit,
            patient: found.patient,
            drug: found.drug,
            concentration: found.concentration,
          }
        : null,
      target: targetShown(this.ward.targets.table.get(toToken(serial))),
      infusions: this.ward.infusions.on(serial).map(([id]) => id),
    };
  }
}

/** The target that a pump is steered to now. */
function targetShown(run: TargetRun | undefined): PumpAnswer['target'] {
  if (run === undefined || run.isEnded) return null;
  const { commandId, order, lastStep, rateMlPerHour, course, givenMl, untilMs } = run;
  if (order.target === undefined) return null;
  const { model, site, concentration, unit } = order.target;
  return {
    commandId,
    model,
    site,
    concentration,
    unit,
    plasma: course.state.plasma,
    effect: course.state.effect,
    lastStep,
    rateMlPerHour,
    volumeGivenMl: givenMl,
    untilAt: new Date(untilMs).toISOString(),
  };
}
