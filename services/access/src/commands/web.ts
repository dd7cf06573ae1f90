import type { RelyingParty } from '../adapters/passkey-registration.js';

/** What the browser is told about sessions, and from where it may come. */
export class Web {
  readonly #cookie: string;
  readonly #attributes: string;

  constructor(readonly relyingParty: RelyingParty) {
    const isSecure = relyingParty.origin.startsWith('https:');
    // With the prefix a browser takes it over TLS, from this very host and for all of it only.
    this.#cookie = isSecure ? '__Host-bcmed-session' : 'bcmed-session';
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** Value of the header that gives a browser its session. */
  cookieOf(token: string, longestMs: number): string {
    return `${this.#cookie}=${token}; Max-Age=${Math.floor(longestMs / 1_000)}; ${this.#attributes}`;
  }

  /** Value of the header that takes it back. */
  get noCookie(): string {
    return `${this.#cookie}=; Max-Age=0; ${this.#attributes}`;
  }

  tokenIn(cookieHeader: string): string | undefined {
    const found = cookieHeader.split(';').map((part) => part.trim().split('='));
    const value = found.find(([name]) => name === this.#cookie)?.[1];
    return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
  }

  isOurs(origin: string | string[] | undefined): boolean {
    return typeof origin === 'string' && this.relyingParty.origins.includes(origin);
  }
}
