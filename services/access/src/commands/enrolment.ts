import { AppendOutcomeUnknownError } from '@bcmed/event-log';
import { ALL_UNITS } from '@bcmed/policy';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import {
  registrationOptions,
  verifyRegistration,
  type RelyingParty,
} from '../adapters/passkey-registration.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { AccessRecord } from '../adapters/access-record.js';
import { hashOfToken, newToken } from '../adapters/tokens.js';
import { DEMONSTRATION } from '../domain/demonstration.js';
import { faultOf, settled, type Link } from '../domain/link.js';
import { FIRST_START, answerAboutPeople, isNobodyYet, type RoleWish } from '../domain/people.js';
import { entryOf } from '@bcmed/policy';
import { LinkUnusableError, RegistrationRefusedError } from '../errors.js';
import type { Authority } from './authority.js';
import type { Decisions } from './decisions.js';
import { demandPossible } from './refusals.js';

const CEREMONY_MS = 600_000;
const DAY_MS = 86_400_000;

export interface EnrolmentParts {
  readonly site: string;
  readonly relyingParty: RelyingParty;
  readonly linkMs: number;
  readonly store: SafetyStore;
  readonly trust: AccessRecord;
  readonly decisions: Decisions;
  readonly authority: Authority;
  readonly clock: Clock;
}

/** What a link is for. */
export interface NewLink {
  readonly person: string;
  readonly roles: readonly RoleWish[];
  /** Person, `first-start`, or `demonstration`. */
  readonly by: string;
}

/**
 * One-time links by which people enrol their passkeys. Of a link only the hash of its token is kept. A link is used once: it is
 * claimed on disk before the enrolment goes to the stream, whose ids follow from the link.
 */
export class Enrolment {
  readonly #ceremonies = new Map<string, { readonly challenge: string; readonly untilMs: number }>();
  readonly #underWay = new Set<string>();

  constructor(private readonly parts: EnrolmentParts) {}

  /** The token stands behind the `#`, which browsers send to nobody. */
  createLink({ person, roles, by: createdBy }: NewLink): {
    readonly address: string;
    readonly expiresAt: string;
  } {
    const { clock, linkMs, store, relyingParty } = this.parts;
    const token = newToken();
    const expiresMs = clock.nowMs() + linkMs;
    store.addLink({ id: uuidv7(), person, roles, createdBy, expiresMs, state: 'open' }, hashOfToken(token));
    return {
      address: `${relyingParty.origin}/enrol#${token}`,
      expiresAt: new Date(expiresMs).toISOString(),
    };
  }

  /** Links that nobody may use any more. */
  void(links: readonly Link[]): void {
    for (const link of links) this.parts.store.moveLink({ ...link, state: 'void' }, 'open');
  }

  /** What the browser needs to make the passkey. Throws LinkUnusableError. */
  async begin(token: string): Promise<Awaited<ReturnType<typeof registrationOptions>>> {
    const link = this.#usable(token);
    const options = await registrationOptions(this.parts.relyingParty, link.person);
    const untilMs = this.parts.clock.nowMs() + CEREMONY_MS;
    this.#ceremonies.set(link.id, { challenge: options.challenge, untilMs });
    return options;
  }

  /** Enrols what the browser made. Throws LinkUnusableError, RegistrationRefusedError and what a decision throws. */
  async finish(token: string, response: RegistrationResponseJSON): Promise<{ readonly person: string }> {
    const { store, relyingParty, clock } = this.parts;
    const link = this.#usable(token);
    const ceremony = this.#ceremonies.get(link.id);
    if (!ceremony || clock.nowMs() >= ceremony.untilMs)
      throw new RegistrationRefusedError('It took too long. Open the link again.');
    const authenticator = await verifyRegistration(response, ceremony.challenge, relyingParty);
    const claimed: Link = { ...link, state: 'claimed', credentialId: authenticator.credentialId };
    if (!store.moveLink(claimed, 'open')) throw unusable('used');
    this.#underWay.add(link.id);
    try {
      await this.#enrol(link, authenticator);
      store.moveLink({ ...claimed, state: 'used' }, 'claimed');
      this.#ceremonies.delete(link.id);
      return { person: link.person };
    } catch (error) {
      // Without an answer it may yet stand on the stream, which is asked at the next start.
      if (!(error instanceof AppendOutcomeUnknownError))
        store.moveLink(
          settled(claimed, () => false),
          'claimed',
        );
      throw error;
    } finally {
      this.#underWay.delete(link.id);
    }
  }

  /** After a start, once the stream was read: what became of claims that a kill interrupted. */
  settleClaims(): void {
    const { store, trust } = this.parts;
    for (const link of store.links('claimed')) {
      if (this.#underWay.has(link.id)) continue;
      const now = settled(link, (id) => entryOf(trust.people.authenticators, id)?.person === link.person);
      store.moveLink(now, 'claimed');
    }
  }

  forgetOld(): void {
    const nowMs = this.parts.clock.nowMs();
    this.parts.store.forgetLinks(nowMs - DAY_MS);
    for (const [id, { untilMs }] of this.#ceremonies) if (nowMs >= untilMs) this.#ceremonies.delete(id);
  }

  #usable(token: string): Link {
    const { store, clock, decisions } = this.parts;
    decisions.demandCurrent();
    const link = store.linkOf(hashOfToken(token));
    const fault = faultOf(link, clock.nowMs());
    if (!link || fault) throw unusable(fault ?? 'unknown');
    if (!this.#mayStill(link)) throw unusable('unknown');
    return link;
  }

  /** A link is worth what the one who made it may do now: a revoked administrator's link opens nothing. */
  #mayStill({ createdBy, person, roles }: Link): boolean {
    const { authority, trust } = this.parts;
    if (createdBy === FIRST_START) return isNobodyYet(trust.people);
    if (createdBy === DEMONSTRATION) return trust.people.settings.allowDemonstration;
    const resource = { kind: 'unit', unit: ALL_UNITS } as const;
    return (
      authority.allows({ person: createdBy, action: 'enrol-person', resource }) &&
      roles.every(({ unit }) =>
        authority.allows(
          { person: createdBy, action: 'grant-role', resource: { kind: 'unit', unit } },
          { about: person },
        ),
      )
    );
  }

  async #enrol(link: Link, authenticator: Awaited<ReturnType<typeof verifyRegistration>>): Promise<void> {
    const { decisions, trust, site } = this.parts;
    const { id, person, roles, createdBy: by } = link;
    const demonstration = trust.people.settings.allowDemonstration ? { demonstration: true } : {};
    const first = by === FIRST_START;
    const answer = await decisions.take({
      entity: person,
      actor: by,
      cause: id,
      correlationid: id,
      // For the first one nobody at all must have been enrolled meanwhile.
      ...(first
        ? {
            filter: {
              subject: `bcmed.${site}.access.*.authenticator-enrolled`,
              lastPosition: trust.lastEnrolled,
            },
          }
        : {}),
      decide: (at) => {
        if (!this.#mayStill(link)) throw unusable('unknown');
        const command = {
          kind: 'enrol',
          person,
          at,
          by,
          roles,
          authenticator: { ...authenticator, ...demonstration },
        };
        return answerAboutPeople({ ...command, kind: 'enrol' }, trust.people);
      },
    });
    demandPossible(answer);
  }
}

/** One answer for all: whoever tries links learns nothing from it. */
function unusable(_why: NonNullable<ReturnType<typeof faultOf>>): LinkUnusableError {
  return new LinkUnusableError(
    'This link opens nothing: it was used, it has expired, or it was never given. Ask an administrator for a new one.',
  );
}
