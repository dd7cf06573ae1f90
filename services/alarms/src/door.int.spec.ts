import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AlarmAcknowledged,
  AlarmDecisionDenied,
  AlarmDecisionsAllowed,
  AlarmPassesRefused,
  PumpAlarmRaised,
  isEvent,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { People } from '../test/people.js';
import { Listening } from '../test/receivers.js';
import { Service, WITHIN } from '../test/service.js';
import { Site } from '../test/site.js';
import { occlusion } from '../test/story.js';
import type { AlarmView } from './domain/telling.js';

const PUMP = '8002-51740';
const [NURSE, ELSEWHERE, PHARMACIST, NOBODY] = [
  'person-7f3a',
  'person-icu2',
  'person-pharm',
  'person-none',
] as const;

// Each service in this process listens for the signals that end it.
process.setMaxListeners(50);

let site: Site;
let people: People;
let service: Service;

function environment(): Record<string, string> {
  const ward = join(site.folder, 'ward.yaml');
  writeFileSync(ward, `pumps:\n  ${PUMP}: { unit: icu-1, bed: bed-7 }\n`);
  return { ...site.environment('alarms'), ALARMS_WARD_FILE: ward, ALARMS_READS_RECORDED_S: '1' };
}

async function said(definition: EventDefinition): Promise<StreamEvent[]> {
  return (await site.said()).filter((event) => isEvent(event, definition));
}

/** The id of a new open alarm. */
async function alarm(pump = PUMP): Promise<string> {
  const { id } = await site.tell(PumpAlarmRaised, pump, occlusion);
  await service.passed(await site.events.lastPosition());
  const { body } = await service.ask('/alarms', people.pass(NURSE));
  const found = (body as { alarms: AlarmView[] }).alarms.find(({ members }) =>
    members.some(({ source }) => source === pump),
  );
  expect(found, `no alarm of ${id}`).toBeDefined();
  return found?.id ?? '';
}

beforeEach(async () => {
  site = await Site.begin();
  people = await People.begin(site);
  await people.enrol(NURSE, 'nurse');
  await people.enrol(ELSEWHERE, 'nurse', 'icu-2');
  await people.enrol(PHARMACIST, 'pharmacist');
  service = await Service.start(environment());
  await site.enrol(environment()['BCMED_STATE_DIR'] ?? '');
});

afterEach(async () => {
  await service.stop();
  await site.end();
});

describe('whoever asks about alarms', () => {
  it('shows a pass that holds; requests without one are refused and counted', async () => {
    const path = `/alarms/${await alarm()}/acknowledge`;
    for (const [pass, code] of [
      [undefined, 'PASS-MISSING'],
      [
        people.pass(NURSE, {
          exp: Math.floor(Date.now() / 1_000) - 30,
          iat: Math.floor(Date.now() / 1_000) - 80,
        }),
        'PASS-REFUSED',
      ],
      [people.pass(NURSE, {}, NURSE), 'PASS-REFUSED'],
      [people.pass(NOBODY), 'PASS-REFUSED'],
    ] as const)
      expect(await service.post(path, {}, pass)).toMatchObject({
        status: 401,
        body: { type: `urn:bcmed:error:BCM-TRUST-${code}` },
      });
    for (const read of ['/alarms', '/alarms/stream', '/alarms/review', '/alarms/thresholds'])
      expect((await service.ask(read)).status, read).toBe(401);
    expect(await said(AlarmAcknowledged)).toEqual([]);
    const counted = await vi.waitFor(async () => {
      const faults = (await said(AlarmPassesRefused)).flatMap(
        ({ data }) => (data as { refused: { fault: string; count: number }[] }).refused,
      );
      expect(faults.reduce((sum, { count }) => sum + count, 0)).toBe(8);
      return faults.map(({ fault }) => fault);
    }, WITHIN);
    expect(new Set(counted)).toEqual(new Set(['missing', 'expired', 'unknown-key', 'person-unknown']));
  });

  it('is recorded once in a while with what they read', async () => {
    await service.ask('/alarms', people.pass(PHARMACIST));
    await service.ask('/alarms', people.pass(PHARMACIST));
    await service.ask('/alarms/review', people.pass(PHARMACIST));
    const reads = await vi.waitFor(async () => {
      const mine = (await said(AlarmDecisionsAllowed)).filter(({ subject }) => subject === PHARMACIST);
      const all = mine.flatMap(({ data }) => (data as { reads: { action: string; count: number }[] }).reads);
      expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(3);
      return all.map(({ action }) => action);
    }, WITHIN);
    expect(new Set(reads)).toEqual(new Set(['read-alarms', 'read-review']));
  });
});

