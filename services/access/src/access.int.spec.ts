import { stat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { POLICY_VERSION, checkSignedText } from '@bcmed/policy';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser, Program, ask, containing, tokenOf, type Answer, type Identity } from '../test/browser.js';
import { Running } from '../test/running.js';
import { CONSOLE, ORIGIN, Site } from '../test/site.js';

const WITHIN = { timeout: 20_000, interval: 20 };

let site: Site;
let access: Running;
let admin: Browser;
let asAdmin: Identity;

const call = (
  line: string,
  body?: unknown,
  as?: Identity,
  headers?: Record<string, string>,
): Promise<Answer> =>
  ask(access.address, line, {
    ...(body === undefined ? {} : { body }),
    ...(as ? { as } : {}),
    ...(headers ? { headers } : {}),
  });

/** Somebody new with a passkey and roles, through a link of the administrator. */
async function member(...roles: readonly { role: string; unit: string }[]): Promise<Browser> {
  const link = await call('POST /people/links', { roles }, asAdmin);
  expect(link.status, link.page).toBe(201);
  const browser = new Browser(access.address);
  expect((await browser.enrol(tokenOf(link))).status).toBe(201);
  return browser;
}

beforeAll(async () => {
  site = await Site.begin();
  access = await Running.start(site.environment());
});

afterAll(async () => {
  await access.stop();
  await site.end();
});

describe('the first start', () => {
  it('waits until the site knows its key, and lets nobody in meanwhile', async () => {
    const health = await call('GET /health/ready');
    expect(health.body).toMatchObject({ status: 'degraded', checks: { site: { status: 'degraded' } } });
    expect(health.body.checks['registry']).toMatchObject({
      status: 'up',
      detail: containing('off'),
    });
    const refused = await call('POST /enrolments/options', { token: 'A'.repeat(43) });
    expect(refused).toMatchObject({ status: 503, body: { type: 'urn:bcmed:error:BCM-ACCESS-NOT-ENROLLED' } });
    await site.enrol(access.stateDir);
    await expect.poll(() => call('GET /health/ready').then(({ body }) => body.status), WITHIN).toBe('up');
  });

  it('leaves one link in a file for its owner alone, and keeps only its hash', async () => {
    await vi.waitFor(() => access.firstToken(), WITHIN);
    const token = await access.firstToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    const path = join(access.stateDir, 'first-administrator-link');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const store = await readFile(join(access.stateDir, 'safety-store.db'));
    const journal = await readFile(join(access.stateDir, 'safety-store.db-wal'));
    expect(Buffer.concat([store, journal]).includes(token)).toBe(false);
  });

  it('shows a page of its own, with nothing from elsewhere and nothing inline', async () => {
    const page = await call('GET /enrol');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.has('x-powered-by')).toBe(false);
    const sources = [...page.page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
    expect(sources).toStrictEqual(['/assets/enrol.css', '/assets/webauthn.js', '/assets/enrol.js']);
    for (const source of sources) expect((await call(`GET ${source}`)).status).toBe(200);
    expect(page.page).not.toMatch(/<script>|onclick|style=/);
  });

  it('refuses a passkey of another origin, and one that did not ask who is there', async () => {
    const token = await access.firstToken();
    for (const wrong of [
      new Browser(access.address, { origin: 'http://localhost:6666' }),
      new Browser(access.address, { userVerified: false }),
    ])
      expect(await wrong.enrol(token)).toMatchObject({
        status: 422,
        body: { type: 'urn:bcmed:error:BCM-ACCESS-REGISTRATION-REFUSED' },
      });
    expect(await site.said('authenticator-enrolled')).toEqual([]);
  });

  it('makes whoever opens it the administrator, in one decision', async () => {
    const token = await access.firstToken();
    admin = new Browser(access.address);
    expect((await admin.enrol(token)).status).toBe(201);
    const [enrolled] = await site.said('authenticator-enrolled');
    const [granted] = await site.said('role-granted');
    expect(enrolled).toMatchObject({
      subject: admin.person,
      data: {
        credentialId: admin.credentialId,
        kind: 'passkey',
        relyingParty: 'localhost',
        origins: [ORIGIN, CONSOLE],
        enrolledBy: 'first-start',
      },
    });
    expect(granted?.data).toEqual({ role: 'administrator', unit: 'all', grantedBy: 'first-start' });
    await expect(access.firstToken()).rejects.toThrow(/ENOENT/);
    asAdmin = await admin.signIn();
    expect((await call('GET /sessions/current', undefined, asAdmin)).body).toMatchObject({
      person: admin.person,
      roles: [{ role: 'administrator', unit: 'all' }],
    });
    // The link is used, also for somebody else.
    expect((await new Browser(access.address).enrol(token)).status).toBe(410);
  });

  it('says on the stream which policies decide', async () => {
    await expect.poll(() => site.said('policy-released'), WITHIN).toHaveLength(1);
  });
});

