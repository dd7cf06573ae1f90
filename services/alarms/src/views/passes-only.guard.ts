import { PassMissingError, PassRefusedError, PassVerifier, PersonGuard } from '@bcmed/site-trust';
import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Door } from '../commands/door.js';

/** Only who shows a pass that holds; those who do not are counted. */
@Injectable()
export class PassesOnly extends PersonGuard {
  constructor(
    passes: PassVerifier,
    private readonly door: Door,
  ) {
    super(passes);
  }

  override canActivate(context: ExecutionContext): true {
    try {
      return super.canActivate(context);
    } catch (error) {
      if (error instanceof PassMissingError) this.door.passRefused('missing');
      if (error instanceof PassRefusedError) this.door.passRefused(error.fault);
      throw error;
    }
  }
}
