import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats, EventLog, setUpStreams } from '@bcmed/event-log';
import type { StreamEvent } from '@bcmed/events';
import type { Sealer } from '@bcmed/seal';
import { fixtureSealer, LogFixture, sealed, type FixtureMessage } from '@bcmed/testing';
import { Logger } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alarmed,
  commanded,
  made,
  nextId,
  PATIENT,
  PUMP,
  sampled,
  status,
} from '../../test/support/events.js';
import { Ward } from '../views/ward.js';
import { SiteInbox } from './site-inbox.js';

const DAY_MS = 86_400_000;

let folder: string;
let nats: NatsServer;
let connection: NatsConnection;
let log: EventLog;
const fixture = new LogFixture();
const [monitor, dosing, retired] = ['monitor', 'dosing', 'retired'].map(fixtureSealer) as [
  Sealer,
  Sealer,
  Sealer,
];
let ids = 0;
let refused = 0;

async function append({ subject, seal, body }: FixtureMessage): Promise<void> {
  await log.append({ subject, seal, body, id: `test-${(ids += 1)}` });
}

async function happens(sealer: Sealer, ...events: StreamEvent[]): Promise<void> {
  for (const one of events) await append(sealed(sealer, one));
}

/** What is shown by a gateway that starts so much later. */
async function shownAfter(laterMs: number): Promise<string[]> {
  const ward = new Ward();
  const settings = { site: fixture.site, rootKeyId: fixture.rootKeyId, allowDemonstration: false };
  const inbox = new SiteInbox(ward, settings, () => Date.now() + laterMs);
  await inbox.load(log);
  expect(inbox.position).toBe(await log.lastPosition());
  refused = inbox.refused;
  return [...ward.board.entries].flatMap(({ key, value }) => (value === undefined ? [] : [key])).sort();
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  folder = await mkdtemp(join(tmpdir(), 'bcmed-inbox-'));
  nats = await startNats({ storeDir: folder });
  connection = await connectNats({ servers: nats.url, name: 'test' });
  await setUpStreams(connection, fixture.site);
  log = new EventLog(connection);
  fixture.enrol(monitor, 'icu-monitor/1', ['vitals', 'association'], 'device');
  fixture.enrol(dosing, 'dosing/1', ['dosing'], 'service');
  for (const entry of fixture.entries) if (!('missing' in entry)) await append(entry);
});

afterAll(async () => {
  await connection.close();
  await nats.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a gateway that starts', () => {
  const command = nextId();

  it('shows how things stand, and nothing that the ledger would refuse', async () => {
    await happens(monitor, made(PUMP, PATIENT), sampled(PATIENT, 90));
    await happens(fixture.adapter, status(), alarmed('AL_OCCLU'));
    await happens(dosing, commanded(command));
    await happens(retired, commanded(nextId()));
    await happens(monitor, status({}, {}, '8002-666'));
    await append({
      subject: `bcmed.${fixture.site}.pump.x.status-sampled`,
      seal: '',
      body: Buffer.from('{'),
    });
    expect(await shownAfter(0)).toEqual([
      'bed/bed-7',
      `command/${command}`,
      `pump/${PUMP}`,
      `vitals/${PATIENT}`,
    ]);
    expect(refused).toBe(3);
  });

  it('after an hour does not show what a monitor said then', async () => {
    expect(await shownAfter(3_600_000)).toEqual(['bed/bed-7', `command/${command}`, `pump/${PUMP}`]);
  });

  it('after eight days passes over what was ordered, and still knows who lies where', async () => {
    expect(await shownAfter(8 * DAY_MS)).toEqual(['bed/bed-7', `pump/${PUMP}`]);
  });

  it('judges each order by the keys of its own time', async () => {
    await append(fixture.revoke(dosing));
    const late = nextId();
    await happens(dosing, commanded(late));
    const shown = await shownAfter(0);
    expect(shown).toContain(`command/${command}`);
    expect(shown).not.toContain(`command/${late}`);
  });
});
