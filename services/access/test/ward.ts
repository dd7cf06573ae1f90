import { expect, vi } from 'vitest';
import { Browser, Program, ask, tokenOf, type Answer, type Identity } from './browser.js';
import { Running } from './running.js';
import { Site } from './site.js';

export interface Role {
  readonly role: string;
  readonly unit: string;
}

/** A site with a running access service and its first administrator. */
export class Ward {
  private constructor(
    readonly site: Site,
    public access: Running,
    readonly admin: Browser,
    public asAdmin: Identity,
  ) {}

  static async begin(
    options: {
      readonly chain?: boolean;
      readonly settings?: Record<string, string>;
      /** Happens when the service is ready, before its first administrator enrols. */
      readonly before?: (access: Running) => Promise<void>;
    } = {},
  ): Promise<Ward> {
    const site = await Site.begin(options);
    const access = await Running.start(site.environment('1', options.settings));
    await site.enrol(access.stateDir);
    const admin = new Browser(access.address);
    let token = await vi.waitFor(() => access.firstToken(), { timeout: 20_000 });
    if (options.before) {
      await options.before(access);
      token = await access.firstToken();
    }
    expect((await admin.enrol(token)).status).toBe(201);
    return new Ward(site, access, admin, await admin.signIn());
  }

  call(line: string, body?: unknown, as?: Identity, headers?: Record<string, string>): Promise<Answer> {
    return ask(this.access.address, line, {
      ...(body === undefined ? {} : { body }),
      ...(as ? { as } : {}),
      ...(headers ? { headers } : {}),
    });
  }

  /** Somebody new with a passkey and roles, through a link of the administrator. */
  async member(...roles: readonly Role[]): Promise<Browser> {
    const link = await this.call('POST /people/links', { roles }, this.asAdmin);
    expect(link.status, link.page).toBe(201);
    const browser = new Browser(this.access.address);
    expect((await browser.enrol(tokenOf(link))).status).toBe(201);
    return browser;
  }

  /** A program with a key and roles, signed in. */
  async program(...roles: readonly Role[]): Promise<{ program: Program; as: Identity }> {
    const program = new Program(this.access.address);
    const wish = { publicKey: program.publicKey, roles };
    const { status, page } = await this.call('POST /people', wish, this.asAdmin);
    expect(status, page).toBe(201);
    return { program, as: await program.signIn() };
  }

  revoke(person: string): Promise<Answer> {
    return this.call(`POST /people/${person}/revocation`, { reason: 'left' }, this.asAdmin);
  }

  async end(): Promise<void> {
    await this.access.stop();
    await this.site.end();
  }
}
