import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChainGate } from '../test/chain-gate.js';
import { ProtocolChain } from '../test/protocol-chain.js';
import { NITROPRUSSIDE } from '../test/protocols.js';
import { release } from '../test/release.js';
import { Service } from '../test/service.js';
import { PUMP, Site } from '../test/site.js';
import { LIBRARY } from '../test/ward.js';
import { libraryHash } from './adapters/library-file.js';
import { protocolIdOf } from './adapters/protocol-abi.js';

const WITHIN = { timeout: 20_000, interval: 20 };
const PROTOCOL = protocolIdOf(NITROPRUSSIDE);
/** The example with a protocol for nitroprusside. */
const TEXT = LIBRARY.text.replace(
  'vitals: { maxAgeSeconds: 30, frozenAfterSeconds: 120 }',
  `vitals: { maxAgeSeconds: 30, frozenAfterSeconds: 120 }\n        protocol: '${PROTOCOL}'`,
);

let site: Site;
let chain: ProtocolChain;
let gate: ChainGate;
let dosing: Service;

async function start(more: Record<string, string> = {}): Promise<void> {
  const on = { CHAIN_RPC_URL: gate.url, DRUG_PROTOCOL_ADDRESS: chain.contract, CHAIN_RECOVERY: 'automatic' };
  dosing = await Service.start(site.environment({ ...on, ...more }));
}

beforeAll(async () => {
  [site, chain] = await Promise.all([Site.begin(), ProtocolChain.start()]);
  gate = await ChainGate.before(chain.url);
  await chain.release(NITROPRUSSIDE);
  await start();
  await site.enrol(site.environment()['BCMED_STATE_DIR']!);
  await release(site, dosing, TEXT);
  await site.associate(PUMP, { drug: 'nitroprusside', concentration: '0.1 mg/ml' });
  await vi.waitFor(async () => expect((await dosing.get(`/pumps/${PUMP}`)).status).toBe(200), WITHIN);
});
afterAll(async () => {
  await dosing.stop();
  gate.close();
  await chain.remove();
  await site.end();
});

/** At 100 mmHg the protocol gives 1 microgram/kg/min: for 80 kg 48 ml/h. */
const order = (dose = '1', rateMlPerHour = 48) =>
  site.order(
    {
      drug: 'nitroprusside',
      dose: { value: dose, unit: 'microgram/kg/min' },
      rateMlPerHour,
      concentration: 'standard',
      weightKg: '80',
      libraryHash: libraryHash(Buffer.from(TEXT)),
    },
    ['nurse', 'physician'],
  );
/** Until dosing has read all that stands on the stream. */
async function heard(): Promise<void> {
  const position = (await site.events.lastPosition()).toString();
  const seen = async () => (await dosing.get('/infusions')).body;
  await vi.waitFor(async () => expect(await seen()).toMatchObject({ position }), WITHIN);
}
const reasonOf = async (body: unknown) => (await dosing.post('/orders', body)).body.reason;

describe('a drug with a protocol', () => {
  it('is authorised with the dose that chain and arithmetic agree on, and the vitals are told', async () => {
    await site.vitals();
    await heard();
    const answer = await dosing.post('/orders', order());
    expect(answer).toMatchObject({ status: 201, body: { state: 'authorised' } });
    const [authorised] = await site.said('infusion-authorised');
    expect(authorised?.data).toMatchObject({
      protocolId: PROTOCOL,
      vitals: { meanArterialPressureMmHg: 100, heartRateBpm: 80 },
    });
  });

  it('is refused another dose than the protocol gives', async () => {
    await site.vitals({ map: 100.5 });
    await heard();
    expect(await reasonOf(order('1.5', 72))).toBe('protocol-differs');
  });

  it.each([
    ['stale', async () => site.vitals({ hr: 81 }, 40_000), 'vitals-stale'],
    ['from the future', async () => site.vitals({ hr: 82 }, -60_000), 'vitals-ahead'],
    [
      'frozen by what they show',
      async () => {
        for (const age of [130_000, 60_000, 1_000]) await site.vitals({ hr: 83 }, age);
      },
      'vitals-frozen',
    ],
    [
      'frozen by what the monitor says of them',
      async () => {
        await site.vitals({ hr: 84 }, 40_000);
        await site.vitals({ hr: 84, quality: 'frozen' }, 0);
      },
      'vitals-stale',
    ],
    ['outside of its condition', async () => site.vitals({ hr: 30 }), 'protocol-refused'],
  ])('is refused on vitals that are %s', async (_, show, reason) => {
    await show();
    await heard();
    expect(await reasonOf(order())).toBe(reason);
  });

  it('is not carried out after a stop that came while the chain was asked', async () => {
    await site.vitals();
    await heard();
    const before = (await site.said('command-authorised')).length;
    const asked = gate.hold();
    const ordered = dosing.post('/orders', order());
    await asked;
    const stop = site.signed(site.text({ action: 'stop' }), 'nurse');
    expect((await dosing.post('/stops', { order: stop })).status).toBe(201);
    gate.release();
    expect(await ordered).toMatchObject({
      status: 409,
      body: { type: 'urn:bcmed:error:BCM-DOSING-ORDER-ENDED' },
    });
    expect(await site.said('command-authorised')).toHaveLength(before);
  });

  it('is refused without a chain; other drugs and stops are not', async () => {
    await site.vitals();
    await heard();
    await chain.kill();
    const answer = await dosing.post('/orders', order());
    expect(answer.body).toMatchObject({
      reason: 'protocol-refused',
      words: expect.stringContaining('BCM-DOSING-PROTOCOL-UNANSWERED') as string,
    });
    expect(await dosing.health()).toMatchObject({ checks: { chain: { status: 'degraded' } } });
    const stop = site.signed(site.text({ action: 'stop' }), 'nurse');
    expect((await dosing.post('/stops', { order: stop })).status).toBe(201);
    await dosing.stop();
    await start({ CHAIN_RPC_URL: '', DRUG_PROTOCOL_ADDRESS: '' });
    await site.vitals();
    await heard();
    expect((await dosing.post('/orders', order())).body).toMatchObject({
      reason: 'protocol-refused',
      words: expect.stringContaining('NOT-CONFIGURED') as string,
    });
  });
});
