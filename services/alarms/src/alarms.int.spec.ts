import { chmodSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JetStreamServer } from '@bcmed/event-log';
import {
  AlarmAcknowledged,
  AlarmEscalated,
  AlarmRaised,
  AlarmResolved,
  AssociationMade,
  NotificationDelivered,
  NotificationFailed,
  NotificationSent,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpLost,
  ReviewIssued,
  StatusSampled,
  VitalsSampled,
  isEvent,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { parseConfig, serve } from '@bcmed/service-kit';
import { fixtureSealer } from '@bcmed/testing';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Listening, Mailbox, Receiver } from '../test/receivers.js';
import { People } from '../test/people.js';
import { Site } from '../test/site.js';
import { occlusion, status } from '../test/story.js';
import { signatureOf } from './adapters/webhook-way.js';
import { AlarmsModule } from './alarms.module.js';
import { AlarmDesk } from './commands/alarm-desk.js';
import { configSchema } from './config.js';
import type { AlarmView } from './domain/telling.js';
import { STATUS_OF_CODE } from './errors.js';

const PUMP = '8002-51740';
const OTHER = '8002-51741';
const PATIENT = 'stay-4d';
const NURSE = 'person-7f3a';
const SECRET = 'a-secret-of-more-than-24-bytes';
const WITHIN = { timeout: 20_000, interval: 20 };
const lost = { reason: 'no-answer', silentSince: '2026-11-20T12:00:00.000Z', missedPolls: 3 } as const;

const pulse = (value: number, quality: 'good' | 'frozen' = 'good') => ({
  heartRateBpm: { value, quality, source: 'ecg' },
});

// Each service in this process listens for the signals that end it.
process.setMaxListeners(50);

let site: Site;
let people: People;
let mailbox: Mailbox;
let receiver: Receiver;
let app: INestApplication | undefined;
let address: string;
let state: string;

async function start(more: Record<string, string> = {}): Promise<void> {
  const outcome = parseConfig(configSchema, { ...environment(), ...more });
  if (!outcome.ok) throw new Error(outcome.message);
  const { config } = outcome;
  app = await NestFactory.create(AlarmsModule.with(config), { logger: false, forceCloseConnections: true });
  app.connectMicroservice({ strategy: app.get(JetStreamServer) });
  address = `http://127.0.0.1:${await serve(app, { config, statusOf: STATUS_OF_CODE })}`;
  await vi.waitFor(() => expect(app?.get(AlarmDesk).isLive).toBe(true), WITHIN);
}

function environment(): Record<string, string> {
  const secret = join(site.folder, 'webhook-secret');
  writeFileSync(secret, `${SECRET}\n`);
  chmodSync(secret, 0o600);
  const ward = join(site.folder, 'ward.yaml');
  writeFileSync(
    ward,
    `pumps:\n  ${PUMP}: { unit: icu-1, bed: bed-7 }\n  ${OTHER}: { unit: icu-1, bed: bed-7 }\n`,
  );
  return {
    ...site.environment('alarms'),
    ALARMS_WARD_FILE: ward,
    ALARMS_MAIL_URL: mailbox.url,
    ALARMS_MAIL_FROM: 'bcmed@hospital.example',
    ALARMS_MAIL_TO: 'nurse@hospital.example; charge@hospital.example',
    ALARMS_WEBHOOK_URL: receiver.url,
    ALARMS_WEBHOOK_SECRET_FILE: secret,
  };
}

async function stop(): Promise<void> {
  await app?.close();
  app = undefined;
}

const bearer = (person: string): Record<string, string> => ({
  authorization: `Bearer ${people.pass(person)}`,
});

