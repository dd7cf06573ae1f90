import { CommandAuthorised, isEvent } from '@bcmed/events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DosingProcess } from './dosing-process.js';
import { KillingLine, type Moment } from './killing-line.js';
import { release } from './release.js';
import { PUMP, Site } from './site.js';

let site: Site;
let line: KillingLine;
let dosing: DosingProcess;

const environment = () => site.environment({ NATS_URL: line.url, LOG_LEVEL: 'warn' });

beforeEach(async () => {
  site = await Site.begin();
  line = await KillingLine.between(site.nats.port);
  await site.associate(PUMP, { drug: 'dopamine', concentration: '200 mg in 50 ml' });
  dosing = await DosingProcess.up(environment());
  await site.enrol(dosing.stateDir);
  await dosing.ready();
  await release(site, dosing);
});
afterEach(async () => {
  await dosing.end('SIGKILL');
  line.close();
  await site.end();
});

/** Arms the line, sends the request that dies with the process, and starts the process again. */
async function killed(moment: Moment, mark: string, request: () => Promise<unknown>): Promise<void> {
  line.arm(moment, mark, () => dosing.child.kill('SIGKILL'));
  await expect(request()).rejects.toThrow();
  expect(await dosing.exited).toBe(null);
  expect(line.isArmed).toBe(false);
  dosing = await DosingProcess.up(environment());
  await dosing.ready();
}

/** Fresh vitals, and the service has heard them. */
async function vitals(): Promise<void> {
  await site.vitals();
  const position = await site.events.lastPosition();
  const heard = async () => {
    const { body } = await dosing.get('/infusions');
    // The service may have said something itself since.
    expect(BigInt((body as { position: string }).position)).toBeGreaterThanOrEqual(position);
  };
  await vi.waitFor(heard, { timeout: 20_000, interval: 20 });
}

async function orderOf(...people: string[]) {
  await vitals();
  const strength = { concentration: '200-mg', weightKg: '80' };
  const dose = { dose: { value: '5', unit: 'microgram/kg/min' }, rateMlPerHour: 6 };
  return site.order({ drug: 'dopamine', ...dose, ...strength }, people);
}

async function onlyCommand(): Promise<string> {
  const [command, ...more] = await site.said('command-authorised');
  if (!command || !isEvent(command, CommandAuthorised)) throw new Error('no command');
  expect(more).toEqual([]);
  expect(await site.said('infusion-authorised')).toMatchObject([{ data: { commandId: command.id } }]);
  expect((await site.judged()).filter(({ outcome }) => outcome === 'rejected')).toEqual([]);
  expect(command.data.order.signatures.map(({ person }) => person)).toEqual(['nurse', 'physician']);
  return command.id;
}

const BETWEEN = `HPUB bcmed.s1.dosing.${PUMP}.command-authorised`;

describe('dosing that is killed between infusion-authorised and command-authorised', () => {
  it('goes on by itself after its restart when the last signature was taken: one command', async () => {
    const body = await orderOf('nurse');
    const waiting = await dosing.post('/orders', body);
    expect(waiting.body.state).toBe('waiting');
    const signatures = site.signatures(body.order.text, 'physician');
    const path = `/orders/${waiting.body.orderId}/signatures`;
    await killed('before', BETWEEN, () => dosing.post(path, { signatures }));
    const commandId = await onlyCommand();
    expect((await dosing.post(path, { signatures })).body).toMatchObject({ state: 'authorised', commandId });
    await onlyCommand();
  });

  it('has said nothing of an order that was placed in the same breath, and takes it when it comes again', async () => {
    const body = await orderOf('nurse', 'physician');
    await killed('before', BETWEEN, () => dosing.post('/orders', body));
    expect((await site.said()).map(({ type }) => type)).toEqual([
      'bcmed.dosing.library-proposed',
      'bcmed.dosing.library-released',
      'bcmed.dosing.library-activated',
    ]);
    await vitals();
    expect(await dosing.post('/orders', body)).toMatchObject({ status: 201, body: { state: 'authorised' } });
    await onlyCommand();
  });

  it('knows after its restart what the stream had taken before anybody was told', async () => {
    const body = await orderOf('nurse', 'physician');
    await killed('after', BETWEEN, () => dosing.post('/orders', body));
    const commandId = await onlyCommand();
    expect(await dosing.post('/orders', body)).toMatchObject({ status: 201, body: { commandId } });
    await onlyCommand();
  });
});

describe('dosing that is told to end', () => {
  it('drains and leaves with 0', async () => {
    expect(await dosing.end('SIGTERM')).toBe(0);
    expect(dosing.output.join('')).not.toContain('"level":50');
  });
});
