import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '@bcmed/events';
import { generatePrivateKey, keyIdOf, publicJwkOf } from '@bcmed/seal';
import type { AccessRecord } from '../adapters/access-record.js';
import { answerAboutPeople } from '../domain/people.js';
import { entryOf } from '@bcmed/policy';
import { DemonstrationRefusedError, NotPossibleError } from '../errors.js';
import type { Decisions } from './decisions.js';
import { demandPossible } from './refusals.js';

export const DEMONSTRATION_FILE = 'demonstration-people.json';
const BY = 'demonstration';

/** The cast: enough for two pairs of eyes, and one of everybody else. */
const CAST: readonly { readonly person: string; readonly role: Role; readonly unit: string }[] = [
  { person: 'person-demo-physician', role: 'physician', unit: 'icu-1' },
  { person: 'person-demo-nurse', role: 'nurse', unit: 'icu-1' },
  { person: 'person-demo-second-nurse', role: 'nurse', unit: 'icu-1' },
  { person: 'person-demo-pharmacist', role: 'pharmacist', unit: 'icu-1' },
  { person: 'person-demo-engineer', role: 'engineer', unit: 'all' },
  { person: 'person-demo-auditor', role: 'auditor', unit: 'all' },
  { person: 'person-demo-administrator', role: 'administrator', unit: 'all' },
];

/**
 * People for a demonstration, each with a key, whose private halves are written to a file of mode 0600 for the programs that act
 * them. Their authenticators say so on the stream, and no configuration without ALLOW_DEMONSTRATION believes them.
 */
export class Demonstration {
  constructor(
    private readonly allowed: boolean,
    private readonly stateDir: string,
    private readonly trust: AccessRecord,
    private readonly decisions: Decisions,
  ) {}

  /** Throws DemonstrationRefusedError in production, and NotPossibleError when the people are there already. */
  async load(): Promise<{ readonly people: readonly string[]; readonly keys: string }> {
    if (!this.allowed)
      throw new DemonstrationRefusedError(
        'This configuration allows no demonstration: ALLOW_DEMONSTRATION is not true, as it must be where there are patients.',
      );
    if (CAST.some(({ person }) => entryOf(this.trust.people.people, person)))
      throw new NotPossibleError('The people of the demonstration were loaded before.');
    const cast = CAST.map((one) => ({ ...one, key: generatePrivateKey() }));
    // On disk before anybody believes them: a key that is lost would leave a person whom nobody can act.
    const path = join(this.stateDir, DEMONSTRATION_FILE);
    const secrets = cast.map(({ key, ...who }) => ({ ...who, privateKey: key.export({ format: 'jwk' }) }));
    rmSync(`${path}.tmp`, { force: true });
    writeFileSync(`${path}.tmp`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(`${path}.tmp`, path);
    for (const { person, role, unit, key } of cast) {
      const publicKey = publicJwkOf(key);
      const authenticator = {
        credentialId: keyIdOf(publicKey),
        kind: 'key' as const,
        publicKey,
        demonstration: true,
      };
      const decide = (at: string) =>
        answerAboutPeople(
          { kind: 'enrol', person, at, by: BY, authenticator, roles: [{ role, unit }] },
          this.trust.people,
        );
      demandPossible(await this.decisions.take({ entity: person, actor: BY, decide }));
    }
    return { people: CAST.map(({ person }) => person), keys: path };
  }
}
