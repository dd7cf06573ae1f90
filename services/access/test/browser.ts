import type { KeyObject } from 'node:crypto';
import { signTextWithKey, textHashOf } from '@bcmed/policy';
import { generatePrivateKey, keyIdOf, publicJwkOf } from '@bcmed/seal';
import { AuthenticatorEmulator, WebAuthnEmulator } from 'nid-webauthn-emulator';
import { expect } from 'vitest';
import { ORIGIN } from './site.js';

/** Everything that answers of the service say anywhere; a test looks at what its own request has. */
export interface AnswerBody {
  readonly type: string;
  readonly detail: string;
  readonly errors: readonly { readonly field: string; readonly fix: string }[];
  readonly person: string;
  readonly roles: readonly unknown[];
  readonly token: string;
  readonly text: string;
  readonly challenge: string;
  readonly address: string;
  readonly id: string;
  readonly until: string;
  readonly credentialIds: readonly string[];
  readonly skipped: readonly string[];
  readonly approvals: readonly unknown[];
  readonly accesses: readonly unknown[];
  readonly phase: string;
  readonly people: readonly unknown[];
  readonly keys: string;
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string; readonly detail: string }>>;
  readonly paths: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
  /** As it came. */
  readonly page: string;
}

/** What somebody sends with: a bearer token, or the cookie that a page was given. */
export interface Identity {
  readonly person: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function ask(
  address: string,
  line: string,
  options: {
    readonly body?: unknown;
    readonly as?: Identity;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ');
  const { body, as, headers } = options;
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...as?.headers,
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const page = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  // What an answer of our own service looks like, the test says.
  const parsed = (isJson ? JSON.parse(page) : {}) as AnswerBody;
  return { status: response.status, headers: response.headers, body: parsed, page };
}

/** What stands behind the # of an enrolment link. */
export const tokenOf = ({ body }: Answer): string => body.address.split('#')[1] ?? '';

interface RegistrationJson {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string };
}

interface AssertionJson {
  readonly response: {
    readonly authenticatorData: string;
    readonly clientDataJSON: string;
    readonly signature: string;
  };
}

/** Somebody's browser with an authenticator of an outside program. */
export class Browser {
  readonly #emulator: WebAuthnEmulator;
  credentialId = '';
  person = '';
  origin: string;
  /** Whether the authenticator asks who is there. */
  userVerified: boolean;

  constructor(
    private readonly address: string,
    {
      origin = ORIGIN,
      userVerified = true,
    }: { readonly origin?: string; readonly userVerified?: boolean } = {},
  ) {
    this.origin = origin;
    this.userVerified = userVerified;
    const interaction = () => ({ options: { uv: this.userVerified, up: true } });
    this.#emulator = new WebAuthnEmulator(
      new AuthenticatorEmulator({
        algorithmIdentifiers: ['ES256'],
        userMakeCredentialInteraction: interaction,
        userGetAssertionInteraction: interaction,
      }),
    );
  }

  /** Opens an enrolment link and makes the passkey. */
  async enrol(token: string): Promise<Answer> {
    const options = await ask(this.address, 'POST /enrolments/options', { body: { token } });
    if (options.status !== 200) return options;
    const answer = await ask(this.address, 'POST /enrolments', {
      body: { token, response: this.register(options.body) },
    });
    this.person = answer.body.person;
    return answer;
  }

  register(options: unknown) {
    // The emulator's own types are those of a browser, which Node does not have.
    const made = this.#emulator.createJSON(
      this.origin,
      options as Parameters<WebAuthnEmulator['createJSON']>[1],
    ) as unknown as RegistrationJson;
    const { id, rawId, type, response } = made;
    this.credentialId = id;
    const { clientDataJSON, attestationObject } = response;
    return { id, rawId, type, response: { clientDataJSON, attestationObject } };
  }

  /** An assertion over the hash of a text, as the API wants it. */
  sign(text: string, rpId = 'localhost') {
    return this.signChallenge(textHashOf(text), rpId);
  }

  signChallenge(challenge: string, rpId = 'localhost') {
    const { response } = this.#emulator.getJSON(this.origin, {
      challenge,
      rpId,
      allowCredentials: [{ id: this.credentialId, type: 'public-key' }],
      userVerification: 'preferred',
    }) as unknown as AssertionJson; // likewise
    const { authenticatorData, clientDataJSON, signature } = response;
    const { credentialId } = this;
    return { kind: 'passkey', credentialId, authenticatorData, clientDataJson: clientDataJSON, signature };
  }

  async trySignIn(): Promise<Answer> {
    const { body } = await ask(this.address, 'POST /sessions/challenges');
    const signature = this.sign(body.text);
    return ask(this.address, 'POST /sessions', { body: { challenge: body.challenge, signature } });
  }

  async signIn(): Promise<Identity> {
    const answer = await this.trySignIn();
    if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return { person: answer.body.person, headers: { cookie, origin: this.origin } };
  }
}

/** A program that signs with a key. */
export class Program {
  readonly key: KeyObject;
  person = '';

  constructor(
    private readonly address: string,
    key?: KeyObject,
  ) {
    this.key = key ?? generatePrivateKey();
  }

  get publicKey() {
    return publicJwkOf(this.key);
  }

  get credentialId(): string {
    return keyIdOf(this.publicKey);
  }

  sign(text: string) {
    return signTextWithKey(this.key, text);
  }

  async signIn(): Promise<Identity> {
    const { body } = await ask(this.address, 'POST /sessions/challenges');
    const answer = await ask(this.address, 'POST /sessions', {
      body: { challenge: body.challenge, signature: this.sign(body.text) },
    });
    if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    this.person = answer.body.person;
    return { person: this.person, headers: { authorization: `Bearer ${answer.body.token}` } };
  }
}

/** A matcher for a text that holds this one; vitest types its matchers as any. */
export const containing = (part: string): string => expect.stringContaining(part) as string;
