import { SessionEnded, SessionOpened, derivedId, type PersonSignature } from '@bcmed/events';
import { checkSignedText, textHashOf } from '@bcmed/policy';
import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import type { EventMaker } from '../adapters/event-maker.js';
import type { OutboxPublisher } from '../adapters/outbox-publisher.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { AccessRecord } from '../adapters/access-record.js';
import { hashOfToken, newToken } from '../adapters/tokens.js';
import { fact } from '../domain/fact.js';
import { entryOf } from '@bcmed/policy';
import { endOf, isWorthNoting, type Session, type SessionEnd, type SessionRules } from '../domain/session.js';
import { signInText } from '../domain/texts.js';
import { NotSignedInError, SignInRefusedError, StepUpError } from '../errors.js';

const CHALLENGE_MS = 120_000;
const MOST_CHALLENGES = 10_000;
const STREAM_MS = 5_000;
/** How long ago a sign-in may be for what takes one of its own. */
const STEP_UP_MS = 300_000;

/** Without the person: an authenticator belongs to one, so its name says whose it is. */
export type Unclaimed<Signature = PersonSignature> = Signature extends unknown
  ? Omit<Signature, 'person'>
  : never;

export interface SessionParts {
  readonly site: string;
  readonly origin: string;
  readonly rules: SessionRules;
  readonly trust: AccessRecord;
  readonly store: SafetyStore;
  readonly outbox: OutboxPublisher;
  readonly maker: EventMaker;
  readonly clock: Clock;
  /** Throws when nothing may be allowed now. */
  readonly demandCurrent: () => void;
}

/** A text to sign for signing in, and its hash, which is the challenge of a passkey. */
export interface Challenge {
  readonly text: string;
  readonly challenge: string;
  readonly expiresAt: string;
}

/**
 * Who is signed in. A sign-in is a signature over a text of ours, checked by the rules of orders: by a passkey at one of our origins,
 * or by a key. A session lasts until it is unused for too long, until its end, or until a revocation is read from the stream.
 */
export class Sessions {
  readonly #log = new Logger('sessions');
  readonly #challenges = new Map<string, { readonly text: string; readonly expiresMs: number }>();
  readonly #open = new Map<string, Session>();
  readonly #tokens = new Map<string, string>();

  constructor(private readonly parts: SessionParts) {
    for (const { tokenHash, ...session } of parts.store.sessions()) this.#remember(session, tokenHash);
  }

  get count(): number {
    return this.#open.size;
  }

  /** A new challenge, good once and for two minutes. The oldest make way when there are too many. */
  challenge(): Challenge {
    const { clock, site, origin } = this.parts;
    const [issuedAt, expiresAt] = [clock.at(), clock.at(CHALLENGE_MS)];
    const text = signInText(site, origin, { nonce: newToken(), issuedAt, expiresAt });
    const challenge = textHashOf(text);
    const [oldest] = this.#challenges.size >= MOST_CHALLENGES ? this.#challenges.keys() : [];
    if (oldest !== undefined) this.#challenges.delete(oldest);
    this.#challenges.set(challenge, { text, expiresMs: clock.nowMs() + CHALLENGE_MS });
    return { text, challenge, expiresAt };
  }

  /** Opens a session for whoever signed the challenge. Throws SignInRefusedError, which does not say why. */
  async open(challenge: string, signature: Unclaimed): Promise<{ session: Session; token: string }> {
    const { trust, clock, rules, store, outbox, maker } = this.parts;
    this.parts.demandCurrent();
    const issued = this.#challenges.get(challenge);
    this.#challenges.delete(challenge);
    const nowMs = clock.nowMs();
    if (!issued || nowMs >= issued.expiresMs) throw this.#refusal('unknown or expired challenge', signature);
    const person = entryOf(trust.people.authenticators, signature.credentialId)?.person;
    if (person === undefined) throw this.#refusal('unknown-authenticator', signature);
    const check = checkSignedText(
      { text: issued.text, signatures: [{ ...signature, person }] },
      trust.people,
    );
    if (!check.allHold)
      throw this.#refusal(check.outcomes[0]?.fault ?? check.fault ?? 'malformed', signature);

    const { credentialId } = signature;
    const untilMs = nowMs + rules.longestMs;
    const session = { id: uuidv7(), person, credentialId, openedMs: nowMs, seenMs: nowMs, untilMs };
    const token = newToken();
    const until = new Date(untilMs).toISOString();
    const opened = fact(SessionOpened, session.id, { person, credentialId, until });
    const id = derivedId(maker.site, 'session-opened', session.id);
    const n = store.openSession(session, hashOfToken(token), maker.make(opened, { actor: person, id }));
    this.#remember(session, hashOfToken(token));
    await outbox.published(n, STREAM_MS);
    return { session, token };
  }

