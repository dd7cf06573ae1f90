import { textHashOf } from '@bcmed/policy';
import { AuthenticatorEmulator, WebAuthnEmulator } from 'nid-webauthn-emulator';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What an answer of our own services looks like, the test says. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly page: string;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const page = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const body = isJson ? (JSON.parse(page) as Answer['body']) : {};
  return { status: response.status, headers: response.headers, body, page };
}

/** Somebody at a browser of the console, with a passkey of an outside program. Speaks to nothing but the gateway. */
export class Person {
  readonly #emulator = new WebAuthnEmulator(
    new AuthenticatorEmulator({
      algorithmIdentifiers: ['ES256'],
      userMakeCredentialInteraction: () => ({ options: { uv: true, up: true } }),
      userGetAssertionInteraction: () => ({ options: { uv: true, up: true } }),
    }),
  );
  credentialId = '';
  name = '';
  cookie = '';

  constructor(
    private readonly gateway: string,
    private readonly origin: string,
  ) {}

  /** A person of the demonstration, as the first page makes one with one click. */
  static async enter(gateway: string, origin: string, role: string, unit: string): Promise<Person> {
    const person = new Person(gateway, origin);
    const link = await person.post('/api/demonstration/enrol', { roles: [{ role, unit }] });
    if (link.status !== 201) throw new Error(link.page);
    await person.enrol(String(link.body['token']));
    await person.signIn();
    return person;
  }

  async enrol(token: string): Promise<void> {
    const options = await this.post('/api/access/enrolments/options', { token });
    // The emulator's own types are those of a browser, which Node does not have.
    const made = this.#emulator.createJSON(
      this.origin,
      options.body as unknown as Parameters<WebAuthnEmulator['createJSON']>[1],
    ) as unknown as Registration;
    const { id, rawId, type, response } = made;
    const { clientDataJSON, attestationObject } = response;
    const answer = await this.post('/api/access/enrolments', {
      token,
      response: { id, rawId, type, response: { clientDataJSON, attestationObject } },
    });
    if (answer.status !== 201) throw new Error(answer.page);
    this.credentialId = id;
    this.name = String(answer.body['person']);
  }

  async signIn(): Promise<Answer> {
    const { body } = await this.post('/api/access/sessions/challenges', {});
    const answer = await this.post('/api/access/sessions', {
      challenge: body['challenge'],
      signature: this.sign(String(body['text'])),
    });
    if (answer.status !== 201) throw new Error(answer.page);
    this.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return answer;
  }

  sign(text: string): Record<string, string> {
    const { response } = this.#emulator.getJSON(this.origin, {
      challenge: textHashOf(text),
      rpId: 'localhost',
      allowCredentials: [{ id: this.credentialId, type: 'public-key' }],
      userVerification: 'preferred',
    }) as unknown as Assertion; // likewise
    const { authenticatorData, clientDataJSON, signature } = response;
    const { credentialId } = this;
    return { kind: 'passkey', credentialId, authenticatorData, clientDataJson: clientDataJSON, signature };
  }

  get headers(): Record<string, string> {
    return { cookie: this.cookie, origin: this.origin };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return ask(`${this.gateway}${path}`, { headers: { ...this.headers, ...headers } });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return ask(`${this.gateway}${path}`, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  delete(path: string): Promise<Answer> {
    return ask(`${this.gateway}${path}`, { method: 'DELETE', headers: this.headers });
  }
}

interface Registration {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string };
}
interface Assertion {
  readonly response: {
    readonly authenticatorData: string;
    readonly clientDataJSON: string;
    readonly signature: string;
  };
}
