import type { Enrolment } from '@bcmed/site-trust';
import { StoreUnwritableError } from '@bcmed/safety-store';
import { CatchingUpError, NotEnrolledError } from '../errors.js';

/** Whether this service may say anything yet. Orders wait for it; a stop does not. */
export class Standing {
  #isLive = false;

  constructor(
    private readonly enrolment: () => Enrolment,
    private readonly storeFailure: () => string | undefined,
  ) {}

  get isLive(): boolean {
    return this.#isLive;
  }

  get isEnrolled(): boolean {
    return this.enrolment().state === 'enrolled';
  }

  /** What was on the stream at the start has been read. */
  goLive(): void {
    this.#isLive = true;
  }

  /** Throws CatchingUpError, NotEnrolledError, and StoreUnwritableError: what cannot be remembered is not ordered. */
  require(): void {
    if (!this.#isLive) throw new CatchingUpError('What happened before the start is still being read.');
    if (!this.isEnrolled)
      throw new NotEnrolledError(`Nobody would act on an order of this service: ${this.enrolment().detail}.`);
    const failure = this.storeFailure();
    if (failure !== undefined) throw new StoreUnwritableError(`The safety store takes nothing: ${failure}`);
  }
}
