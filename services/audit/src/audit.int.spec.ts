import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AuditDecisionDenied,
  AuditDecisionsAllowed,
  AuditPassesRefused,
  DifferenceFound,
  RateChanged,
  VerificationCompleted,
  isEvent,
  parseEvent,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { POLICY_VERSION } from '@bcmed/policy';
import { parseConfig, serve } from '@bcmed/service-kit';
import { JetStreamServer } from '@bcmed/event-log';
import { fixtureSealer, sealed } from '@bcmed/testing';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDITOR, NURSE, People } from '../test/people.js';
import { Ward } from '../test/ward.js';
import { AuditModule } from './audit.module.js';
import { Door } from './commands/door.js';
import { configSchema } from './config.js';
import { STATUS_OF_CODE } from './errors.js';
import { serveOpenApi } from './openapi.js';
import { EVENTS_PROJECTOR } from './views/tokens.js';
import type { Projector } from './views/projector.js';

let ward: Ward;
let people: People;
let app: INestApplication;
let address: string;
let enrolled = false;

async function startAudit(): Promise<void> {
  const outcome = parseConfig(configSchema, ward.environment('1'));
  if (!outcome.ok) throw new Error(outcome.message);
  const { config } = outcome;
  app = await NestFactory.create(AuditModule.with(config), { logger: false });
  serveOpenApi(app);
  app.connectMicroservice({ strategy: app.get(JetStreamServer) });
  const port = await serve(app, { config, statusOf: STATUS_OF_CODE });
  address = `http://127.0.0.1:${port}`;
}

interface Page {
  readonly events: readonly Row[];
  readonly next: string | null;
  readonly position: string;
}
interface Row {
  readonly position: string;
  readonly outcome: string;
  readonly type: string | null;
  readonly entity: string | null;
  readonly time: string | null;
  readonly block: string | null;
  readonly leafHash: string;
  readonly reason: string | null;
}
interface Run {
  readonly id: string;
  readonly status: string;
  readonly recorded: boolean;
  readonly report: { readonly verified: boolean; readonly differences: readonly Record<string, unknown>[] };
}

/** The caller says what the answer looks like: these are tests of our own service. */
async function get<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${address}${path}`, { headers: people.bearer() });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function allEvents(query = ''): Promise<Row[]> {
  const rows: Row[] = [];
  for (let path: string | null = `/events?limit=7&${query}`; path !== null;) {
    const page: Page = await get<Page>(path);
    rows.push(...page.events);
    path = page.next;
  }
  return rows;
}

async function untilProjected(): Promise<void> {
  const last = String(await ward.events.lastPosition());
  const number = ward.log.headers.length;
  await vi.waitFor(
    async () => {
      expect(await get<Page>('/events?limit=1')).toMatchObject({ position: last });
      expect(await get(`/blocks?after=${number - 1}`)).toMatchObject({
        blocks: [{ number: String(number) }],
      });
    },
    { timeout: 30_000 },
  );
}

/** Runs a verification and waits for its end; once the site knows the audit's key, also for its record on the stream. */
async function verified(request: object = {}): Promise<Run> {
  const response = await fetch(`${address}/verifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...people.bearer() },
    body: JSON.stringify(request),
  });
  expect(response.status).toBe(202);
  const location = response.headers.get('location') ?? '';
  return vi.waitFor(
    async () => {
      const run = await get<Run>(location);
      expect(run).toMatchObject({ status: 'completed', recorded: enrolled });
      return run;
    },
    { timeout: 30_000 },
  );
}

async function inDatabase(sql: string): Promise<void> {
  const client = new pg.Client(ward.postgres.url);
  await client.connect();
  await client.query(sql);
  await client.end();
}