describe('an alarm', () => {
  it('is acknowledged by a nurse of its unit, and by nobody of another one: that is an event before they are told', async () => {
    const id = await alarm();
    for (const person of [ELSEWHERE, PHARMACIST]) {
      const refused = await service.post(`/alarms/${id}/acknowledge`, {}, people.pass(person));
      expect(refused).toMatchObject({
        status: 403,
        body: { type: 'urn:bcmed:error:BCM-TRUST-NOT-PERMITTED' },
      });
      const denied = await vi.waitFor(async () => {
        const found = (await said(AlarmDecisionDenied)).filter(({ subject }) => subject === person);
        expect(found).toHaveLength(1);
        return found[0];
      }, WITHIN);
      expect(denied).toMatchObject({
        actor: person,
        data: {
          action: 'acknowledge-alarm',
          resourceKind: 'pump',
          resource: PUMP,
          unit: 'icu-1',
          alarm: id,
          words: (refused.body as { detail: string }).detail,
        },
      });
    }
    expect(await said(AlarmAcknowledged)).toEqual([]);
    const answer = await service.post(`/alarms/${id}/acknowledge`, {}, people.pass(NURSE));
    expect(answer).toMatchObject({ status: 200, body: { acknowledgedBy: NURSE } });
  });

  it('of which nobody knows the place is acknowledged by whoever may anywhere', async () => {
    const id = await alarm('8002-99999');
    expect((await service.post(`/alarms/${id}/acknowledge`, {}, people.pass(PHARMACIST))).status).toBe(403);
    expect((await service.post(`/alarms/${id}/acknowledge`, {}, people.pass(ELSEWHERE))).status).toBe(200);
  });

  it('floods the stream with no denials of a stuck key', async () => {
    const id = await alarm();
    const pass = people.pass(ELSEWHERE);
    const statuses = new Map<number, number>();
    for (let one = 0; one < 70; one++) {
      const { status } = await service.post(`/alarms/${id}/acknowledge`, {}, pass);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 403: 60, 429: 10 });
    await vi.waitFor(async () => expect(await said(AlarmDecisionDenied)).toHaveLength(60), WITHIN);
  });
});

describe('somebody who is revoked', () => {
  it('is let go from the stream of alarms at once, and acknowledges nothing any more', async () => {
    const id = await alarm();
    const [pass, other] = [people.pass(NURSE), people.pass(ELSEWHERE)];
    const nurse = await Listening.begin(`${service.address}/alarms/stream`, { pass });
    const stays = await Listening.begin(`${service.address}/alarms/stream`, { pass: other });
    await people.revoke(NURSE);
    await nurse.ended();
    expect(await service.post(`/alarms/${id}/acknowledge`, {}, pass)).toMatchObject({
      status: 401,
      body: { detail: expect.stringContaining('person-revoked') as string },
    });
    await site.tell(PumpAlarmRaised, '8002-2', occlusion);
    await vi.waitFor(() => expect(stays.named('notification')).toHaveLength(1), WITHIN);
    await stays.end();
  });

  it('whose session ended is let go as well', async () => {
    const nurse = await Listening.begin(`${service.address}/alarms/stream`, { pass: people.pass(NURSE) });
    await people.endSession(NURSE);
    await nurse.ended();
  });
});

describe('while the broker is away', () => {
  it('nobody is believed, since a revocation might be missed', async () => {
    const id = await alarm();
    await site.nats.kill();
    await vi.waitFor(async () => {
      const answer = await service.post(`/alarms/${id}/acknowledge`, {}, people.pass(NURSE));
      expect(answer).toMatchObject({ status: 503, body: { type: 'urn:bcmed:error:BCM-TRUST-BEHIND' } });
    }, WITHIN);
    await site.restartNats();
    await vi.waitFor(async () => {
      expect((await service.post(`/alarms/${id}/acknowledge`, {}, people.pass(NURSE))).status).toBe(200);
    }, WITHIN);
  });
});
