import { setTimeout as pause } from 'node:timers/promises';
import { AppendOutcomeUnknownError, LogUnavailableError, type EventLog } from '@bcmed/event-log';
import { StopOrdered, toToken, type SignedText } from '@bcmed/events';
import { textHashOf, type PeopleState } from '@bcmed/policy';
import type { Clock } from '../adapters/clock.js';
import { readOrder } from '../domain/order/index.js';
import { NotEnrolledError, SignatureInvalidError, StopNotSentError, TextUnreadableError } from '../errors.js';
import { holdingSignatures } from './authority.js';
import { attributesOf, sealEvent, stopIdOf, type Signature } from './event-maker.js';
import type { Standing } from './standing.js';

export interface StopDeskSettings {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly signature: Signature;
  readonly standing: Standing;
  /** Who is known, by what was read last, whatever else is still being read. */
  readonly people: () => PeopleState;
  /** Told before the stop goes out. */
  readonly onStop: (pump: string) => void;
}

/** A stop that is on the stream. */
export interface StopAnswer {
  readonly stopId: string;
  readonly position: string;
}

/** Longer than a broker takes to come back, shorter than somebody waits beside a pump. */
const GIVE_UP_MS = 10_000;
const PAUSE_MS = 50;

/**
 * The way in for stops. It asks for a text that is a stop and for one signature that holds; it knows no library, no chain, no
 * association, no role, no infusion, and waits for nothing else that this service does.
 *
 * Throws TextUnreadableError and SignatureInvalidError when it is no stop; StopNotSentError when the stream did not take it in
 * ten seconds, and NotEnrolledError when it was sent and the pump's adapter will not believe it: both tell to stop by hand.
 */
export class StopDesk {
  constructor(private readonly settings: StopDeskSettings) {}

  async stop(given: SignedText): Promise<StopAnswer> {
    const { people, clock, signature, standing, onStop } = this.settings;
    const text = readOrder(given.text);
    if (text?.action !== 'stop')
      throw new TextUnreadableError('The signed text is no stop that can be read.');
    // A signature that does not hold must not keep back one that does.
    const signatures = holdingSignatures(given, people());
    const [first] = signatures;
    if (first === undefined) throw new SignatureInvalidError('Nobody who is known has signed this stop.');
    onStop(text.pump);
    const occasion = { at: clock.at(), actor: first.person, key: '' };
    const attributes = {
      id: stopIdOf(signature.site, textHashOf(given.text)),
      entity: toToken(text.pump),
      ...attributesOf(occasion, signature),
    };
    const { sealed } = sealEvent(
      StopOrdered,
      attributes,
      { order: { text: given.text, signatures } },
      signature,
    );
    const position = await this.#send(sealed);
    if (!standing.isEnrolled)
      throw new NotEnrolledError(
        'The stop was sent, but the site does not know the key of this service: stop the pump by hand.',
      );
    return { stopId: sealed.id, position: position.toString() };
  }

  async #send(sealed: Parameters<EventLog['append']>[0]): Promise<bigint> {
    const { log, clock } = this.settings;
    const beganMs = clock.steadyMs();
    for (;;) {
      try {
        return (await log.append(sealed)).position;
      } catch (cause) {
        const passes = cause instanceof LogUnavailableError || cause instanceof AppendOutcomeUnknownError;
        if (!passes || clock.steadyMs() - beganMs > GIVE_UP_MS)
          throw new StopNotSentError('The stop did not go out: stop the pump by hand.', { cause });
        await pause(PAUSE_MS);
      }
    }
  }
}