beforeAll(async () => {
  ward = await Ward.begin();
  ward.log.cutBlock();
  ward.log.appendRates(6);
  ward.log.appendMessage(sealed(fixtureSealer('stranger'), ward.log.rateChange(0))); // position 11
  ward.log.appendMessage({ subject: 'bcmed.s1.a.b.c', seal: 'x', body: Buffer.from([0, 1]) }); // 12
  ward.log.cutBlock();
  ward.log.appendBlocks(4, 6);
  ward.log.appendRates(3);
  people = new People(ward.log); // 40 to 44
  await ward.publish();
  await startAudit();
  await untilProjected();
});

afterAll(async () => {
  await app.close();
  await ward.end();
});

describe('the audit', () => {
  it('holds every position of the stream once, with its block and its leaf', async () => {
    const rows = await allEvents('outcome=any');
    expect(rows.map(({ position }) => position)).toStrictEqual(
      Array.from({ length: 44 }, (_, i) => String(i + 1)),
    );
    expect(rows[4]).toMatchObject({ type: RateChanged.type, block: '2', outcome: 'admitted' });
    expect(rows[10]).toMatchObject({ outcome: 'rejected', reason: 'unknown-key', type: null, block: '2' });
    expect(rows[11]).toMatchObject({ outcome: 'rejected', reason: 'malformed-seal' });
    expect(rows[37]?.block).toBeNull();
  });

  it('answers by pump, type, actor and time, and pages by position (property)', async () => {
    const all = await allEvents();
    expect(await allEvents('pump=8002-51741')).toHaveLength(
      all.filter(({ entity }) => entity === '8002-51741').length,
    );
    expect(await allEvents('type=bcmed.ledger.epoch-opened')).toHaveLength(1);
    expect(await allEvents('actor=front-panel')).toHaveLength(33);
    const [from, to] = ['2026-11-20T12:00:00.005Z', '2026-11-20T12:00:00.009Z'];
    const within = all.filter(({ time }) => time !== null && time >= from && time < to);
    expect(within.length).toBeGreaterThan(1);
    expect(await allEvents(`from=${from}&to=${to}`)).toStrictEqual(within);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.nat(45), async (limit, after) => {
        const page = await get<Page>(`/events?limit=${limit}&after=${after}`);
        const expected = all.filter(({ position }) => Number(position) > after).slice(0, limit);
        expect(page.events).toStrictEqual(expected);
        expect(page.next === null).toBe(expected.length < limit);
      }),
      { numRuns: 20 },
    );
  });

  it('gives one event with the exact bytes, and the block that proves it', async () => {
    const entry = ward.log.entries[7];
    if (!entry || 'missing' in entry) throw new Error('no event');
    expect(await get('/events/8')).toMatchObject({
      subject: entry.subject,
      seal: entry.seal,
      body: Buffer.from(entry.body).toString('base64'),
      block: '2',
      confirmation: '/blocks/2',
    });
    const { leafHash } = await get<Row>('/events/8');
    const block = await get<{ firstPosition: string; confirmation: { data: { leafHashes: string[] } } }>(
      '/blocks/2',
    );
    expect(block.confirmation.data.leafHashes[8 - Number(block.firstPosition)]).toBe(leafHash);
  });

  it.each([
    ['/events?pmp=1', 400, '', 'pmp'],
    ['/events?limit=0', 400, 'limit', '1 or more'],
    ['/events?after=x', 400, 'after', 'decimal digits'],
    ['/events?from=yesterday', 400, 'from', 'RFC 3339'],
    ['/events/x', 400, 'position', 'decimal digits'],
  ])('names the field that is wrong and its fix: %s', async (path, status, field, fix) => {
    const response = await fetch(`${address}${path}`, { headers: people.bearer() });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await response.json()) as { errors: { field: string; fix: string }[] };
    expect(problem.errors).toMatchObject([{ field, fix: expect.stringContaining(fix) as string }]);
  });

  it('says what it does not have', async () => {
    const response = await fetch(`${address}/events/4711`, { headers: people.bearer() });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: 'urn:bcmed:error:BCM-AUDIT-NOT-FOUND', status: 404 });
    expect(
      (
        await fetch(`${address}/verifications/01994f7e-7c00-7000-8000-000000000001`, {
          headers: people.bearer(),
        })
      ).status,
    ).toBe(404);
    expect((await fetch(`${address}/blocks/99`, { headers: people.bearer() })).status).toBe(404);
  });

  it('describes itself as OpenAPI, parameters and answers included', async () => {
    const document = await get<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json');
    expect(Object.keys(document.paths)).toStrictEqual(
      expect.arrayContaining([
        '/events',
        '/events/{position}',
        '/blocks',
        '/blocks/{number}',
        '/verifications',
        '/verifications/{id}',
      ]),
    );
    const text = JSON.stringify(document.paths['/events']?.['get']);
    for (const name of ['pump', 'type', 'actor', 'from', 'to', 'after', 'limit', 'outcome', 'leafHash'])
      expect(text).toContain(`"${name}"`);
    expect((await fetch(`${address}/docs`)).status).toBe(200);
  });

  it('keeps its key to itself and asks for its enrolment', async () => {
    const { BCMED_STATE_DIR: state = '' } = ward.environment('1');
    expect((await stat(join(state, 'service-key.pem'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(state, 'enrolment-request.json'), 'utf8'))).toMatchObject({
      kind: 'service',
      holder: 'audit/1',
      areas: ['audit'],
    });
  });
});

