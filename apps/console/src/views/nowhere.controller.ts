import { All, Controller, UseFilters } from '@nestjs/common';
import { NotFoundError } from '../errors.js';
import { GatewayProblems } from './problems.filter.js';

/** Everything of the API that no other route takes. */
@UseFilters(GatewayProblems)
@Controller('api')
export class NowhereController {
  @All(['', '*path'])
  nothing(): never {
    throw new NotFoundError('There is no such route.');
  }
}