  /** The session of a token, and counts as its use. Throws NotSignedInError for every token that opens nothing. */
  require(token: string | undefined): Session {
    this.parts.demandCurrent();
    const hash = token === undefined ? undefined : hashOfToken(token);
    const id = hash === undefined ? undefined : this.#tokens.get(hash);
    const session = id === undefined ? undefined : this.#open.get(id);
    if (!session) throw new NotSignedInError('Sign in first: there is no session, or it is over.');
    const { trust, clock, rules, store } = this.parts;
    const nowMs = clock.nowMs();
    const end = endOf(session, trust.people, nowMs, rules);
    if (end) {
      this.#end([{ session, end }]);
      throw new NotSignedInError('Sign in again: the session is over.');
    }
    if (!isWorthNoting(session, nowMs, rules)) return session;
    const seen = { ...session, seenMs: nowMs };
    store.noteUse(session.id, nowMs);
    this.#open.set(session.id, seen);
    return seen;
  }

  /** Throws StepUpError unless the person signed in just now. */
  demandFresh({ openedMs }: Session): void {
    if (this.parts.clock.nowMs() - openedMs < STEP_UP_MS) return;
    throw new StepUpError('This takes a new sign-in: sign in again and repeat it within five minutes.');
  }

  signOut(session: Session): void {
    this.#end([{ session, end: 'signed-out' }]);
  }

  /** Ends what is over: called at every change of people, and as time passes. */
  sweep(): void {
    const { trust, clock, rules } = this.parts;
    if (!trust.isLoaded) return;
    const nowMs = clock.nowMs();
    const over = [...this.#open.values()].flatMap((session) => {
      const end = endOf(session, trust.people, nowMs, rules);
      return end ? [{ session, end }] : [];
    });
    if (over.length > 0) this.#end(over);
    for (const [challenge, { expiresMs }] of this.#challenges) {
      if (nowMs < expiresMs) break; // they stand in the order of their birth
      this.#challenges.delete(challenge);
    }
  }

  #end(ends: readonly { readonly session: Session; readonly end: SessionEnd | 'signed-out' }[]): void {
    const { store, maker, outbox } = this.parts;
    // Out of memory first: a full disk keeps nobody signed in.
    for (const { session } of ends) this.#forget(session.id);
    store.endSessions(
      ends.map(({ session: { id, person }, end }) => {
        const actor = end === 'signed-out' ? person : maker.source;
        const ended = fact(SessionEnded, id, { person, cause: end });
        return { id, ended: maker.make(ended, { actor, id: derivedId(maker.site, 'session-ended', id) }) };
      }),
    );
    outbox.wake();
  }

  #remember(session: Session, tokenHash: string): void {
    this.#open.set(session.id, session);
    this.#tokens.set(tokenHash, session.id);
  }

  #forget(id: string): void {
    this.#open.delete(id);
    for (const [hash, session] of this.#tokens) if (session === id) this.#tokens.delete(hash);
  }

  #refusal(why: string, { credentialId }: Unclaimed): SignInRefusedError {
    this.#log.warn({ msg: `a sign-in was refused: ${why}`, credentialId });
    return new SignInRefusedError('The sign-in does not hold. Ask for a new challenge and try again.');
  }
}
