import { request } from 'node:http';
import { leafHash, hashToBase64Url } from '@bcmed/merkle';
import { fixtureSealer } from '@bcmed/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  alarmed,
  commanded,
  ended,
  executed,
  made,
  nextId,
  PATIENT,
  PUMP,
  sampled,
  signedOrder,
  status,
} from './support/events.js';
import { Line } from './support/line.js';
import { Neighbour } from './support/neighbour.js';
import { ask, type Person } from './support/person.js';
import { ConsoleSite, PAGE, SCRIPT } from './support/site.js';

let site: ConsoleSite;
let neighbour: Neighbour;
let nurse: Person;

const now = () => ({ atMs: Date.now() });
const code = (name: string) => ({ type: `urn:bcmed:error:BCM-CONSOLE-${name}` });
const live = (person: Person, headers: Record<string, string> = {}) =>
  Line.open(`${site.gateway}/api/live`, { ...person.headers, ...headers });
const pumps = (line: Line) => line.changes.flatMap((change) => (change.of === 'pump' ? [change.value] : []));

/** Everything that a line has told and not taken back, but for the curves, which go on. */
function told(line: Line): Record<string, unknown> {
  const known = new Map<string, unknown>();
  for (const change of line.changes) {
    if (change.of === 'gone') known.delete(`${change.kind} ${change.key}`);
    else if (change.of !== 'pump-trend' && change.of !== 'vitals-trend') {
      const value = change.value as Readonly<Record<string, string | undefined>>;
      const key =
        ['serial', 'commandId', 'bed', 'number', 'patient', 'id'].find((name) => name in value) ?? '';
      known.set(`${change.of} ${value[key] ?? ''}`, value);
    }
  }
  return Object.fromEntries(known);
}

beforeAll(async () => {
  neighbour = await Neighbour.start();
  site = await ConsoleSite.begin({ DOSING_URL: neighbour.url, ALARMS_URL: neighbour.url });
  await site.happens(
    site.monitor,
    made(PUMP, PATIENT),
    made('8002-2', 'stay-5e', { bed: 'bed-1', unit: 'icu-2' }),
    sampled(PATIENT, 90, now()),
  );
  await site.happens(site.fixture.adapter, status({}, now()), status({}, now(), '8002-2'));
  nurse = await site.enter('nurse', 'icu-1');
});

afterAll(async () => {
  await site.end();
  await neighbour.stop();
});

beforeEach(() => {
  neighbour.behave = (_, response) => response.end('{}');
  neighbour.reached.length = 0;
});