describe('an enrolment link', () => {
  it('enrols one nurse with her roles, once', async () => {
    const link = await call('POST /people/links', { roles: [{ role: 'nurse', unit: 'icu-1' }] }, asAdmin);
    const token = tokenOf(link);
    expect(link.body.address).toBe(`${ORIGIN}/enrol#${token}`);
    const nurse = new Browser(access.address);
    const [first, second] = await Promise.all([nurse.enrol(token), new Browser(access.address).enrol(token)]);
    // The other one is too late: its link is used, or its challenge was replaced.
    expect([first, second].filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await new Browser(access.address).enrol(token)).body).toMatchObject({
      type: 'urn:bcmed:error:BCM-ACCESS-LINK-UNUSABLE',
    });
    const about = (await site.said()).filter(({ subject }) => subject === link.body.person);
    expect(about.map(({ type }) => type)).toEqual([
      'bcmed.access.authenticator-enrolled',
      'bcmed.access.role-granted',
    ]);
    expect(about[0]).toMatchObject({ actor: admin.person, data: { enrolledBy: admin.person } });
  });

  it('is good for its time only', async () => {
    const link = await call('POST /people/links', { roles: [] }, asAdmin);
    const token = tokenOf(link);
    const later = Date.now() + 3_600_000;
    const clock = vi.spyOn(access.parts.clock, 'nowMs').mockReturnValue(later);
    // The administrator is signed out by then, too, so the link is asked directly.
    const answer = await call('POST /enrolments/options', { token });
    clock.mockRestore();
    expect(answer.status).toBe(410);
  });

  it('is made by administrators only, and the denial is an event with its policies', async () => {
    const nurse = await member({ role: 'nurse', unit: 'icu-1' });
    const asNurse = await nurse.signIn();
    const answer = await call('POST /people/links', { roles: [] }, asNurse);
    expect(answer).toMatchObject({
      status: 403,
      body: {
        type: 'urn:bcmed:error:BCM-ACCESS-DENIED',
        detail: 'Enrolling a person takes an administrator of the whole site.',
      },
    });
    await vi.waitFor(async () => {
      const denied = (await site.said('decision-denied')).filter(({ subject }) => subject === nurse.person);
      expect(denied).toMatchObject([
        {
          actor: nurse.person,
          data: {
            action: 'enrol-person',
            resourceKind: 'unit',
            resource: 'all',
            reason: 'not-permitted',
            policies: [],
            policyVersion: POLICY_VERSION,
            words: answer.body.detail,
          },
        },
      ]);
    }, WITHIN);
  });

  it('is not made for somebody who has an authenticator, and opens nothing once its maker is revoked', async () => {
    const nurse = await member({ role: 'nurse', unit: 'icu-1' });
    const { person } = nurse;
    expect((await call('POST /people/links', { roles: [], person }, asAdmin)).body.detail).toContain(
      'has-authenticator',
    );
    const second = await member({ role: 'administrator', unit: 'all' });
    const asSecond = await second.signIn();
    const link = await call('POST /people/links', { roles: [] }, asSecond);
    expect((await call(`POST /people/${second.person}/revocation`, { reason: 'left' }, asAdmin)).status).toBe(
      204,
    );
    expect((await new Browser(access.address).enrol(tokenOf(link))).status).toBe(410);
  });
});

