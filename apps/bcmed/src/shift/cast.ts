import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { signTextWithKey } from '@bcmed/policy';
import type { PersonSignature } from '@bcmed/events';
import { z } from 'zod';
import { loadDemonstrationPeople } from '../stack/people.js';
import { ask } from './ask.js';

const cast = z.array(
  z.object({ person: z.string(), role: z.string(), privateKey: z.record(z.string(), z.string()) }),
);

const challengeAnswer = z.object({ text: z.string(), challenge: z.string() });
const sessionAnswer = z.object({ token: z.string() });
const passAnswer = z.object({ pass: z.string() });

/** Somebody of the demonstration, who can sign. */
export class Member {
  constructor(
    readonly person: string,
    private readonly key: KeyObject,
  ) {}

  sign(text: string): PersonSignature {
    return { person: this.person, ...signTextWithKey(this.key, text) };
  }

  /** The token of a new session at access. */
  async signIn(accessUrl: string): Promise<string> {
    const { text, challenge } = await ask(challengeAnswer, `${accessUrl}/sessions/challenges`, {});
    const signature = signTextWithKey(this.key, text);
    return (await ask(sessionAnswer, `${accessUrl}/sessions`, { challenge, signature })).token;
  }

  /** A pass for the other services, good for a minute. Signs in anew without the token of a session. */
  async pass(accessUrl: string, session?: string): Promise<string> {
    const token = session ?? (await this.signIn(accessUrl));
    return (await ask(passAnswer, `${accessUrl}/sessions/current/pass`, undefined, token)).pass;
  }
}

/** The people of the demonstration: made by the access service, acted by this program. */
export class Cast {
  private constructor(private readonly members: ReadonlyMap<string, Member>) {}

  /** Demands an access service on this machine that allows a demonstration. */
  static async load(accessUrl: string): Promise<Cast> {
    const { keys } = await loadDemonstrationPeople(accessUrl);
    const people = cast.parse(JSON.parse(readFileSync(keys, 'utf8')));
    const members = people.map(({ person, privateKey }) => {
      const key = createPrivateKey({ key: privateKey, format: 'jwk' });
      return [person.replace('person-demo-', ''), new Member(person, key)] as const;
    });
    return new Cast(new Map(members));
  }

  /** By role, as the access service names its cast: `nurse`, `second-nurse`, `physician`, … */
  member(name: string): Member {
    const member = this.members.get(name);
    if (!member) throw new RangeError(`the cast has no ${name}`);
    return member;
  }
}
