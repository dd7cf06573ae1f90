import { loadOrCreateKey } from '@bcmed/chain';
import { startAnvil } from '@bcmed/embedded';
import { fixtureWallet } from '@bcmed/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { containing } from '../test/browser.js';
import { Running } from '../test/running.js';
import { Ward } from '../test/ward.js';
import { RegistryClient } from './adapters/registry-client.js';
import { entriesOf } from './adapters/registry-mirror.js';

const WITHIN = { timeout: 30_000, interval: 50 };

let ward: Ward;
let client: RegistryClient;

beforeAll(async () => {
  ward = await Ward.begin({ chain: true });
  const registrar = fixtureWallet('reader');
  client = new RegistryClient({ site: ward.site.name, url: ward.site.anvil!.url, registrar });
});
afterAll(() => ward.end());

const health = async () => (await ward.call('GET /health/ready')).body.checks['registry']!;
const address = async () => /0x[0-9a-fA-F]{40}/.exec((await health()).detail)?.[0] ?? '';

/** Waits until the chain says exactly what the stream says. */
const untilMirrored = () =>
  vi.waitFor(async () => {
    const wanted = entriesOf(ward.site.name, ward.access.parts.trust.people);
    expect(await health()).toMatchObject({
      status: 'up',
      detail: containing(`${wanted.length} credentials`),
    });
    expect([...(await client.read(await address())).values()]).toEqual(wanted);
  }, WITHIN);

describe('the registry on the chain', () => {
  it('says what the stream says: enrolled passkeys and keys, and revocations, without a name', async () => {
    const nurse = await ward.member({ role: 'nurse', unit: 'icu-1' });
    await ward.program({ role: 'physician', unit: 'icu-1' });
    await untilMirrored();
    await ward.revoke(nurse.person);
    await vi.waitFor(async () => {
      const entries = [...(await client.read(await address())).values()];
      expect(entries.map(({ kind, revoked }) => [kind, revoked])).toEqual([
        ['passkey', false],
        ['passkey', true],
        ['key', false],
      ]);
    }, WITHIN);
    await untilMirrored();
  });

  it('is brought up after a restart: it goes on where the registry is', async () => {
    const before = await address();
    await ward.access.stop();
    ward.access = await Running.start(ward.site.environment());
    ward.asAdmin = await signInAgain();
    await untilMirrored();
    expect(await address()).toBe(before);
    await ward.member({ role: 'nurse', unit: 'icu-1' });
    await untilMirrored();
  });

  it('that stays away makes the service degraded and nothing more, and is brought up when it is back, even empty', async () => {
    const { port } = ward.site.anvil!;
    await ward.site.anvil!.kill();
    await ward.member({ role: 'nurse', unit: 'icu-1' });
    await expect.poll(health, WITHIN).toMatchObject({
      status: 'degraded',
      detail: containing('BCM-ACCESS-REGISTRY-UNAVAILABLE'),
    });
    expect((await ward.call('GET /health/ready')).status).toBe(200);
    ward.site.anvil = await startAnvil({ stateFile: join(ward.site.folder, 'other-chain.json'), port });
    await untilMirrored();
  });

  it('that says more than the stream is a difference that health names', async () => {
    // Somebody with the registrar's key has enrolled what nobody enrolled.
    const wallet = loadOrCreateKey(join(ward.access.stateDir, 'registrar-key.pem'));
    const thief = new RegistryClient({ site: ward.site.name, url: ward.site.anvil!.url, registrar: wallet });
    const [known] = await client.read(await address());
    const entry = { ...known![1], id: `0x${'ab'.repeat(32)}`, kind: 'key' as const, revoked: false };
    const where = await address();
    await thief.write(where, { kind: 'enrol', entry });
    await ward.access.stop();
    ward.access = await Running.start(ward.site.environment());
    await expect.poll(health, WITHIN).toEqual({
      status: 'degraded',
      detail: containing(`BCM-ACCESS-REGISTRY-DIFFERS: 1 at ${where}: ${entry.id} is on the chain only`),
    });
  });

  it('of another program, or where we are no registrar, is not taken for ours', async () => {
    const settings = { ACCESS_REGISTRY_ADDRESS: `0x${'11'.repeat(20)}` };
    await ward.access.stop();
    ward.access = await Running.start(ward.site.environment('1', settings));
    await expect.poll(health, WITHIN).toMatchObject({
      status: 'degraded',
      detail: containing('BCM-ACCESS-REGISTRY-MISSING: there is no contract'),
    });
    const foreign = new RegistryClient({
      site: ward.site.name,
      url: ward.site.anvil!.url,
      registrar: fixtureWallet('another site'),
    });
    const other = await foreign.deploy();
    await ward.access.stop();
    ward.access = await Running.start(ward.site.environment('1', { ACCESS_REGISTRY_ADDRESS: other }));
    await expect.poll(health, WITHIN).toMatchObject({ detail: containing('is no registrar of') });
  });
});

async function signInAgain() {
  Object.assign(ward.admin, { address: ward.access.address });
  return ward.admin.signIn();
}
