import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AlarmRaised,
  AlarmResolved,
  PumpAlarmCleared,
  PumpAlarmRaised,
  ThresholdApproved,
  ThresholdProposed,
  ThresholdRolledBack,
  ThresholdWithdrawn,
  isEvent,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { People } from '../test/people.js';
import { MovableClock, Service, WITHIN } from '../test/service.js';
import { Site } from '../test/site.js';
import type { ThresholdView } from './views/threshold-view.js';

const nearEnd = { vendorCode: 'AL_NEOI', term: 'near-end-of-infusion', logEntryId: 1 };
const PUMPS = Array.from({ length: 31 }, (_, index) => `8002-${index + 1}`);
const [NURSE, DOCTOR, SECOND, PHARMACIST] = ['person-nurse', 'person-doctor', 'person-second', 'person-p'];

process.setMaxListeners(50);

let site: Site;
let people: People;
let clock: MovableClock;
let service: Service;
let state: string;

function environment(): Record<string, string> {
  const ward = join(site.folder, 'ward.yaml');
  const places = PUMPS.map((pump, index) => `  ${pump}: { unit: icu-1, bed: bed-${index} }`);
  writeFileSync(ward, `pumps:\n${places.join('\n')}\n`);
  return { ...site.environment('alarms'), ALARMS_WARD_FILE: ward, ALARMS_LEARN_EVERY_S: '1' };
}