describe('a program with a key', () => {
  it('is enrolled by its public key and signs in by signing a challenge, which is good once', async () => {
    const program = new Program(access.address);
    const wish = { publicKey: program.publicKey, roles: [{ role: 'physician', unit: 'icu-1' }] };
    const enrolled = await call('POST /people', wish, asAdmin);
    expect(enrolled).toMatchObject({ status: 201, body: { credentialId: program.credentialId } });
    const as = await program.signIn();
    expect(as.person).toBe(enrolled.body.person);
    expect((await call('GET /sessions/current', undefined, as)).body.roles).toEqual([
      { role: 'physician', unit: 'icu-1' },
    ]);
    expect((await call('POST /people', wish, asAdmin)).status).toBe(409);
    const { body } = await call('POST /sessions/challenges');
    const signature = program.sign(body.text);
    const once = { challenge: body.challenge, signature };
    expect((await call('POST /sessions', once)).status).toBe(201);
    expect((await call('POST /sessions', once)).status).toBe(401);
  });
});

describe('signing in', () => {
  it('is refused, without a reason, from another origin, with another challenge, and without the person', async () => {
    const nurse = await member({ role: 'nurse', unit: 'icu-1' });
    const { body: first } = await call('POST /sessions/challenges');
    const { body: second } = await call('POST /sessions/challenges');
    const right = nurse.sign(first.text);
    const tampered = { ...right, signature: nurse.sign(second.text).signature };
    for (const [challenge, signature] of [
      [second.challenge, right],
      [first.challenge, tampered],
      ['A'.repeat(43), right],
    ])
      expect(await call('POST /sessions', { challenge, signature })).toMatchObject({
        status: 401,
        body: { type: 'urn:bcmed:error:BCM-ACCESS-SIGN-IN-REFUSED' },
      });
    nurse.origin = 'http://localhost:6666';
    expect((await nurse.trySignIn()).status).toBe(401);
    nurse.origin = CONSOLE;
    expect((await nurse.trySignIn()).status).toBe(201);
    nurse.userVerified = false;
    expect((await nurse.trySignIn()).status).toBe(401);
  });

  it('is open to who made the passkey on a page of the console', async () => {
    const link = await call('POST /people/links', { roles: [{ role: 'nurse', unit: 'icu-1' }] }, asAdmin);
    const browser = new Browser(access.address, { origin: CONSOLE });
    expect((await browser.enrol(tokenOf(link))).status).toBe(201);
    expect((await browser.trySignIn()).status).toBe(201);
  });

  it('gives a page a cookie that scripts cannot read, and no token', async () => {
    const answer = await admin.trySignIn();
    expect(answer.body).not.toHaveProperty('token');
    expect(answer.headers.get('set-cookie')).toMatch(
      /^bcmed-session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
  });

  it('lets a cookie change nothing that does not come from a page of the site', async () => {
    const as = await admin.signIn();
    for (const origin of ['https://evil.example', 'null', '']) {
      const foreign = { ...as, headers: { ...as.headers, origin } };
      expect(await call('POST /people/links', { roles: [] }, foreign)).toMatchObject({
        status: 403,
        body: { type: 'urn:bcmed:error:BCM-ACCESS-FOREIGN-ORIGIN' },
      });
    }
    expect(
      (
        await call(
          'POST /people/links',
          { roles: [] },
          { ...as, headers: { ...as.headers, origin: CONSOLE } },
        )
      ).status,
    ).toBe(201);
  });

  it('ends with signing out', async () => {
    const as = await admin.signIn();
    expect((await call('DELETE /sessions/current', undefined, as)).status).toBe(204);
    expect((await call('GET /sessions/current', undefined, as)).status).toBe(401);
    await vi.waitFor(async () => {
      expect((await site.said('session-ended')).at(-1)).toMatchObject({
        actor: admin.person,
        data: { person: admin.person, cause: 'signed-out' },
      });
    }, WITHIN);
  });

  it.each([[undefined], ['Bearer x'], [`Bearer ${'A'.repeat(43)}`], ['Basic YTpi']])(
    'is what everything takes: %s opens nothing',
    async (authorization) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      expect((await call('GET /people', undefined, undefined, headers)).status).toBe(401);
    },
  );
});

