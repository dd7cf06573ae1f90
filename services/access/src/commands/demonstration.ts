import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryOf } from '@bcmed/policy';
import { generatePrivateKey, keyIdOf, publicJwkOf } from '@bcmed/seal';
import { z } from 'zod';
import type { AccessRecord } from '../adapters/access-record.js';
import { newPseudonym } from '../adapters/tokens.js';
import { CAST, DEMONSTRATION, DEMONSTRATION_PREFIX } from '../domain/demonstration.js';
import { answerAboutPeople, type RoleWish } from '../domain/people.js';
import { DemonstrationRefusedError, NotPossibleError } from '../errors.js';
import type { Decisions } from './decisions.js';
import type { Enrolment } from './enrolment.js';
import { demandPossible } from './refusals.js';

export const DEMONSTRATION_FILE = 'demonstration-people.json';

const members = z.array(z.object({ person: z.string(), privateKey: z.record(z.string(), z.string()) }));

export interface DemonstrationParts {
  readonly stateDir: string;
  readonly trust: AccessRecord;
  readonly decisions: Decisions;
  readonly enrolment: Enrolment;
}

/** A link by which a visitor becomes somebody of the demonstration. */
export interface VisitorLink {
  readonly person: string;
  readonly address: string;
  readonly token: string;
  readonly expiresAt: string;
}

/**
 * People for a demonstration. The cast has keys, whose private halves are in a file of mode 0600 for the programs that act them;
 * visitors enrol a passkey of their own. All of them are enrolled by events as everybody is; their authenticators say that they are for
 * a demonstration, and no configuration without ALLOW_DEMONSTRATION believes them.
 */
export class Demonstration {
  constructor(private readonly parts: DemonstrationParts) {}

  /**
   * Enrols whoever of the cast is not there yet. Repeatable: a kill in between leaves the rest for the next time.
   * Throws DemonstrationRefusedError in production, and NotPossibleError when people are there whose keys are lost.
   */
  async load(): Promise<{ readonly people: readonly string[]; readonly keys: string }> {
    this.#demandAllowed();
    const { decisions, trust } = this.parts;
    decisions.demandCurrent();
    const keys = this.#keys();
    for (const { person, role, unit, key } of keys) {
      if (entryOf(trust.people.people, person)) continue;
      const publicKey = publicJwkOf(key);
      const authenticator = {
        credentialId: keyIdOf(publicKey),
        kind: 'key' as const,
        publicKey,
        demonstration: true,
      };
      const by = DEMONSTRATION;
      const roles = [{ role, unit }];
      const decide = (at: string) =>
        answerAboutPeople({ kind: 'enrol', person, at, by, authenticator, roles }, trust.people);
      demandPossible(await decisions.take({ entity: person, actor: by, decide }));
    }
    return { people: keys.map(({ person }) => person), keys: this.#path };
  }

  /** A one-time link for a visitor with a passkey of their own. Throws DemonstrationRefusedError in production. */
  visitor(roles: readonly RoleWish[]): VisitorLink {
    this.#demandAllowed();
    const { decisions, enrolment } = this.parts;
    decisions.demandCurrent();
    const person = newPseudonym(DEMONSTRATION_PREFIX);
    const { address, expiresAt } = enrolment.createLink({ person, roles, by: DEMONSTRATION });
    return { person, address, token: new URL(address).hash.slice(1), expiresAt };
  }

  #demandAllowed(): void {
    if (!this.parts.trust.people.settings.allowDemonstration)
      throw new DemonstrationRefusedError(
        'This configuration allows no demonstration, as it must be where there are patients. Enrol people by links (POST /people/links); to play, set up another site with ALLOW_DEMONSTRATION=true.',
      );
  }

  /** Keys of the cast, made once, and on disk before anybody believes them: a key that is lost leaves a person whom nobody can act. */
  #keys() {
    const known = existsSync(this.#path) ? this.#read() : this.#make();
    return CAST.map(({ name, ...rest }) => {
      const person = `${DEMONSTRATION_PREFIX}${name}`;
      const key = known.get(person);
      if (!key) throw new NotPossibleError(`keys-lost: ${DEMONSTRATION_FILE} has no key of ${person}.`);
      return { person, key, ...rest };
    });
  }

  #read(): ReadonlyMap<string, KeyObject> {
    const all = members.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    return new Map(
      all.map(({ person, privateKey }) => [person, createPrivateKey({ key: privateKey, format: 'jwk' })]),
    );
  }

  #make(): ReadonlyMap<string, KeyObject> {
    const cast = CAST.map(({ name, role }) => ({ person: `${DEMONSTRATION_PREFIX}${name}`, role }));
    if (cast.some(({ person }) => entryOf(this.parts.trust.people.people, person)))
      throw new NotPossibleError(
        `keys-lost: the people of the demonstration are there and ${DEMONSTRATION_FILE} is not. Begin another site.`,
      );
    const made = cast.map((one) => ({ ...one, key: generatePrivateKey() }));
    const secrets = made.map(({ key, ...who }) => ({
      ...who,
      privateKey: key.export({ format: 'jwk' }),
    }));
    rmSync(`${this.#path}.tmp`, { force: true });
    writeFileSync(`${this.#path}.tmp`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(`${this.#path}.tmp`, this.#path);
    return new Map(made.map(({ person, key }) => [person, key]));
  }

  get #path(): string {
    return join(this.parts.stateDir, DEMONSTRATION_FILE);
  }
}