async function restart(): Promise<void> {
  await service.stop();
  service = await Service.start(environment(), clock);
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

async function listed(): Promise<ThresholdView[]> {
  const { body } = await service.ask('/alarms/thresholds', people.pass(NURSE));
  return (body as { thresholds: ThresholdView[] }).thresholds;
}

/** Thirty times somebody was told of a syringe that would soon be empty, and nobody had to do anything. */
async function thirtyEpisodes(): Promise<void> {
  const pumps = PUMPS.slice(0, 30);
  for (const pump of pumps) await site.tell(PumpAlarmRaised, pump, nearEnd);
  await until(AlarmRaised, 30);
  clock.aheadMs += 8_000;
  for (const pump of pumps) await site.tell(PumpAlarmCleared, pump, nearEnd);
  await until(AlarmResolved, 30);
}

/** Raises one more, and says how long people would not be told of it. */
async function delayOfNext(pump = PUMPS[30] ?? ''): Promise<unknown> {
  const { id } = await site.tell(PumpAlarmRaised, pump, nearEnd);
  const raised = await vi.waitFor(async () => {
    const found = (await said(AlarmRaised)).find(({ causationid }) => causationid === id);
    expect(found).toBeDefined();
    return found;
  }, WITHIN);
  return (raised?.data as { notifyAfterMs: number }).notifyAfterMs;
}

async function proposal(): Promise<string> {
  const [proposed] = await until(ThresholdProposed, 1);
  return (proposed?.data as { text: string }).text;
}

beforeEach(async () => {
  site = await Site.begin();
  people = await People.begin(site);
  clock = new MovableClock();
  state = site.environment('alarms')['BCMED_STATE_DIR'] ?? '';
  service = await Service.start(environment(), clock);
  await site.enrol(state);
  await people.enrol(NURSE, 'nurse');
  await people.enrol(DOCTOR, 'physician');
  await people.enrol(SECOND, 'physician');
  await people.enrol(PHARMACIST, 'pharmacist');
});

afterEach(async () => {
  await service.stop();
  await site.end();
});

describe('a threshold that was learned', () => {
  it('is proposed, has no effect with one approval, is in force with two, and goes back, over restarts', async () => {
    await thirtyEpisodes();
    const text = await proposal();
    const [shown] = await listed();
    expect(shown).toMatchObject({
      condition: 'pump-near-end-of-infusion',
      unit: 'icu-1',
      tableMs: 5_000,
      inForceMs: 5_000,
      approved: [],
      proposal: {
        fromMs: 5_000,
        toMs: 19_000,
        signText: text,
        replay: { episodes: 30, spared: 30, missed: 0 },
      },
    });

    const approval = await people.request(NURSE, text);
    await people.grant(approval, DOCTOR, text);
    // Signs once more, with the same key: still one person.
    await people.grant(approval, DOCTOR, text);
    await people.grant(approval, PHARMACIST, text);
    await service.passed(await site.events.lastPosition());
    expect(await delayOfNext()).toBe(5_000);
    expect(await said(ThresholdApproved)).toEqual([]);

    await restart();
    await people.grant(approval, SECOND, text);
    const [approved] = await until(ThresholdApproved, 1);
    expect(approved).toMatchObject({
      actor: SECOND,
      data: {
        unit: 'icu-1',
        from: 5_000,
        to: 19_000,
        approval,
        requestedBy: NURSE,
        approvedBy: [DOCTOR, SECOND],
      },
    });
    await restart();
    expect(await delayOfNext(PUMPS[0])).toBe(19_000);
    expect(await delayOfNext('8002-elsewhere')).toBe(5_000);

    // One that somebody acted on before they would have been told: the guard takes it back.
    const open = service.desk.open.find(({ members }) => members[0]?.source === PUMPS[0]);
    clock.aheadMs += 10_000;
    const seen = { kind: 'acknowledge', person: NURSE, authenticated: true, nowMs: clock.nowMs() } as const;
    service.desk.wish(open?.id ?? '', seen);
    await site.tell(PumpAlarmCleared, PUMPS[0] ?? '', nearEnd);
    expect(await until(ThresholdRolledBack, 1)).toMatchObject([
      { source: 'alarms/1', data: { from: 19_000, to: 5_000, reason: 'missed-alarm' } },
    ]);
    expect(await delayOfNext(PUMPS[1])).toBe(5_000);
  });

  it('is the same again when the store was lost', async () => {
    await thirtyEpisodes();
    const text = await proposal();
    const approval = await people.request(NURSE, text);
    await people.grant(approval, DOCTOR, text);
    await people.grant(approval, SECOND, text);
    await until(ThresholdApproved, 1);
    const before = await listed();
    await service.stop();
    for (const suffix of ['', '-wal', '-shm']) await rm(join(state, `alarms.db${suffix}`), { force: true });
    service = await Service.start(environment(), clock);
    expect(await listed()).toEqual(before);
    expect(await delayOfNext()).toBe(19_000);
    const path = `/alarms/thresholds/${before[0]?.approved[0]?.proposal ?? ''}/roll-back`;
    expect((await service.post(path, {}, people.pass(PHARMACIST))).status).toBe(403);
    expect((await service.post(path, {}, people.pass(DOCTOR))).status).toBe(204);
    expect(await until(ThresholdRolledBack, 1)).toMatchObject([
      { actor: DOCTOR, data: { reason: 'person', person: DOCTOR } },
    ]);
    expect(await service.post(path, {}, people.pass(DOCTOR))).toMatchObject({ status: 404 });
    expect(await said(ThresholdApproved)).toHaveLength(1);
    expect(await said(ThresholdProposed)).toHaveLength(1);
  });

  it('counts no signature of somebody who was revoked before the second, and none over another text', async () => {
    await thirtyEpisodes();
    const text = await proposal();
    const approval = await people.request(NURSE, text);
    await people.grant(approval, DOCTOR, text);
    await people.revoke(DOCTOR);
    await people.grant(approval, SECOND, text);
    const other = text.replace('"toMs":19000', '"toMs":60000');
    const forged = await people.request(NURSE, other);
    await people.grant(forged, DOCTOR, other);
    await people.grant(forged, SECOND, other);
    await service.passed(await site.events.lastPosition());
    expect(await delayOfNext()).toBe(5_000);
    expect(await said(ThresholdApproved)).toEqual([]);
  });

  it('that somebody refused is no longer proposed', async () => {
    await thirtyEpisodes();
    const text = await proposal();
    await people.refuse(await people.request(NURSE, text), DOCTOR, text);
    expect(await until(ThresholdWithdrawn, 1)).toMatchObject([
      { actor: DOCTOR, data: { reason: 'refused', person: DOCTOR } },
    ]);
    expect(await listed()).toMatchObject([{ proposal: null, inForceMs: 5_000 }]);
  });
});