describe('a browser that opens the console', () => {
  it('gets the page, which may load nothing from elsewhere, wherever in it somebody begins', async () => {
    for (const path of ['/', '/bed/bed-7']) {
      const answer = await ask(`${site.gateway}${path}`, { headers: { accept: 'text/html' } });
      expect(answer).toMatchObject({ status: 200, page: PAGE });
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
      expect(answer.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    }
    const script = await ask(`${site.gateway}/assets/index-B6-GA77F.js`);
    expect(script).toMatchObject({ status: 200, page: SCRIPT });
    expect(script.headers.get('cache-control')).toMatch(/immutable/);
  });

  it.each(['/../package.json', '/assets/../../access/http-port', '/%2e%2e/access/http-port', '/assets/x.js'])(
    'gets nothing that is no file of the page: %s',
    async (path) => {
      const got = await new Promise<number | undefined>((resolve) =>
        request({ port: site.ports.console, host: '127.0.0.1', path }, ({ statusCode }) =>
          resolve(statusCode),
        ).end(),
      );
      expect(got).toBe(404);
    },
  );

  it('learns what the site is, and where passkeys work', async () => {
    const { body } = await ask(`${site.origin}/api/site`);
    expect(body).toMatchObject({
      site: 's1',
      rootKeyId: site.fixture.rootKeyId,
      origin: site.origin,
      relyingParty: 'localhost',
      advice: null,
      demonstration: true,
      epoch: { validators: [...site.fixture.rules.validators], quorum: 1 },
      services: { access: true, dosing: true, ledger: false },
    });
    expect((await ask(`${site.gateway}/api/site`)).body).toMatchObject({
      advice: { reason: 'ip-address', open: `${site.origin}/` },
    });
  });

  it('is told in words that nobody is signed in', async () => {
    for (const path of ['/api/live', '/api/dosing/infusions', '/api/log/blocks'])
      expect(await ask(`${site.gateway}${path}`)).toMatchObject({
        status: 401,
        body: code('NOT-SIGNED-IN'),
      });
  });
});

describe('a nurse who is signed in', () => {
  it('has a cookie that scripts cannot read, and no token', async () => {
    const answer = await nurse.signIn();
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    expect(answer.page).not.toMatch(/token/);
  });

  it('sees the patients of her unit, and hears of which unit not', async () => {
    const line = await live(nurse);
    await expect.poll(() => line.events).toContain('snapshot');
    expect(pumps(line)).toMatchObject([{ serial: PUMP, patient: PATIENT, bed: 'bed-7', rateMlPerHour: 3.5 }]);
    expect(line.heard[0]?.data.notShown).toMatchObject([{ unit: 'icu-2' }]);
    expect(JSON.stringify(line.heard)).not.toContain('stay-5e');
    line.close();
  });

  it('sees what changes at once, and nothing that somebody forged', async () => {
    const line = await live(nurse);
    await expect.poll(() => line.events).toContain('snapshot');
    await site.happens(fixtureSealer('stranger'), status({ rateMlPerHour: 999 }, now()));
    const beganMs = Date.now();
    await site.happens(site.fixture.adapter, status({ rateMlPerHour: 4.2 }, now()));
    await expect.poll(() => pumps(line).at(-1)?.rateMlPerHour).toBe(4.2);
    expect((line.heard.at(-1)?.atMs ?? 0) - beganMs).toBeLessThan(5_000);
    expect(pumps(line).map(({ rateMlPerHour }) => rateMlPerHour)).not.toContain(999);
    line.close();
  });

  it('goes on where she was when the network was away', async () => {
    const first = await live(nurse);
    await expect.poll(() => first.events).toContain('snapshot');
    first.close();
    await site.happens(site.fixture.adapter, status({ volumeInfusedMl: 7 }, now()));
    await expect
      .poll(async () => {
        const line = await live(nurse, { 'last-event-id': first.lastId });
        await expect.poll(() => line.events.length).toBeGreaterThan(0);
        line.close();
        expect(line.events).not.toContain('snapshot');
        return pumps(line)[0]?.volumeInfusedMl;
      })
      .toBe(7);
  });

  it('is told of blocks that a quorum signed', async () => {
    const line = await live(nurse);
    await site.cutBlock();
    await expect
      .poll(() => line.changes.flatMap((change) => (change.of === 'block' ? [change.value.number] : [])))
      .toEqual(['1']);
    line.close();
  });

  it('is thrown out at her revocation, long before her pass would end', async () => {
    const [leaving, administrator] = [
      await site.enter('nurse', 'icu-1'),
      await site.enter('administrator', 'all'),
    ];
    const line = await live(leaving);
    await expect.poll(() => line.events).toContain('snapshot');
    const beganMs = Date.now();
    const answer = await administrator.post(`/api/access/people/${leaving.name}/revocation`, {
      reason: 'left',
    });
    expect(answer.status, answer.page).toBeLessThan(300);
    await line.over;
    // A second on a ward; a busy machine that tests gets more, and far less than the life of a pass.
    expect(Date.now() - beganMs).toBeLessThan(5_000);
    expect(line.heard.at(-1)).toMatchObject({ event: 'signed-out', data: { reason: 'revoked' } });
    expect(await leaving.get('/api/live')).toMatchObject({ status: 401, body: code('NOT-SIGNED-IN') });
  });

  it('may have many windows, and not endlessly many', async () => {
    const lines: Line[] = [];
    for (let one = 0; one < 17; one++) lines.push(await live(nurse));
    await lines[0]?.over;
    await expect.poll(() => lines.at(-1)?.events).toContain('snapshot');
    const rest = lines.slice(1);
    const before = rest.map((line) => line.heard.length);
    await site.happens(site.fixture.adapter, status({ volumeInfusedMl: 8 }, now()));
    await expect
      .poll(() => rest.every((line, index) => line.heard.length > (before[index] ?? Infinity)))
      .toBe(true);
    for (const line of lines) line.close();
  });

  it('is out everywhere when she signs out', async () => {
    const leaving = await site.enter('nurse', 'icu-1');
    const line = await live(leaving);
    expect((await leaving.delete('/api/access/sessions/current')).status).toBe(204);
    await line.over;
    expect(line.heard.at(-1)).toMatchObject({ event: 'signed-out', data: { reason: 'signed-out' } });
  });
});

describe('what changes something', () => {
  it.each([undefined, 'null', 'https://evil.example', 'http://localhost:1'])(
    'is refused when it comes from %s',
    async (origin) => {
      for (const path of [
        '/api/access/sessions',
        '/api/dosing/orders',
        '/api/chain',
        '/api/demonstration/enrol',
      ])
        expect(
          await ask(`${site.gateway}${path}`, {
            method: 'POST',
            headers: {
              cookie: nurse.cookie,
              'content-type': 'application/json',
              ...(origin !== undefined && { origin }),
            },
            body: '{}',
          }),
        ).toMatchObject({ status: 403, body: code('FOREIGN-ORIGIN') });
      expect(neighbour.reached).toEqual([]);
    },
  );

  it('is refused when it is something that a form can send', async () => {
    const answer = await ask(`${site.gateway}/api/dosing/orders`, {
      method: 'POST',
      headers: { ...nurse.headers, 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(answer).toMatchObject({ status: 400, body: code('INVALID-REQUEST') });
  });

  it('is refused when it is larger than anything that people sign', async () => {
    const body = { text: 'x'.repeat(256 * 1_024) };
    expect(await nurse.post('/api/dosing/orders', body)).toMatchObject({
      status: 413,
      body: code('TOO-LARGE'),
    });
    expect(neighbour.reached).toEqual([]);
  });
});

describe('a link for a new person of the demonstration', () => {
  it.each(['forwarded', 'x-forwarded-for'])('is made for nobody whom a proxy serves: %s', async (header) => {
    const answer = await ask(`${site.gateway}/api/demonstration/enrol`, {
      method: 'POST',
      headers: { origin: site.origin, 'content-type': 'application/json', [header]: '192.0.2.7' },
      body: JSON.stringify({ roles: [{ role: 'nurse', unit: 'icu-1' }] }),
    });
    expect(answer).toMatchObject({ status: 404, body: code('NOT-FOUND') });
  });
});

describe('a stop', () => {
  it('goes out without a session, from wherever, and with access gone', async () => {
    await site.access.stop();
    const body = JSON.stringify({ order: signedOrder({ action: 'stop' }) });
    const answer = await ask(`${site.gateway}/api/dosing/stops`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: nurse.cookie },
      body,
    });
    expect(answer.status).toBe(200);
    expect(neighbour.reached).toMatchObject([{ method: 'POST', url: '/stops', body }]);
    expect(neighbour.reached[0]?.headers).not.toHaveProperty('cookie');
    expect(neighbour.reached[0]?.headers).not.toHaveProperty('authorization');
    const other = await site.enter('nurse', 'icu-1').catch((error: unknown) => error);
    expect(String(other)).toMatch(/BCM-CONSOLE-SERVICE-AWAY|SERVICE-AWAY/);
    await site.startAccess();
    // Until it is ready again nobody can sign in, and whoever was signed in still is.
    await expect.poll(async () => (await nurse.get('/api/access/sessions/current')).status).toBe(200);
  });
});

describe('a service behind the gateway', () => {
  it('gets a pass and no cookie, and its answer comes back as it is', async () => {
    neighbour.behave = (_, response) => {
      response.writeHead(422, {
        'content-type': 'application/problem+json',
        'set-cookie': 'x=1',
        server: 'x',
      });
      response.end('{"type":"urn:bcmed:error:BCM-DOSING-ORDER-REFUSED"}');
    };
    const answer = await nurse.post('/api/dosing/orders?dry=1', { order: 'ä' });
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:bcmed:error:BCM-DOSING-ORDER-REFUSED' } });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('content-security-policy')).toMatch(/sandbox/);
    expect(neighbour.reached).toMatchObject([{ url: '/orders?dry=1', body: '{"order":"ä"}' }]);
    const { authorization, cookie, origin } = neighbour.reached[0]?.headers ?? {};
    expect(authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect([cookie, origin]).toEqual([undefined, undefined]);
  });

  it('that does not know the person yet is asked again with a fresh pass, and nobody is signed out for it', async () => {
    let refusals = 1;
    neighbour.behave = ({ headers }, response) => {
      response.writeHead(refusals-- > 0 ? 401 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ by: headers.authorization }));
    };
    expect((await nurse.get('/api/dosing/infusions')).status).toBe(200);
    expect(neighbour.reached).toHaveLength(2);
    refusals = 99;
    const answer = await nurse.get('/api/dosing/infusions');
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:bcmed:error:BCM-TRUST-BEHIND' } });
    const leaving = await site.enter('nurse', 'icu-1');
    await leaving.get('/api/dosing/infusions');
    await leaving.delete('/api/access/sessions/current');
    expect(await leaving.get('/api/dosing/infusions')).toMatchObject({
      status: 401,
      body: code('NOT-SIGNED-IN'),
    });
  });

  it('that is away is named, and nothing was done', async () => {
    expect(await nurse.get('/api/ledger/status')).toMatchObject({
      status: 503,
      body: { ...code('SERVICE-AWAY'), service: 'ledger' },
    });
  });

  it('that takes a request and never answers leaves it unknown, within the time of the contract', async () => {
    neighbour.behave = () => undefined;
    const beganMs = Date.now();
    const answer = await nurse.post('/api/dosing/orders', {});
    expect(answer).toMatchObject({ status: 504, body: { ...code('NO-ANSWER'), service: 'dosing' } });
    expect(answer.body['detail']).toMatch(/unknown/);
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(9_900);
  });

  it('that dies at it leaves it unknown, too', async () => {
    neighbour.behave = (_, response) => response.destroy();
    expect(await nurse.post('/api/dosing/orders', {})).toMatchObject({
      status: 504,
      body: code('NO-ANSWER'),
    });
  });

  it('that breaks off its answer never makes a whole one', async () => {
    neighbour.behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"infusions":[');
      setImmediate(() => response.destroy());
    };
    await expect(nurse.get('/api/dosing/infusions')).rejects.toThrow();
  });

  it('may tell for as long as it likes, word by word, until the browser leaves', async () => {
    let say: (text: string) => void = () => undefined;
    neighbour.behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      say = (text) => response.write(text);
    };
    const line = await Line.open(`${site.gateway}/api/alarms/alarms/stream`, {
      ...nurse.headers,
      'last-event-id': '41',
    });
    expect(neighbour.reached[0]).toMatchObject({ url: '/alarms/stream', headers: { 'last-event-id': '41' } });
    say('id: 42\nevent: raised\ndata: {}\n\n');
    await expect.poll(() => line.heard).toMatchObject([{ event: 'raised', id: '42' }]);
    line.close();
    await expect.poll(() => neighbour.open).toBe(0);
  });

  it.each([
    '/api/access/demonstration/people',
    '/api/access/Demonstration/enrolments',
    '/api/access//demonstration/enrolments',
    '/api/access/%64emonstration/enrolments',
    '/api/access/sessions/%2e%2e/demonstration/people',
    '/api/access/docs',
    '/api/dosing/openapi.json',
    '/api/dosing/docs-json',
    '/api/nothing/x',
    '/api',
  ])('is not reached by %s', async (path) => {
    expect(await nurse.post(path, {})).toMatchObject({ status: 404, body: code('NOT-FOUND') });
    expect(neighbour.reached).toEqual([]);
  });
});

