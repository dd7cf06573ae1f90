import { createHash } from 'node:crypto';
import { NotSignedInError, ServiceAwayError } from '../errors.js';
import { call, textOf } from './upstream.js';

/** A pass is fetched anew when it is good for less than this. */
const FRESH_MS = 15_000;
const MOST_KEPT = 2_000;

/** Names under which access keeps its session in a browser. */
const SESSION_COOKIE = /(?:^|;\s*)((?:__Host-)?bcmed-session=[A-Za-z0-9_-]{43})(?=;|$)/;

interface Kept {
  readonly pass: string;
  readonly expiresMs: number;
}

/**
 * From the cookie of a browser to the pass that proves to every service who asks. Access is asked once for many requests; nothing is
 * believed of a pass here, its verifiers do that.
 */
export class Passes {
  /** By hash of the cookie, so that no session can be read out of a dump. */
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<Kept>>();

  constructor(
    private readonly accessUrl: string,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Throws NotSignedInError, and ServiceAwayError or NoAnswerError for access. */
  async of(cookies: string | undefined): Promise<string> {
    const session = SESSION_COOKIE.exec(cookies ?? '')?.[1];
    if (session === undefined) throw new NotSignedInError();
    const key = keyOf(session);
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.expiresMs - this.nowMs() > FRESH_MS) return kept.pass;
    const asked = this.#asked.get(key) ?? this.#ask(key, session);
    return (await asked).pass;
  }

  /** The session may be over: the next request asks access again. */
  forget(cookies: string | undefined): void {
    const session = SESSION_COOKIE.exec(cookies ?? '')?.[1];
    if (session !== undefined) this.#kept.delete(keyOf(session));
  }

  #ask(key: string, session: string): Promise<Kept> {
    const asked = this.#fetch(session).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked.then((kept) => {
      this.#keep(key, kept);
      return kept;
    });
  }

  async #fetch(cookie: string): Promise<Kept> {
    const answer = await call({
      service: 'access',
      base: this.accessUrl,
      method: 'GET',
      path: '/sessions/current/pass',
      headers: { cookie, accept: 'application/json' },
    });
    const text = await textOf(answer);
    if (answer.statusCode === 401) throw new NotSignedInError();
    if (answer.statusCode !== 200) throw new ServiceAwayError('access');
    // Our own service; a pass that is none will be refused by whoever verifies it.
    const { pass, expiresAt } = JSON.parse(text) as { pass: string; expiresAt: string };
    return { pass, expiresMs: Date.parse(expiresAt) };
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const [oldest, { expiresMs }] of this.#kept) {
      if (expiresMs > this.nowMs() && this.#kept.size <= MOST_KEPT) return;
      this.#kept.delete(oldest);
    }
  }
}

const keyOf = (session: string): string => createHash('sha256').update(session).digest('base64url');