async function get<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${address}${path}`, { headers: bearer(NURSE) });
  return (await response.json()) as Answer;
}

async function post(
  path: string,
  body: unknown = {},
  by = bearer(NURSE),
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...by },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function open(): Promise<AlarmView[]> {
  return (await get<{ alarms: AlarmView[] }>('/alarms')).alarms;
}

async function said(definition: EventDefinition): Promise<StreamEvent[]> {
  return (await site.said()).filter((event) => isEvent(event, definition));
}

async function until(definition: EventDefinition, count: number): Promise<StreamEvent[]> {
  return vi.waitFor(async () => {
    const found = await said(definition);
    expect(found).toHaveLength(count);
    return found;
  }, WITHIN);
}

beforeEach(async () => {
  [site, mailbox, receiver] = await Promise.all([Site.begin(), Mailbox.begin(), Receiver.begin()]);
  state = site.environment('alarms')['BCMED_STATE_DIR'] ?? '';
  people = await People.begin(site);
  await people.enrol(NURSE, 'nurse');
});

afterEach(async () => {
  await stop();
  await Promise.all([site.end(), mailbox.end(), receiver.end()]);
});

describe('an alarm of a pump', () => {
  it('is told on all three ways, acknowledged by a person, resolved by the pump, and all of it stands on the stream', async () => {
    await start();
    await site.enrol(state);
    const listening = await Listening.begin(`${address}/alarms/stream`, { pass: people.pass(NURSE) });
    const alarm = await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await vi.waitFor(() => {
      expect(listening.named('notification')).toHaveLength(1);
      expect(mailbox.got).toHaveLength(1);
      expect(receiver.got).toHaveLength(1);
    }, WITHIN);
    const [mail] = mailbox.got;
    expect(mail?.to).toEqual(['nurse@hospital.example']);
    expect(mail?.text).toContain(`Subject: HIGH The line is blocked: pressure above the limit - icu-1 bed-7`);
    const [hook] = receiver.got;
    const { 'webhook-id': key = '', 'webhook-timestamp': timestamp = '' } = hook?.headers ?? {};
    expect(hook?.headers['webhook-signature']).toBe(
      signatureOf(Buffer.from(SECRET), String(key), String(timestamp), hook?.body ?? ''),
    );
    expect(Math.abs(Number(timestamp) - Date.now() / 1_000)).toBeLessThan(60);
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({
      key,
      reason: 'raised',
      alarm: { priority: 'high' },
    });

    const [shown] = await open();
    const id = shown?.id ?? '';
    expect(await post(`/alarms/${id}/acknowledge`)).toMatchObject({
      status: 200,
      body: { acknowledgedBy: NURSE, audio: 'acknowledged', status: 'open' },
    });
    await site.tell(PumpAlarmCleared, PUMP, occlusion);
    const [resolved] = await until(AlarmResolved, 1);
    expect(resolved).toMatchObject({ subject: id, data: { highestPriority: 'high', escalations: 0 } });
    expect(await open()).toEqual([]);
    const [raised] = await said(AlarmRaised);
    expect(raised).toMatchObject({
      source: 'alarms/1',
      actor: `pump/${PUMP}`,
      causationid: alarm.id,
      data: { condition: 'pump-occlusion', unit: 'icu-1', bed: 'bed-7', group: 'bed/icu-1/bed-7' },
    });
    expect((await said(AlarmAcknowledged))[0]).toMatchObject({
      actor: NURSE,
      data: { authenticated: true },
    });
    const delivered = await until(NotificationDelivered, 5);
    expect(new Set(delivered.map(({ data }) => (data as { channel: string }).channel))).toEqual(
      new Set(['stream', 'mail', 'webhook']),
    );
    await listening.end();
  });

  it('is told although the site does not know our key yet; the stream is told as soon as it does', async () => {
    await start();
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await vi.waitFor(() => expect(mailbox.got).toHaveLength(1), WITHIN);
    expect(await get('/health/ready')).toMatchObject({
      status: 'degraded',
      checks: {
        enrolment: { status: 'degraded', detail: expect.stringContaining('not-enrolled') as string },
      },
    });
    expect(await site.said()).toEqual([]);
    await site.enrol(state);
    await until(AlarmRaised, 1);
    expect(await get('/health/ready')).toMatchObject({ checks: { enrolment: { status: 'up' } } });
  });

  it('that nobody answers is escalated to more people', async () => {
    await start({ ALARMS_ESCALATE_HIGH_S: '1,60' });
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await until(AlarmEscalated, 1);
    await vi.waitFor(() => expect(mailbox.got).toHaveLength(2), WITHIN);
    expect(mailbox.got[1]?.to).toEqual(['nurse@hospital.example', 'charge@hospital.example']);
    expect(mailbox.got[1]?.text).toContain('(step 1)');
  });

  it('is one alarm when its message comes twice', async () => {
    await start();
    await site.enrol(state);
    const alarm = await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await site.repeat(alarm);
    await site.tell(StatusSampled, PUMP, { ...status, alarmActive: true });
    const last = await site.events.lastPosition();
    await vi.waitFor(() => expect(app?.get(AlarmDesk).position).toBeGreaterThanOrEqual(last), WITHIN);
    await until(NotificationSent, 1);
    expect(await said(AlarmRaised)).toHaveLength(1);
    expect(receiver.got).toHaveLength(1);
  });

  it('that nobody with a key has sealed raises nothing', async () => {
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion, fixtureSealer('stranger'));
    await site.tell(PumpAlarmRaised, PUMP, occlusion, site.log.audit);
    site.log.revoke(site.log.ledger);
    await site.publish();
    const genuine = await site.tell(PumpAlarmRaised, OTHER, occlusion);
    const [raised] = await until(AlarmRaised, 1);
    expect(raised).toMatchObject({ causationid: genuine.id });
    expect((await open()).map(({ members }) => members.map(({ source }) => source))).toEqual([[OTHER]]);
  });

  it('of a key that was revoked raises nothing', async () => {
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await until(AlarmRaised, 1);
    site.log.revoke(site.log.adapter);
    await site.publish();
    await site.tell(PumpAlarmRaised, OTHER, { ...occlusion, term: 'malfunction', vendorCode: 'AL_FAULT' });
    const last = await site.events.lastPosition();
    await vi.waitFor(() => expect(app?.get(AlarmDesk).position).toBeGreaterThanOrEqual(last), WITHIN);
    expect(await open()).toHaveLength(1);
  });

  it('of a whole adapter that is lost is one notification with its members', async () => {
    await start();
    await site.enrol(state);
    for (const pump of [PUMP, OTHER, '8002-3', '8002-4']) {
      await site.tell(StatusSampled, pump, status);
      await site.tell(PumpLost, pump, lost);
    }
    const [sent] = await until(NotificationSent, 1);
    expect(sent?.data).toMatchObject({ priority: 'medium', sources: [PUMP, OTHER, '8002-3', '8002-4'] });
    await vi.waitFor(() => expect(mailbox.got).toHaveLength(1), WITHIN);
    expect(mailbox.got[0]?.text).toContain('4 pumps');
  });
});

describe('a monitor', () => {
  it('that falls silent while a vasoactive drug runs is a high alarm, which ends when the monitor speaks again', async () => {
    await start({ ALARMS_VITALS_SILENCE_S: '2' });
    await site.enrol(state);
    await site.monitor(AssociationMade, '01994f7e-7c00-7000-8000-0000000000a1', {
      patient: PATIENT,
      bed: 'bed-7',
      unit: 'icu-1',
      pumpSerial: PUMP,
      syringe: { drug: 'noradrenaline', concentration: '8 mg in 50 ml' },
      recordedBy: 'monitor/1',
      validFrom: '2026-11-20T12:00:00.000Z',
    });
    const heard = await site.monitor(VitalsSampled, PATIENT, pulse(80));
    const [raised] = await until(AlarmRaised, 1);
    expect(raised).toMatchObject({
      causationid: heard.id,
      actor: 'monitor/1',
      data: { condition: 'vitals-no-data', priority: 'high', unit: 'icu-1', bed: 'bed-7' },
    });
    await vi.waitFor(() => expect(mailbox.got).toHaveLength(1), WITHIN);
    expect(mailbox.got[0]?.text).toContain('Nothing is heard of the monitor');
    const again = await site.monitor(VitalsSampled, PATIENT, pulse(81));
    const [resolved] = await until(AlarmResolved, 1);
    expect(resolved?.data).toMatchObject({ resolvedBy: again.id });
  });

  it('that repeats itself is an alarm also after a restart in between, and ends when its values move', async () => {
    await start();
    await site.enrol(state);
    await site.monitor(VitalsSampled, PATIENT, pulse(80));
    await stop();
    await start();
    await site.monitor(VitalsSampled, PATIENT, pulse(80, 'frozen'));
    expect(await until(AlarmRaised, 1)).toMatchObject([
      { data: { condition: 'vitals-frozen', priority: 'medium', members: [{ source: PATIENT }] } },
    ]);
    await site.monitor(VitalsSampled, PATIENT, pulse(82));
    await until(AlarmResolved, 1);
  });
});

describe('a way that fails', () => {
  it('is tried again with the same key, and says so', async () => {
    receiver.answer = 503;
    mailbox.refuses = { code: 451, text: 'try again' };
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    const failed = await until(NotificationFailed, 3);
    expect(failed.map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ channel: 'webhook', givenUp: false, detail: 'HTTP 503' }),
        expect.objectContaining({ channel: 'mail', givenUp: false }),
        expect.objectContaining({ channel: 'stream', detail: 'nobody listens' }),
      ]),
    );
    receiver.answer = 204;
    mailbox.refuses = undefined;
    const listening = await Listening.begin(`${address}/alarms/stream`, { pass: people.pass(NURSE) });
    expect(await until(NotificationDelivered, 3)).toHaveLength(3);
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.got.map(({ body }) => body)).size).toBe(1);
    expect(mailbox.got).toHaveLength(1);
    await listening.end();
  });

  it('is given up when it refuses for good', async () => {
    receiver.answer = 410;
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await vi.waitFor(async () => {
      const failed = (await said(NotificationFailed)).map(({ data }) => data);
      expect(failed).toContainEqual(
        expect.objectContaining({ channel: 'webhook', givenUp: true, attempts: 1, detail: 'HTTP 410' }),
      );
    }, WITHIN);
    expect(receiver.got).toHaveLength(1);
  });
});

describe('a listener', () => {
  it('that was away gets what it missed, and a new one sees what is open', async () => {
    await start();
    await site.enrol(state);
    const first = await Listening.begin(`${address}/alarms/stream`, { pass: people.pass(NURSE) });
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await vi.waitFor(() => expect(first.named('notification')).toHaveLength(1), WITHIN);
    const { id } = first.got.at(-1) ?? { id: '' };
    await first.end();
    await site.tell(PumpAlarmCleared, PUMP, occlusion);
    await until(AlarmResolved, 1);
    const second = await Listening.begin(`${address}/alarms/stream`, {
      pass: people.pass(NURSE),
      lastEventId: id,
    });
    await vi.waitFor(() => expect(second.named('resolved')).toHaveLength(1), WITHIN);
    expect(second.named('raised')).toEqual([]);
    const third = await Listening.begin(`${address}/alarms/stream`, {
      pass: people.pass(NURSE),
      lastEventId: 'no-number',
    });
    await vi.waitFor(() => expect(third.named('snapshot')).toMatchObject([{ data: { alarms: [] } }]), WITHIN);
    // The service ends in order although they still listen.
    await stop();
    await Promise.all([second.ended(), third.ended()]);
  });
});

describe('when something is killed', () => {
  it('a second life goes on where the first one was, and raises nothing twice', async () => {
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await until(AlarmRaised, 1);
    await stop();
    const missed = { vendorCode: 'AL_FAULT', term: 'malfunction', logEntryId: 2 };
    await site.tell(PumpAlarmRaised, '8002-9', missed);
    await start();
    await until(AlarmRaised, 2);
    await vi.waitFor(() => expect(mailbox.got).toHaveLength(2), WITHIN);
    expect((await open()).map(({ condition }) => condition)).toEqual(['pump-occlusion', 'pump-malfunction']);
    await site.tell(PumpAlarmCleared, PUMP, occlusion);
    await until(AlarmResolved, 1);
  });

  it('a store that was lost is filled from the stream: the same episodes, acknowledgements, and nobody is told again', async () => {
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, '8002-9', {
      vendorCode: 'AL_FAULT',
      term: 'malfunction',
      logEntryId: 2,
    });
    await site.tell(PumpAlarmCleared, '8002-9', {
      vendorCode: 'AL_FAULT',
      term: 'malfunction',
      logEntryId: 3,
    });
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await until(AlarmRaised, 2);
    const [, occluded] = await open();
    const listening = await Listening.begin(`${address}/alarms/stream`, { pass: people.pass(NURSE) });
    await post(`/alarms/${occluded?.id ?? ''}/acknowledge`);
    await until(NotificationDelivered, 6);
    await until(AlarmAcknowledged, 1);
    await listening.end();
    const before = await site.said();
    const shown = await open();
    await stop();
    for (const suffix of ['', '-wal', '-shm']) await rm(join(state, `alarms.db${suffix}`), { force: true });
    await start();
    expect(await open()).toEqual(shown.map((one) => ({ ...one, raisedMs: expect.any(Number) as number })));
    await site.tell(PumpAlarmCleared, PUMP, occlusion);
    await until(AlarmResolved, 1);
    const after = (await site.said()).map(({ id }) => id);
    expect(new Set(after).size).toBe(after.length);
    expect(after.slice(0, before.length)).toEqual(before.map(({ id }) => id));
    expect(mailbox.got).toHaveLength(2);
  });

  it('the broker: people are told meanwhile that nothing is heard, and afterwards everything is caught up', async () => {
    await start({ ALARMS_SILENCE_S: '2' });
    await site.enrol(state);
    await site.tell(StatusSampled, PUMP, { ...status, drugName: 'NORADRENALINE' });
    const last = await site.events.lastPosition();
    await vi.waitFor(() => expect(app?.get(AlarmDesk).position).toBeGreaterThanOrEqual(last), WITHIN);
    await site.nats.kill();
    await vi.waitFor(() => expect(mailbox.got).toHaveLength(1), WITHIN);
    expect(mailbox.got[0]?.text).toContain('Nothing is heard of the pump');
    await vi.waitFor(
      async () => expect(await get('/health/ready')).toMatchObject({ status: 'down' }),
      WITHIN,
    );
    await site.restartNats();
    await site.tell(StatusSampled, PUMP, { ...status, drugName: 'NORADRENALINE' });
    await until(AlarmRaised, 1);
    await until(AlarmResolved, 1);
  });
});

describe('over HTTP', () => {
  it('names the field that is wrong and its fix, and what it does not have', async () => {
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    const [alarm] = await vi.waitFor(async () => {
      const found = await open();
      expect(found).toHaveLength(1);
      return found;
    }, WITHIN);
    const path = `/alarms/${alarm?.id ?? ''}`;
    // Who it is says the pass; a body that names somebody is refused rather than passed over.
    expect(await post(`${path}/acknowledge`, { person: 'person-other' })).toMatchObject({ status: 400 });
    expect(await post(`${path}/audio-pause`, { seconds: 500 })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'seconds', fix: expect.stringContaining('120') as string }] },
    });
    expect(await post(`${path}/audio-pause`, { seconds: 120 })).toMatchObject({
      status: 200,
      body: { audio: 'paused' },
    });
    expect(await post(`${path}/audio-pause`, { seconds: 1 })).toMatchObject({
      status: 409,
      body: { type: 'urn:bcmed:error:BCM-ALARMS-AUDIO-LIMIT' },
    });
    const nowhere = '01994f7e-7c00-7000-8000-00000000dead';
    expect(await post(`/alarms/${nowhere}/acknowledge`)).toMatchObject({ status: 404 });
    await site.tell(PumpAlarmCleared, PUMP, occlusion);
    await until(AlarmResolved, 1);
    expect(await post(`${path}/acknowledge`)).toMatchObject({
      status: 409,
      body: { type: 'urn:bcmed:error:BCM-ALARMS-CLOSED' },
    });
    expect((await get<{ alarms: unknown[] }>('/alarms?state=all')).alarms).toHaveLength(1);
    expect(await get('/alarms?stat=all')).toMatchObject({ status: 400 });
  });

  it('shows the periodic review, and issues one whose hash stands on the stream', async () => {
    await start();
    await site.enrol(state);
    await site.tell(PumpAlarmRaised, PUMP, occlusion);
    await until(AlarmRaised, 1);
    const page = await fetch(`${address}/alarms/review`, { headers: bearer(NURSE) });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('pump-occlusion');
    const issued = await fetch(`${address}/alarms/review?days=1`, {
      method: 'POST',
      headers: bearer(NURSE),
    });
    expect(issued.status).toBe(201);
    const [event] = await until(ReviewIssued, 1);
    expect(event).toMatchObject({
      actor: NURSE,
      data: { episodes: 1, sha256: issued.headers.get('bcmed-review-sha256') },
    });
  });
});