describe('who verifies for themselves', () => {
  it('gets the exact bytes of an entry and of the block that holds its leaf', async () => {
    const auditor = await site.enter('auditor', 'all');
    await site.cutBlock();
    const { body: entry, status: got, page } = await auditor.get('/api/log/entries/6');
    expect(got, page).toBe(200);
    const bytes = Buffer.concat([
      Buffer.from(`${String(entry['seal'])}\n`),
      Buffer.from(String(entry['body']), 'base64'),
    ]);
    const { body: block } = await auditor.get('/api/log/blocks/of/6');
    const data = block['data'] as { header: { firstSequence: string }; leafHashes: string[] };
    const index = 6 - Number(data.header.firstSequence);
    expect(data.leafHashes[index]).toBe(hashToBase64Url(leafHash(bytes)));
    expect(JSON.parse(Buffer.from(String(block['body']), 'base64').toString())).toMatchObject({ data });
  });

  it('is refused the log when the policies say so, in words', async () => {
    const answer = await nurse.get('/api/log/entries/6');
    expect(answer).toMatchObject({ status: 403, body: { type: 'urn:bcmed:error:BCM-TRUST-NOT-PERMITTED' } });
  });

  it('finds blocks by number and by position, and is told what there is not', async () => {
    await site.happens(site.fixture.adapter, status({}, now()));
    await site.cutBlock();
    const last = String(site.fixture.headers.length);
    const { body } = await nurse.get('/api/log/blocks?after=1&limit=200');
    expect(body).toMatchObject({ last });
    expect((body['blocks'] as { number: string }[]).map(({ number }) => number)).toEqual(
      Array.from({ length: Number(last) - 1 }, (_, index) => String(index + 2)),
    );
    for (const header of site.fixture.headers)
      for (const position of [header.firstSequence, header.lastSequence])
        expect((await nurse.get(`/api/log/blocks/of/${position}`)).body).toMatchObject({
          number: String(header.number),
        });
    for (const path of ['/api/log/blocks/999', '/api/log/blocks/of/99999'])
      expect(await nurse.get(path)).toMatchObject({ status: 404, body: code('NOT-FOUND') });
    expect((await nurse.get('/api/log/blocks/x')).status).toBe(400);
  });

  it('may ask the chain about the site’s contracts, and for nothing else', async () => {
    const rpc = (id: number, method: string, params: unknown[] = []) => ({
      jsonrpc: '2.0',
      id,
      method,
      params,
    });
    const { contract } = site.fixture;
    const other = `0x${'11'.repeat(20)}`;
    const asked = [
      rpc(1, 'eth_chainId'),
      rpc(2, 'eth_getCode', [contract, 'latest']),
      rpc(3, 'eth_getCode', [other, 'latest']),
      rpc(4, 'eth_sendRawTransaction', ['0x']),
      rpc(5, 'eth_call', [{ to: contract, data: '0x', from: other }, 'latest']),
      rpc(6, 'eth_getLogs', [{ address: contract, fromBlock: '0x0', toBlock: '0x2711' }]),
      rpc(7, 'eth_getLogs', [{ address: contract, fromBlock: '0x0', toBlock: '0x10' }]),
      rpc(8, 'anvil_reset'),
    ];
    const { body } = await nurse.post('/api/chain', asked);
    const answers = body as unknown as { id: number; error?: { code: number } }[];
    expect(answers.map(({ id, error }) => [id, error?.code ?? 'passed'])).toEqual([
      [1, 'passed'],
      [2, 'passed'],
      [3, -32_601],
      [4, -32_601],
      [5, -32_601],
      [6, -32_601],
      [7, 'passed'],
      [8, -32_601],
    ]);
    expect(
      (
        await nurse.post(
          '/api/chain',
          Array.from({ length: 21 }, () => rpc(1, 'eth_chainId')),
        )
      ).status,
    ).toBe(400);
  });
});

