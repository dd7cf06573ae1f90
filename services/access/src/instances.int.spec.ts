import { readFile, stat } from 'node:fs/promises';
import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser, Program, ask, tokenOf, type Identity } from '../test/browser.js';
import { Running } from '../test/running.js';
import { Site } from '../test/site.js';
import { Ward } from '../test/ward.js';

const WITHIN = { timeout: 20_000, interval: 20 };

describe('two instances on one site', () => {
  let ward: Ward;
  let second: Running;
  beforeAll(async () => {
    ward = await Ward.begin();
    second = await Running.start(ward.site.environment('2'));
    await ward.site.enrol(second.stateDir);
    await vi.waitFor(async () => {
      expect((await ask(second.address, 'GET /health/ready')).body).toMatchObject({ status: 'up' });
    }, WITHIN);
  });
  afterAll(async () => {
    await second.stop();
    await ward.end();
  });

  const asOn = async ({ address }: Running, browser: Browser): Promise<Identity> => {
    Object.assign(browser, { address });
    return browser.signIn();
  };

  it('decide about one person side by side, and lose nothing', async () => {
    const nurse = await ward.member();
    const asSecond = await asOn(second, ward.admin);
    const units = Array.from({ length: 60 }, (_, index) => `icu-${index + 1}`);
    const answers = await Promise.all(
      units.map((unit, index) =>
        ask((index % 2 === 0 ? ward.access : second).address, `POST /people/${nurse.person}/roles`, {
          body: { role: 'nurse', unit },
          as: index % 2 === 0 ? ward.asAdmin : asSecond,
        }),
      ),
    );
    expect(answers.map(({ status, page }) => [status, page])).toEqual(units.map(() => [204, '']));
    await vi.waitFor(() => {
      for (const { parts } of [ward.access, second])
        expect(parts.trust.people.people[nurse.person]?.roles.map(({ unit }) => unit).sort()).toEqual(
          [...units].sort(),
        );
    }, WITHIN);
  });

  it('end a session of the one by a revocation at the other, in less than a second', async () => {
    const times: number[] = [];
    const asSecond = await asOn(second, ward.admin);
    for (let round = 0; round < 10; round += 1) {
      const nurse = await ward.member({ role: 'nurse', unit: 'icu-1' });
      const as = await nurse.signIn();
      const answer = await ask(second.address, `POST /people/${nurse.person}/revocation`, {
        body: { reason: 'left' },
        as: asSecond,
      });
      const revokedAt = performance.now();
      expect(answer.status).toBe(204);
      await expect
        .poll(() => ward.call('GET /sessions/current', undefined, as).then(({ status }) => status), {
          interval: 1,
        })
        .toBe(401);
      times.push(performance.now() - revokedAt);
    }
    expect(Math.max(...times)).toBeLessThan(5_000);
  });
});

