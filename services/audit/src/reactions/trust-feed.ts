import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog, LogMessage } from '@bcmed/event-log';
import type { HealthCheck } from '@bcmed/service-kit';
import type { SiteTrust } from '@bcmed/site-trust';
import { Logger } from '@nestjs/common';

const TRY_AGAIN_MS = 1_000;

/** Keeps what is known of keys and people up with the stream: read once at the start, then fed with every batch. */
export class TrustFeed {
  readonly #log = new Logger('trust');
  readonly #closing = new AbortController();
  #loaded: Promise<void> | undefined;
  #isLoaded = false;

  constructor(
    private readonly trust: SiteTrust,
    private readonly log: EventLog,
  ) {}

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Reads what stands on the stream, again and again until that worked. */
  start(): Promise<void> {
    return (this.#loaded ??= this.#load());
  }

  /** A batch in the order of the stream; what was read before changes nothing. Resolves when it counts. */
  async take(batch: readonly LogMessage[]): Promise<void> {
    await this.start();
    for (const message of batch) if (matters(message.subject)) this.trust.take(message);
  }

  stop(): void {
    this.#closing.abort();
  }

  health(): HealthCheck {
    return {
      name: 'trust',
      check: () => {
        const { enrolment, validators } = this.trust;
        if (!this.#isLoaded || !validators)
          return Promise.resolve({
            status: 'degraded',
            detail: 'keys and people were not read yet: nobody is believed',
          });
        return Promise.resolve(
          enrolment.state === 'enrolled'
            ? { status: 'up' }
            : { status: 'degraded', detail: `our own key is ${enrolment.state}: denials cannot be recorded` },
        );
      },
    };
  }

  async #load(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.trust.load(this.log);
        this.#isLoaded = true;
        return;
      } catch (error) {
        this.#log.warn(
          `keys and people could not be read: ${error instanceof Error ? error.message : String(error)}`,
        );
        await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** What decides whom to believe: the opening of the epoch, and everything about access. */
function matters(subject: string): boolean {
  const [, , area, , name] = subject.split('.');
  return area === 'access' || (area === 'ledger' && name === 'epoch-opened');
}