describe('the gateway', () => {
  it('believes nobody anew while it cannot follow the stream, and goes on by itself', async () => {
    const line = await live(nurse);
    await expect.poll(() => line.events).toContain('snapshot');
    await site.nats.kill();
    await expect.poll(async () => (await nurse.get('/api/log/blocks')).status).toBe(503);
    expect((await nurse.get('/api/live')).body).toMatchObject({ type: 'urn:bcmed:error:BCM-TRUST-BEHIND' });
    const beats = line.events.filter((event) => event === 'beat').length;
    await expect.poll(() => line.events.filter((event) => event === 'beat').length).toBeGreaterThan(beats);
    await site.restartNats();
    await expect.poll(async () => (await nurse.get('/api/log/blocks')).status).toBe(200);
    await site.happens(site.fixture.adapter, status({ volumeInfusedMl: 9 }, now()));
    await expect.poll(() => pumps(line).at(-1)?.volumeInfusedMl).toBe(9);
    line.close();
  });

  it('that was started anew shows the same, though it kept nothing', async () => {
    const [association, command, unanswered] = [nextId(), nextId(), nextId()];
    await site.happens(site.dosing, commanded(command), commanded(unanswered));
    await site.happens(
      site.fixture.adapter,
      executed(command),
      alarmed('AL_OCCLU', now()),
      alarmed('AL_NEP', now()),
      status({ alarmActive: true }, now()),
    );
    await site.happens(
      site.monitor,
      made('8002-3', PATIENT, { id: association }),
      made('8002-4', PATIENT),
      ended(association),
    );
    const before = await live(nurse);
    await expect.poll(() => pumps(before).map(({ serial }) => serial)).toContain('8002-4');
    await site.console.kill();
    await before.over;
    await site.startConsole();
    const after = await live(nurse, { 'last-event-id': before.lastId });
    await expect.poll(() => after.events).toContain('snapshot');
    const known = told(after);
    expect(known).toEqual(told(before));
    expect(known[`pump ${PUMP}`]).toMatchObject({
      alarms: [{ vendorCode: 'AL_OCCLU' }, { vendorCode: 'AL_NEP' }],
      lastCommandId: unanswered,
    });
    expect(known[`command ${command}`]).toMatchObject({ state: 'executed', readBackAfterMs: 64 });
    expect(known[`command ${unanswered}`]).toMatchObject({ state: 'authorised' });
    expect(known['bed bed-7']).toMatchObject({ patient: PATIENT });
    after.close();
  });

  it('says of itself what it depends on, and that its page is there', async () => {
    const { body } = await ask(`${site.gateway}/health/ready`);
    expect(body).toMatchObject({ status: 'up', checks: { ward: { status: 'up' }, page: { status: 'up' } } });
  });
});