describe('an order', () => {
  const wish = {
    pump: '8002-51740',
    unit: 'icu-1',
    patient: 'stay-4d',
    action: 'set-rate',
    rateMlPerHour: 5,
    careArea: 'adult-icu',
    concentration: '50-mg',
    libraryHash: 'A'.repeat(43),
  };

  it('is signed by a passkey over its exact text, and everybody who checks it accepts it', async () => {
    const nurse = await member({ role: 'nurse', unit: 'icu-1' });
    const as = await nurse.signIn();
    const { status, body, page } = await call('POST /orders/texts', wish, as);
    expect(status, page).toBe(201);
    expect(JSON.parse(body.text)).toMatchObject({ kind: 'pump-order', site: site.name, ...wish });
    expect(body.credentialIds).toEqual([nurse.credentialId]);
    const { people } = access.parts.trust;
    const signed = (signature: object) => ({
      text: body.text,
      signatures: [{ ...signature, person: nurse.person }],
    });
    expect(checkSignedText(signed(nurse.signChallenge(body.challenge)), people)).toMatchObject({
      allHold: true,
      people: [nurse.person],
      textHash: body.challenge,
    });
    const other = { ...signed(nurse.sign(body.text)), text: `${body.text} ` };
    expect(checkSignedText(other, people).outcomes[0]?.fault).toBe('wrong-challenge');
    nurse.origin = 'http://localhost:6666';
    expect(checkSignedText(signed(nurse.sign(body.text)), people).outcomes[0]?.fault).toBe('wrong-origin');
    nurse.origin = CONSOLE;
    nurse.userVerified = false;
    expect(checkSignedText(signed(nurse.sign(body.text)), people).outcomes[0]?.fault).toBe(
      'user-not-verified',
    );
    // Two texts for the same wish are two texts.
    expect((await call('POST /orders/texts', wish, as)).body.text).not.toBe(body.text);
  });

  it('is given to those only who may order it', async () => {
    const nurse = await member({ role: 'nurse', unit: 'icu-2' });
    const answer = await call('POST /orders/texts', wish, await nurse.signIn());
    expect(answer.body.detail).toContain('takes a nurse or a physician of icu-1. You are a nurse of icu-2.');
  });

  it('names the field that is wrong and its fix', async () => {
    const as = await (await member({ role: 'nurse', unit: 'icu-1' })).signIn();
    const { rateMlPerHour: _, ...without } = wish;
    expect(await call('POST /orders/texts', without, as)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'rateMlPerHour', fix: 'is missing for set-rate' }] },
    });
    const { libraryHash: __, careArea: ___, ...unreckoned } = wish;
    expect(await call('POST /orders/texts', unreckoned, as)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'careArea' }, { field: 'libraryHash', fix: 'is missing for set-rate' }] },
    });
    const { rateMlPerHour: ____, ...stop } = { ...unreckoned, action: 'stop' };
    expect((await call('POST /orders/texts', stop, as)).status).toBe(201);
  });
});