describe('a verification', () => {
  it('finds that everything agrees, and waits with its record until the site knows its key', async () => {
    const run = await verified();
    expect(run).toMatchObject({ status: 'completed', recorded: false });
    expect(run.report).toMatchObject({
      verified: true,
      positions: 44,
      blocks: 6,
      lastBlock: 6,
      differences: [],
    });
    const before = await ward.events.lastPosition();
    enrolled = true;
    await ward.enrol(ward.environment('1')['BCMED_STATE_DIR'] ?? '');
    await expect
      .poll(() => get<Run>(`/verifications/${run.id}`), { timeout: 20_000 })
      .toMatchObject({ recorded: true });
    const recorded = await ward.events.readAt(before + 2n);
    const parsed = parseEvent(recorded?.body ?? new Uint8Array());
    expect(parsed).toMatchObject({
      ok: true,
      event: {
        type: VerificationCompleted.type,
        subject: run.id,
        data: { verified: true, lastPosition: '44' },
      },
    });
    await ward.absorb();
    ward.log.cutBlock();
    await ward.publish();
    await untilProjected();
    expect((await verified()).report).toMatchObject({
      verified: true,
      rejected: { 'unknown-key': 1, 'malformed-seal': 1 },
    });
  });

  it('of a range judges its blocks by their proofs', async () => {
    const { report } = await verified({ fromBlock: '3', toBlock: '4' });
    expect(report).toMatchObject({
      verified: true,
      mode: 'proof',
      blocks: 2,
      firstPosition: 13,
      lastPosition: 24,
    });
    const response = await fetch(`${address}/verifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...people.bearer() },
      body: '{"fromBlock":-1}',
    });
    expect(response.status).toBe(400);
  });

  it.each([
    ['body', `SET "body" = set_byte("body", 300, get_byte("body", 300) # 1)`, 'body differs at byte 300'],
    ['leaf', `SET "leaf_hash" = set_byte("leaf_hash", 3, get_byte("leaf_hash", 3) # 16)`, 'leafHash differs'],
    ['subject', `SET "subject" = 'bcmed.s1.pump.other.rate-changed'`, 'subject is bcmed.s1.pump.other'],
    [
      'id',
      `SET "id" = '01994f7e-7c00-7000-8000-00000000f009'`,
      'id is 01994f7e-7c00-7000-8000-00000000f009, the stream says',
    ],
    ['actor', `SET "actor" = 'somebody'`, 'actor is somebody, the stream says front-panel'],
    [
      'seal',
      `SET "seal" = overlay("seal" placing CASE substr("seal", 250, 1) WHEN 'A' THEN 'B' ELSE 'A' END from 250)`,
      'seal is',
    ],
    ['time', `SET "time" = "time" + interval '1 ms'`, 'time is'],
  ])(
    'names the row of PostgreSQL that was changed: %s',
    async (_, change, detail) => {
      await inDatabase(`CREATE TEMP TABLE x AS SELECT 1; UPDATE "event" ${change} WHERE "position" = 20`);
      const { report } = await verified();
      expect(report.verified).toBe(false);
      expect(report.differences).toMatchObject([
        {
          where: 'view',
          kind: 'row-differs',
          position: 20,
          detail: expect.stringContaining(detail) as string,
        },
      ]);
      const last = await ward.events.lastPosition();
      const notice = parseEvent((await ward.events.readAt(last - 1n))?.body ?? new Uint8Array());
      expect(notice).toMatchObject({
        event: { type: DifferenceFound.type, data: { where: 'view', position: '20' } },
      });
      await app.get<Projector>(EVENTS_PROJECTOR).rebuild();
      await ward.absorb();
      ward.log.appendRates(1);
      ward.log.cutBlock();
      await ward.publish();
      await untilProjected();
    },
    60_000,
  );

  it('names a row that is missing, and one that nobody sent', async () => {
    await inDatabase('DELETE FROM "event" WHERE "position" = 21');
    expect((await verified()).report.differences).toMatchObject([{ kind: 'row-missing', position: 21 }]);
    await app.get<Projector>(EVENTS_PROJECTOR).rebuild();
    await ward.absorb();
    ward.log.appendRates(1);
    await ward.publish();
    await untilProjected();
    expect((await verified()).report).toMatchObject({ verified: true });
  }, 60_000);
});

describe('a verification of the rows that say which block proves an event', () => {
  const LEAF = `'\\x00'::bytea`;

  it.each([
    ['first position', `"first_position" = 5`, 'firstPosition is 5, the stream says 13'],
    ['last position', `"last_position" = 1000`, 'lastPosition is 1000, the stream says 18'],
    ['tree size', `"tree_size" = 19`, 'treeSize is 19, the stream says 18'],
    ['root', `"root_hash" = '0x00'`, 'rootHash is 0x00, the stream says 0x'],
    ['link', `"previous_hash" = '0x00'`, 'previousHash is 0x00'],
    ['hash', `"block_hash" = '0x00'`, 'blockHash is 0x00'],
    ['time', `"time" = "time" + interval '1 ms'`, 'time is'],
    ['signers', `"signers" = ARRAY['0x00']`, 'signers is ["0x00"]'],
    ['count of the refused', `"rejected" = 1`, 'rejected is 1, the stream says 0'],
    ['place on the chain', `"transaction_hash" = '0x00'`, 'transactionHash is 0x00'],
    ['contract', `"contract" = '0x00'`, 'contract is 0x00'],
    ['seal', `"seal" = 'x' || "seal"`, 'seal is x'],
    ['body', `"body" = set_byte("body", 300, get_byte("body", 300) # 1)`, 'body differs at byte 300'],
  ])('names the block whose row was changed: %s', async (_, change, detail) => {
    await inDatabase('CREATE TABLE kept AS SELECT * FROM "block" WHERE "number" = 3');
    await inDatabase(`UPDATE "block" SET ${change} WHERE "number" = 3`);
    const { report } = await verified();
    await inDatabase(
      'DELETE FROM "block" WHERE "number" = 3; INSERT INTO "block" TABLE kept; DROP TABLE kept',
    );
    expect(report.verified).toBe(false);
    expect(report.differences).toMatchObject([
      { where: 'view', kind: 'row-differs', block: 3, detail: expect.stringContaining(detail) as string },
    ]);
  });

  it('names a block whose row is missing, also in a range', async () => {
    await inDatabase('CREATE TABLE kept AS SELECT * FROM "block" WHERE "number" = 3');
    await inDatabase('DELETE FROM "block" WHERE "number" = 3');
    const range = await verified({ fromBlock: '3', toBlock: '4' });
    const { report } = await verified();
    await inDatabase('INSERT INTO "block" TABLE kept; DROP TABLE kept');
    for (const { differences } of [report, range.report])
      expect(differences).toMatchObject([{ where: 'view', kind: 'row-missing', block: 3 }]);
  });

  it.each([
    ['behind the newest', 9_999, { block: 9_999 }, 'the last confirmed block is'],
    ['before the first', 0, {}, 'blocks begin with 1'],
  ])('names a block that nobody confirmed, %s', async (_, number, place, detail) => {
    await inDatabase(`CREATE TABLE planted AS SELECT * FROM "block" WHERE "number" = 3;
      UPDATE planted SET "number" = ${number}, "last_position" = ${number};
      INSERT INTO "block" TABLE planted; DROP TABLE planted`);
    const { report } = await verified();
    await inDatabase(`DELETE FROM "block" WHERE "number" = ${number}`);
    expect(report.differences).toMatchObject([
      { where: 'view', kind: 'row-surplus', ...place, detail: expect.stringContaining(detail) as string },
    ]);
    expect((await verified()).report).toMatchObject({ verified: true });
  });

  it.each([
    ['that the view has not reached', 4_711, { position: 4_711 }, 'the view has only come to position'],
    ['before the first', 0, {}, 'positions begin with 1'],
    ['below nought', -7, {}, 'positions begin with 1'],
  ])(
    'names a row that somebody planted at a position %s, also in a range',
    async (_, position, place, detail) => {
      await inDatabase(`INSERT INTO "event" ("position", "outcome", "id", "type", "subject", "seal", "body", "leaf_hash")
      VALUES (${position}, 'admitted', 'planted', 'bcmed.pump.rate-changed', '', '', ${LEAF}, ${LEAF})`);
      const range = await verified({ fromBlock: '3', toBlock: '4' });
      const { report } = await verified();
      await inDatabase(`DELETE FROM "event" WHERE "position" = ${position}`);
      for (const { differences } of [report, range.report])
        expect(differences).toMatchObject([
          {
            where: 'view',
            kind: 'row-surplus',
            eventId: 'planted',
            type: 'bcmed.pump.rate-changed',
            ...place,
            detail: expect.stringContaining(detail) as string,
          },
        ]);
      expect((await verified()).report).toMatchObject({ verified: true });
    },
  );

  it('names a row behind the end of the stream although the position of the view was moved along', async () => {
    const at = (await get<Page>('/events?limit=1')).position;
    await inDatabase(`UPDATE "projection" SET "position" = 5000 WHERE "name" = 'events';
      INSERT INTO "event" ("position", "outcome", "subject", "seal", "body", "leaf_hash")
      VALUES (5000, 'rejected', '', '', ${LEAF}, ${LEAF})`);
    const { report } = await verified();
    await inDatabase(`DELETE FROM "event" WHERE "position" = 5000;
      UPDATE "projection" SET "position" = ${at} WHERE "name" = 'events'`);
    const surplus = report.differences.filter(({ kind }) => kind === 'row-surplus');
    expect(surplus).toMatchObject([
      { where: 'view', position: 5_000, detail: expect.stringContaining('the stream ends at') as string },
    ]);
    await ward.absorb();
    ward.log.appendRates(1);
    ward.log.cutBlock();
    await ward.publish();
    await untilProjected();
    expect((await verified()).report).toMatchObject({ verified: true });
  });
});

describe('whoever asks', () => {
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(`${address}${path}`, { method, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const saidOf = async (definition: EventDefinition) => {
    const found: StreamEvent[] = [];
    for await (const { body } of ward.events.readSubject(`bcmed.${ward.log.site}.audit.>`)) {
      const parsed = parseEvent(body);
      if (parsed.ok && isEvent(parsed.event, definition)) found.push(parsed.event);
    }
    return found;
  };

  it('needs a pass that holds, on every route but health and the description', async () => {
    for (const path of [
      '/events',
      '/events/1',
      '/blocks',
      '/blocks/1',
      `/verifications/${ward.log.nextId()}`,
    ])
      expect(await ask(path), path).toMatchObject({
        status: 401,
        body: { type: 'urn:bcmed:error:BCM-TRUST-PASS-MISSING' },
      });
    expect((await ask('/verifications', {}, 'POST')).status).toBe(401);
    expect((await ask('/health/ready')).status).toBe(200);
    expect((await ask('/openapi.json')).status).toBe(200);
  });

  it('and is no auditor is told what it takes, and the denial stands on the stream before', async () => {
    const refused = await ask('/events', people.bearer(NURSE));
    expect(refused).toMatchObject({ status: 403, body: { type: 'urn:bcmed:error:BCM-TRUST-NOT-PERMITTED' } });
    expect(await saidOf(AuditDecisionDenied)).toMatchObject([
      {
        subject: NURSE,
        actor: NURSE,
        data: {
          action: 'read-audit',
          resource: 'all',
          words: refused.body['detail'],
          policyVersion: POLICY_VERSION,
        },
      },
    ]);
    expect(await ask('/verifications', people.bearer(NURSE), 'POST')).toMatchObject({ status: 403 });
  });

  it('was revoked is refused by the pass of a moment ago', async () => {
    const before = people.bearer(NURSE);
    await ward.absorb();
    people.revoke(NURSE);
    await ward.publish();
    await vi.waitFor(async () =>
      expect(await ask('/events', before)).toMatchObject({
        status: 401,
        body: { detail: expect.stringContaining('person-revoked') as string },
      }),
    );
  });

  it('is recorded with what they read, and so is how often nobody was believed', async () => {
    await app.get(Door).sayCounts();
    const reads = (await saidOf(AuditDecisionsAllowed)).flatMap(({ subject, data }) =>
      (data as { reads: { action: string }[] }).reads.map(({ action }) => [subject, action]),
    );
    expect(reads).toContainEqual([AUDITOR, 'read-events']);
    expect(reads).toContainEqual([AUDITOR, 'request-verification']);
    expect(reads.every(([subject]) => subject === AUDITOR)).toBe(true);
    const refused = (await saidOf(AuditPassesRefused)).flatMap(
      ({ data }) => (data as { refused: { fault: string; count: number }[] }).refused,
    );
    expect(refused).toContainEqual({ fault: 'missing', count: 6 });
    expect(refused.map(({ fault }) => fault)).toContain('person-revoked');
  });
});

describe('when a server is killed', () => {
  it('PostgreSQL may go at any moment: every position still counts once, and health says so meanwhile', async () => {
    for (let kill = 0; kill < 3; kill++) {
      await ward.absorb();
      ward.log.appendRates(60);
      ward.log.cutBlock();
      const publishing = ward.publish();
      await ward.postgres.kill();
      await expect.poll(() => fetch(`${address}/health/ready`).then(({ status }) => status)).toBe(503);
      await ward.killPostgres();
      await publishing;
      await untilProjected();
    }
    const rows = await allEvents('outcome=any');
    expect(rows.map(({ position }) => Number(position))).toStrictEqual(rows.map((_, index) => index + 1));
    expect(rows).toHaveLength(Number(await ward.events.lastPosition()));
    expect((await verified()).report).toMatchObject({ verified: true });
  }, 120_000);

  it('a second life of the service goes on where the first one was', async () => {
    await app.close();
    await ward.absorb();
    ward.log.appendRates(30);
    ward.log.cutBlock();
    await ward.publish();
    await startAudit();
    await untilProjected();
    const health = await get<{ status: string; checks: Record<string, unknown> }>('/health/ready');
    expect(health).toMatchObject({
      status: 'up',
      checks: { postgres: { status: 'up' }, nats: { status: 'up' } },
    });
    expect((await verified()).report).toMatchObject({ verified: true });
  }, 60_000);

  it('a database that was dropped is filled again from the first position', async () => {
    await app.close();
    await inDatabase('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await startAudit();
    await untilProjected();
    expect(await allEvents('outcome=any')).toHaveLength(Number(await ward.events.lastPosition()));
    expect((await verified()).report).toMatchObject({ verified: true });
  }, 60_000);
});
