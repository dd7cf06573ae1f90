import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ProblemFilter } from '@bcmed/service-kit';
import {
  ByPerson,
  PASS_LIFE_SECONDS,
  PassVerifier,
  PersonGuard,
  SiteTrust,
  TRUST_STATUS_OF_CODE,
  demandPermission,
  type PassPerson,
} from '@bcmed/site-trust';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, type Answer, type Identity } from '../test/browser.js';
import { Ward } from '../test/ward.js';

const WITHIN = { timeout: 20_000, interval: 10 };

/** Another service, as far as it needs one: it knows the stream and never asks access. */
@UseGuards(PersonGuard)
@Controller('ward')
class WardController {
  constructor(private readonly passes: PassVerifier) {}

  @Get()
  who(@ByPerson() by: PassPerson): PassPerson {
    return by;
  }

  @Get('patients')
  patients(@ByPerson() by: PassPerson): PassPerson {
    demandPermission(this.passes, by, 'read-patient', { kind: 'patient', id: 'stay-4d', unit: 'icu-1' });
    return by;
  }
}

let ward: Ward;
let trust: SiteTrust;
let other: INestApplication;
let address: string;
let isFollowing = true;

/** What another service makes of a request, after it has read the stream. */
async function atOther(pass: string | undefined, path = '/ward'): Promise<Answer> {
  await trust.load(ward.site.log);
  return ask(address, `GET ${path}`, {
    headers: pass === undefined ? {} : { authorization: `Bearer ${pass}` },
  });
}

async function passOf(as: Identity): Promise<string> {
  const answer = await ward.call('GET /sessions/current/pass', undefined, as);
  expect(answer.status, answer.page).toBe(200);
  return (answer.body as unknown as { pass: string }).pass;
}

beforeAll(async () => {
  ward = await Ward.begin();
  const { fixture } = ward.site;
  trust = new SiteTrust({
    site: fixture.site,
    rootKeyId: fixture.rootKeyId,
    own: { keyId: fixture.audit.keyId, source: 'audit/1', area: 'audit' },
    allowDemonstration: false,
  });
  await trust.load(ward.site.log);
  const verifier = new PassVerifier(trust.forPasses(() => isFollowing));
  @Module({
    controllers: [WardController],
    providers: [{ provide: PassVerifier, useValue: verifier }],
  })
  class OtherModule {}
  other = await NestFactory.create(OtherModule, { logger: false });
  other.useGlobalFilters(new ProblemFilter(TRUST_STATUS_OF_CODE));
  await other.listen(0, '127.0.0.1');
  address = await other.getUrl();
});

afterAll(async () => {
  await other.close();
  await ward.end();
});

describe('somebody who is signed in at access', () => {
  it('is believed by another service that asks nobody, for a minute', async () => {
    const nurse = await ward.member({ role: 'nurse', unit: 'icu-1' });
    const as = await nurse.signIn();
    const answer = await ward.call('GET /sessions/current/pass', undefined, as);
    const { pass, expiresAt } = answer.body as unknown as { pass: string; expiresAt: string };
    const lifeMs = Date.parse(expiresAt) - Date.now();
    expect(lifeMs).toBeGreaterThan((PASS_LIFE_SECONDS - 15) * 1_000);
    expect(lifeMs).toBeLessThanOrEqual(PASS_LIFE_SECONDS * 1_000);
    expect(await atOther(pass)).toMatchObject({ status: 200, body: { person: nurse.person } });
    expect((await atOther(pass, '/ward/patients')).status).toBe(200);
  });

  it('may there what the policies say, and is told in words what not', async () => {
    const engineer = await ward.member({ role: 'engineer', unit: 'all' });
    const pass = await passOf(await engineer.signIn());
    const denied = await atOther(pass, '/ward/patients');
    expect(denied).toMatchObject({ status: 403, body: { type: 'urn:bcmed:error:BCM-TRUST-NOT-PERMITTED' } });
    expect(denied.body.detail).toMatch(/nurse/);
  });

  it('gets a pass for the cookie of a page, and for the token of a key', async () => {
    const { as } = await ward.program({ role: 'nurse', unit: 'icu-1' });
    expect((await atOther(await passOf(as))).status).toBe(200);
  });
});

describe('a pass', () => {
  it('is given to nobody who is not signed in', async () => {
    const answer = await ward.call('GET /sessions/current/pass');
    expect(answer).toMatchObject({ status: 401, body: { type: 'urn:bcmed:error:BCM-ACCESS-NOT-SIGNED-IN' } });
  });

  it('that is missing or is none is refused with 401 and how to ask', async () => {
    for (const [pass, code] of [
      [undefined, 'BCM-TRUST-PASS-MISSING'],
      ['not.a.pass', 'BCM-TRUST-PASS-REFUSED'],
    ] as const) {
      const answer = await atOther(pass);
      expect(answer).toMatchObject({ status: 401, body: { type: `urn:bcmed:error:${code}` } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="bcmed"');
    }
  });

  it('of a session that was signed out is refused', async () => {
    const nurse = await ward.member({ role: 'nurse', unit: 'icu-1' });
    const as = await nurse.signIn();
    const pass = await passOf(as);
    expect((await atOther(pass)).status).toBe(200);
    expect((await ward.call('DELETE /sessions/current', undefined, as)).status).toBe(204);
    await vi.waitFor(async () => {
      const answer = await atOther(pass);
      expect(answer.status).toBe(401);
      expect(answer.body.detail).toContain('session-ended');
    }, WITHIN);
  });

  it('of somebody who was revoked in between is refused as soon as that is read', async () => {
    const nurse = await ward.member({ role: 'nurse', unit: 'icu-1' });
    const pass = await passOf(await nurse.signIn());
    expect((await ward.revoke(nurse.person)).status).toBe(204);
    const answer = await atOther(pass);
    expect(answer.status).toBe(401);
    expect(answer.body.detail).toMatch(/person-revoked|session-ended/);
  });

  it('opens nothing while the stream is not followed', async () => {
    const nurse = await ward.member({ role: 'nurse', unit: 'icu-1' });
    const pass = await passOf(await nurse.signIn());
    isFollowing = false;
    try {
      expect(await atOther(pass)).toMatchObject({
        status: 503,
        body: { type: 'urn:bcmed:error:BCM-TRUST-BEHIND' },
      });
    } finally {
      isFollowing = true;
    }
  });
});
