import type { EventLog } from '@bcmed/event-log';
import { DosingDecisionDenied, toToken } from '@bcmed/events';
import { v7 as uuidV7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import { NotPermittedError, SignedBeforeError, TooManyRefusalsError, type Denial } from '../errors.js';
import { attributesOf, sealEvent, type Signature } from './event-maker.js';

export interface DenialsSettings {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly signature: Signature;
}

/** So many for one name in a minute; whoever goes on is refused unrecorded: the stream is no place for a stuck key. */
const PER_MINUTE = 60;
const MINUTE_MS = 60_000;

/**
 * Sees to it that what the policies deny stands on the stream before the person is told. Throws TooManyRefusalsError instead of
 * recording more than sixty of one person in a minute, and what an append throws.
 */
export class Denials {
  /** When those of the last minute were, by the name that they count for. */
  readonly #recent = new Map<string, number[]>();

  constructor(private readonly settings: DenialsSettings) {}

  /** Does the work; a denial in it is recorded and thrown on. */
  async recording<Result>(orderId: string | undefined, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NotPermittedError || error instanceof SignedBeforeError)
        await this.#record(error.denial, orderId);
      throw error;
    }
  }

  /** Counts one refusal for a name. Throws TooManyRefusalsError. */
  demandRoom(name: string): void {
    const nowMs = this.settings.clock.steadyMs();
    for (const [known, times] of this.#recent) {
      const recent = times.filter((ms) => nowMs - ms < MINUTE_MS);
      if (recent.length > 0) this.#recent.set(known, recent);
      else this.#recent.delete(known);
    }
    const times = this.#recent.get(name) ?? [];
    if (times.length >= PER_MINUTE)
      throw new TooManyRefusalsError('Refused too often within a minute. Wait a minute, then ask again.');
    this.#recent.set(name, [...times, nowMs]);
  }

  async #record({ request, decision }: Denial, order: string | undefined): Promise<void> {
    const { log, clock, signature } = this.settings;
    const { person, action, resource } = request;
    this.demandRoom(person);
    const { sealed } = sealEvent(
      DosingDecisionDenied,
      {
        id: uuidV7(),
        entity: toToken(person),
        ...attributesOf({ at: clock.at(), actor: person, key: '' }, signature),
      },
      {
        action,
        resourceKind: resource.kind,
        resource: resource.kind === 'unit' ? resource.unit : resource.id,
        unit: resource.unit,
        reason: decision.reason,
        policies: decision.policies.slice(0, 16),
        policyVersion: decision.policyVersion,
        words: decision.words,
        ...(order !== undefined && { order }),
      },
      signature,
    );
    await log.append(sealed);
  }
}
