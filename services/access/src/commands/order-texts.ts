import { textHashOf } from '@bcmed/policy';
import { InvalidRequestError, fieldErrors } from '@bcmed/service-kit';
import { ZodError } from 'zod';
import type { Clock } from '../adapters/clock.js';
import type { AccessRecord } from '../adapters/access-record.js';
import { newToken } from '../adapters/tokens.js';
import { entryOf } from '@bcmed/policy';
import { orderText, type OrderWish } from '../domain/texts.js';
import { pumpOf } from './approvals-desk.js';
import type { Authority } from './authority.js';

/**
 * The exact texts that people sign for pumps. The nonce is the server's, so that no text exists twice; that it is used once is for
 * whoever carries the order out, as is the final decision, by the record's own unit and patient.
 */
export class OrderTexts {
  constructor(
    private readonly site: string,
    private readonly authority: Authority,
    private readonly trust: AccessRecord,
    private readonly clock: Clock,
  ) {}

  make(by: string, wish: OrderWish, goodForMs: number) {
    this.authority.demand({ person: by, action: `order-${wish.action}`, resource: pumpOf(wish) });
    const expiresAt = this.clock.at(goodForMs);
    const text = this.#text(wish, expiresAt);
    return { text, challenge: textHashOf(text), expiresAt, credentialIds: this.#passkeysOf(by) };
  }

  #text(wish: OrderWish, expiresAt: string): string {
    try {
      return orderText(this.site, wish, { nonce: newToken(), issuedAt: this.clock.at(), expiresAt });
    } catch (error) {
      if (error instanceof ZodError) throw new InvalidRequestError(fieldErrors(error.issues));
      throw error;
    }
  }

  #passkeysOf(person: string): string[] {
    const { people, authenticators, revokedAuthenticators } = this.trust.people;
    return (entryOf(people, person)?.credentialIds ?? []).filter(
      (id) => entryOf(authenticators, id)?.kind === 'passkey' && !entryOf(revokedAuthenticators, id),
    );
  }
}