describe('two instances at the first start', () => {
  it('make one administrator, though each has a link', async () => {
    const site = await Site.begin();
    const both = [await Running.start(site.environment('1')), await Running.start(site.environment('2'))];
    try {
      for (const { stateDir } of both) await site.enrol(stateDir);
      const tokens = await Promise.all(both.map((one) => vi.waitFor(() => one.firstToken(), WITHIN)));
      const answers = await Promise.all(
        both.map((one, index) => new Browser(one.address).enrol(tokens[index] ?? '')),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(await site.said('authenticator-enrolled')).toHaveLength(1);
      await vi.waitFor(async () => {
        for (const one of both) await expect(one.firstToken()).rejects.toThrow(/ENOENT/);
      }, WITHIN);
    } finally {
      for (const one of both) await one.stop();
      await site.end();
    }
  });
});

describe('a link that was claimed when the service died', () => {
  it('opens again when its authenticator never reached the stream', async () => {
    const ward = await Ward.begin();
    try {
      const link = await ward.call('POST /people/links', { roles: [] }, ward.asAdmin);
      const { store } = ward.access.parts;
      const open = store.links('open').find(({ person }) => person === link.body.person)!;
      expect(store.moveLink({ ...open, state: 'claimed', credentialId: 'A'.repeat(22) }, 'open')).toBe(true);
      expect((await new Browser(ward.access.address).enrol(tokenOf(link))).status).toBe(410);
      await ward.access.stop();
      ward.access = await Running.start(ward.site.environment());
      await vi.waitFor(async () => {
        expect((await new Browser(ward.access.address).enrol(tokenOf(link))).status).toBe(201);
      }, WITHIN);
    } finally {
      await ward.end();
    }
  });
});

describe('a demonstration', () => {
  let ward: Ward;
  beforeAll(async () => {
    ward = await Ward.begin({ settings: { ALLOW_DEMONSTRATION: 'true' } });
  });
  afterAll(() => ward.end());

  it('has its people on one request of a program on this machine, once, with their keys in a file for the owner', async () => {
    expect(
      (
        await ward.call('POST /demonstration/people', undefined, undefined, {
          origin: 'http://localhost:7444',
        })
      ).status,
    ).toBe(403);
    const loaded = await ward.call('POST /demonstration/people');
    expect(loaded.status, loaded.page).toBe(201);
    expect(loaded.body.people).toHaveLength(8);
    expect((await stat(loaded.body.keys)).mode & 0o777).toBe(0o600);
    const again = await ward.call('POST /demonstration/people');
    expect(again).toMatchObject({ status: 201, body: loaded.body });
    const cast = (await ward.site.said('authenticator-enrolled')).filter(({ subject }) =>
      subject.startsWith('person-demo-'),
    );
    expect(cast).toHaveLength(8);
    const people = JSON.parse(await readFile(loaded.body.keys, 'utf8')) as {
      person: string;
      privateKey: JsonWebKey;
    }[];
    for (const { person, privateKey } of people) {
      const program = new Program(ward.access.address, createPrivateKey({ key: privateKey, format: 'jwk' }));
      expect(await program.signIn()).toMatchObject({ person });
    }
  });

  it('gives a visitor a link for a passkey of their own, on request of a program on this machine only', async () => {
    const roles = [{ role: 'nurse', unit: 'icu-1' }];
    for (const name of ['origin', 'forwarded', 'x-forwarded-for']) {
      const elsewhere = { [name]: name === 'origin' ? 'http://localhost:7444' : '192.0.2.7' };
      expect(
        (await ward.call('POST /demonstration/enrolments', { roles }, undefined, elsewhere)).body,
      ).toEqual(expect.objectContaining({ type: 'urn:bcmed:error:BCM-ACCESS-DEMONSTRATION-REFUSED' }));
    }
    expect((await ward.call('POST /demonstration/enrolments', { roles: [] })).status).toBe(400);
    const link = await ward.call('POST /demonstration/enrolments', { roles });
    expect(link.status, link.page).toBe(201);
    expect(link.body.address).toBe(`http://localhost:7444/enrol#${link.body.token}`);
    const visitor = new Browser(ward.access.address);
    expect((await visitor.enrol(link.body.token)).status).toBe(201);
    const current = await ward.call('GET /sessions/current', undefined, await visitor.signIn());
    expect(current.body).toMatchObject({ person: link.body.person, roles });
    // As with every link: once.
    expect((await new Browser(ward.access.address).enrol(link.body.token)).status).toBe(410);
  });

  it('keeps the first administrator’s link while only its own people are there', async () => {
    const fresh = await Ward.begin({
      settings: { ALLOW_DEMONSTRATION: 'true' },
      before: async (access) => {
        expect((await ask(access.address, 'POST /demonstration/people')).status).toBe(201);
      },
    });
    await fresh.end();
  });

  it('makes nobody whom a configuration for patients believes: not even who enrolled by a link', async () => {
    const enrolled = await ward.site.said('authenticator-enrolled');
    expect(enrolled.every(({ data }) => (data as { demonstration?: boolean }).demonstration === true)).toBe(
      true,
    );
    await ward.access.stop();
    ward.access = await Running.start(ward.site.environment());
    Object.assign(ward.admin, { address: ward.access.address });
    await expect
      .poll(() => ward.call('GET /health/ready').then(({ body }) => body.status), WITHIN)
      .toBe('up');
    expect((await ward.call('GET /sessions/current', undefined, ward.asAdmin)).status).toBe(401);
    expect((await ward.admin.trySignIn()).status).toBe(401);
    // The site has nobody yet, so it gets its first administrator.
    const real = new Browser(ward.access.address);
    expect((await real.enrol(await vi.waitFor(() => ward.access.firstToken(), WITHIN))).status).toBe(201);
    expect((await ward.call('GET /people', undefined, await real.signIn())).status).toBe(200);
  });
});

describe('limits', () => {
  it('let one address try only so often to sign in or to use a link, and tell it to wait', async () => {
    const ward = await Ward.begin({ settings: { ATTEMPTS_PER_MINUTE: '20' } });
    try {
      const token = 'A'.repeat(43);
      const answers = [];
      for (let attempt = 0; attempt < 30; attempt += 1)
        answers.push(await ward.call('POST /enrolments/options', { token }));
      expect(answers.at(-1)).toMatchObject({
        status: 429,
        body: { type: 'urn:bcmed:error:BCM-ACCESS-TOO-MANY-ATTEMPTS' },
      });
      expect((await ward.call('POST /sessions/challenges')).status).toBe(429);
      // Who is signed in works on.
      expect((await ward.call('GET /people', undefined, ward.asAdmin)).status).toBe(200);
    } finally {
      await ward.end();
    }
  });

  it('keep somebody who is denied again and again from filling the stream', async () => {
    const ward = await Ward.begin();
    try {
      const { as } = await ward.program();
      const statuses = [];
      for (let attempt = 0; attempt < 70; attempt += 1)
        statuses.push((await ward.call('GET /people', undefined, as)).status);
      expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 403));
      expect(statuses.at(-1)).toBe(429);
      await expect
        .poll(() => ward.site.said('decision-denied').then(({ length }) => length), WITHIN)
        .toBeGreaterThanOrEqual(60);
    } finally {
      await ward.end();
    }
  });
});