describe('a revocation', () => {
  it('ends the sessions of a person at once', async () => {
    const nurse = await member({ role: 'nurse', unit: 'icu-1' });
    const as = await nurse.signIn();
    expect((await call('GET /sessions/current', undefined, as)).status).toBe(200);
    const began = performance.now();
    const revoking = call(
      `POST /people/${nurse.person}/revocation`,
      { reason: 'left the hospital' },
      asAdmin,
    );
    await expect
      .poll(() => call('GET /sessions/current', undefined, as).then(({ status }) => status), { interval: 1 })
      .toBe(401);
    const ms = performance.now() - began;
    expect((await revoking).status).toBe(204);
    expect(ms).toBeLessThan(5_000);
    await vi.waitFor(async () => {
      const ended = (await site.said('session-ended')).filter(
        ({ data }) => (data as { person: string }).person === nurse.person,
      );
      expect(ended).toMatchObject([{ actor: 'access/1', data: { cause: 'revoked' } }]);
    }, WITHIN);
    expect((await nurse.trySignIn()).status).toBe(401);
    expect(
      (await call(`POST /people/${nurse.person}/roles`, { role: 'nurse', unit: 'icu-1' }, asAdmin)).status,
    ).toBe(409);
  });

  it('of one authenticator ends what it opened; the person gets another one by a new link', async () => {
    const nurse = await member({ role: 'nurse', unit: 'icu-1' });
    const as = await nurse.signIn();
    const wish = { credentialId: nurse.credentialId, reason: 'phone lost' };
    expect(
      (await call(`POST /people/${nurse.person}/authenticators/revocations`, wish, asAdmin)).status,
    ).toBe(204);
    expect((await call('GET /sessions/current', undefined, as)).status).toBe(401);
    const link = await call('POST /people/links', { roles: [], person: nurse.person }, asAdmin);
    const again = new Browser(access.address);
    expect(await again.enrol(tokenOf(link))).toMatchObject({
      status: 201,
      body: { person: nurse.person },
    });
    expect((await call('GET /sessions/current', undefined, await again.signIn())).body.roles).toEqual([
      { role: 'nurse', unit: 'icu-1' },
    ]);
  });

  it('never takes the last administrator', async () => {
    const path = `/people/${admin.person}`;
    const second = await member({ role: 'administrator', unit: 'all' });
    const asSecond = await second.signIn();
    expect(
      (
        await call(
          `POST ${path}/roles/withdrawals`,
          { role: 'administrator', unit: 'all', reason: 'x' },
          asAdmin,
        )
      ).status,
    ).toBe(403);
    expect(
      (await call(`POST /people/${second.person}/revocation`, { reason: 'left' }, asSecond)).status,
    ).toBe(204);
    expect(await call(`POST ${path}/revocation`, { reason: 'left' }, asAdmin)).toMatchObject({
      status: 409,
      body: { detail: containing('last-administrator') },
    });
  });
});

describe('names from outside', () => {
  it.each([
    '*',
    '>',
    'person-a.b',
    'person-*',
    'person->',
    'person-a\u0000',
    'person-ä',
    'person- a',
    '__proto__',
    'person-a\n',
    'x',
  ])('are refused before anything is done: %j', async (person) => {
    const path = `/people/${encodeURIComponent(person)}/revocation`;
    expect((await call(`POST ${path}`, { reason: 'x' }, asAdmin)).status).toBe(400);
    expect((await call('POST /people/links', { roles: [], person }, asAdmin)).status).toBe(400);
  });

  it.each([
    [{ role: 'nurse', unit: '*' }],
    [{ role: 'nurse', unit: 'icu.1' }],
    [{ role: 'nurse', unit: 'icu-1', admin: true }],
    [{ role: 'god', unit: 'icu-1' }],
  ])('are refused in roles: %j', async (role) => {
    expect((await call('POST /people/links', { roles: [role] }, asAdmin)).status).toBe(400);
  });

  it('that nobody has are not found', async () => {
    expect((await call('POST /people/person-nobody/revocation', { reason: 'x' }, asAdmin)).status).toBe(404);
    expect(
      (await call('GET /approvals/01994f7e-7c00-7000-8000-0000000000a1', undefined, asAdmin)).status,
    ).toBe(404);
  });
});

describe('demonstration people', () => {
  it('are refused by a configuration for patients', async () => {
    const refused = {
      status: 403,
      body: {
        type: 'urn:bcmed:error:BCM-ACCESS-DEMONSTRATION-REFUSED',
        detail: expect.stringContaining('Enrol people by links') as string,
      },
    };
    expect(await call('POST /demonstration/people')).toMatchObject(refused);
    const roles = [{ role: 'nurse', unit: 'icu-1' }];
    expect(await call('POST /demonstration/enrolments', { roles })).toMatchObject(refused);
  });
});

describe('the service', () => {
  it('describes itself as OpenAPI', async () => {
    const { body } = await call('GET /openapi.json');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/enrolments',
        '/sessions',
        '/people',
        '/orders/texts',
        '/approvals/{id}/grants',
      ]),
    );
  });

  it('records allowed reads as one event for each person', async () => {
    for (let read = 0; read < 3; read += 1) await call('GET /people', undefined, asAdmin);
    access.parts.authority.recordReads();
    await vi.waitFor(async () => {
      const own = (await site.said('decisions-allowed')).filter(({ subject }) => subject === admin.person);
      expect(own.at(-1)?.data).toMatchObject({
        reads: [{ action: 'enrol-person', unit: 'all', count: expect.any(Number) as number }],
        policyVersion: POLICY_VERSION,
      });
    }, WITHIN);
  });
});
