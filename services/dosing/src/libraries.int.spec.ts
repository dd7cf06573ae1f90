import { createHash } from 'node:crypto';
import { isEvent, LibraryActivated, LibraryReleased } from '@bcmed/events';
import { LibraryRegister, loadOrCreateKey } from '@bcmed/chain';
import { checkSignedText, signTextWithKey, textHashOf } from '@bcmed/policy';
import { SiteTrust } from '@bcmed/site-trust';
import { fixtureKey } from '@bcmed/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { join } from 'node:path';
import { ChainGate } from '../test/chain-gate.js';
import { ProtocolChain } from '../test/protocol-chain.js';
import { approve, propose, release } from '../test/release.js';
import { Service } from '../test/service.js';
import { PUMP, Site } from '../test/site.js';
import { LIBRARY } from '../test/ward.js';

const WITHIN = { timeout: 20_000, interval: 20 };
process.setMaxListeners(100);

let site: Site;
let chain: ProtocolChain;
let gate: ChainGate;
let dosing: Service;
let versions = 1;

const environment = () => site.environment({ CHAIN_RPC_URL: gate.url, CHAIN_RECOVERY: 'automatic' });
const stateDir = () => site.environment()['BCMED_STATE_DIR']!;

beforeAll(async () => {
  [site, chain] = await Promise.all([Site.begin(), ProtocolChain.start()]);
  gate = await ChainGate.before(chain.url);
  dosing = await Service.start(environment());
  await site.enrol(stateDir());
  await site.associate();
  await vi.waitFor(async () => expect((await dosing.get(`/pumps/${PUMP}`)).status).toBe(200), WITHIN);
});
afterAll(async () => {
  await dosing.stop();
  gate.close();
  await chain.remove();
  await site.end();
});

/** Another version of the example, with other bytes. */
function nextVersion(change: (text: string) => string = (text) => text): string {
  versions += 1;
  return change(LIBRARY.text.replace("version: '2026.1'", `version: '2026.${String(versions)}'`));
}
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await dosing.get('/libraries', site.pass('pharmacist'))).body.libraries.map(({ libraryHash, state }) => [
      libraryHash,
      state,
    ]),
  );
/** Until dosing has read all that stands on the stream. */
async function heard(): Promise<void> {
  const position = (await site.events.lastPosition()).toString();
  const seen = async () => (await dosing.get('/infusions')).body;
  await vi.waitFor(async () => expect(await seen()).toMatchObject({ position }), WITHIN);
}

describe('a drug library', () => {
  it('keeps every order back until two pharmacists have released it and its hash is on the chain', async () => {
    expect((await dosing.post('/orders', site.order())).body).toMatchObject({ reason: 'library-missing' });
    expect((await dosing.get('/library')).body.type).toContain('LIBRARY-MISSING');
    const { releaseText, libraryHash } = await propose(site, dosing);
    expect(libraryHash).toBe(LIBRARY.hash);
    expect((await dosing.post('/orders', site.order())).body).toMatchObject({ reason: 'library-missing' });
    const id = await approve(
      site,
      releaseText,
      site.signatures(releaseText, 'pharmacist', 'second-pharmacist'),
    );
    await vi.waitFor(async () => expect((await dosing.get('/library')).status).toBe(200), WITHIN);
    expect((await dosing.post('/orders', site.order())).status).toBe(201);

    const [released] = await site.said('library-released');
    if (!released || !isEvent(released, LibraryReleased)) throw new Error('not released');
    expect(released.data).toMatchObject({
      libraryHash,
      approvalId: id,
      releasedBy: ['pharmacist', 'second-pharmacist'],
      decidedBy: [
        { person: 'pharmacist', policies: ['pharmacists-release-libraries'] },
        { person: 'second-pharmacist', policies: ['pharmacists-release-libraries'] },
      ],
    });
    const trust = new SiteTrust({
      site: 's1',
      rootKeyId: site.log.rootKeyId,
      own: { keyId: site.access.keyId, source: 'test/1', area: 'access' },
      allowDemonstration: false,
    });
    await trust.load(site.events);
    expect(checkSignedText(released.data.release, trust.people)).toMatchObject({
      allHold: true,
      people: ['pharmacist', 'second-pharmacist'],
    });

    const [activated] = await site.said('library-activated');
    if (!activated || !isEvent(activated, LibraryActivated)) throw new Error('not activated');
    const registrar = loadOrCreateKey(join(stateDir(), 'registrar-key.pem'));
    const register = new LibraryRegister({ site: 's1', url: chain.url, registrar });
    const newest = await register.newest(activated.data.onChain!.contract, 'icu-1');
    const hex = (base64Url: string) => `0x${Buffer.from(base64Url, 'base64url').toString('hex')}`;
    expect(newest).toMatchObject({
      libraryHash: hex(libraryHash),
      releaseHash: hex(textHashOf(releaseText)),
      number: BigInt(activated.data.onChain!.number),
    });
  });

  it('that was proposed again while it waits is the same proposal, and one with an error is refused with its line', async () => {
    const text = nextVersion();
    const [first, second] = [await propose(site, dosing, text), await propose(site, dosing, text)];
    expect(second.proposal).toBe(first.proposal);
    const wrong = text.replace('hardHigh: { value: 30', 'hardHigh: { value: 3');
    const answer = await dosing.post('/libraries', { text: wrong }, site.pass('pharmacist'));
    expect(answer).toMatchObject({
      status: 422,
      body: { detail: expect.stringMatching(/line \d+, dopamine\/adult-icu/) as string },
    });
  });

  it('is not to be proposed, nor read, by whoever is not signed in, nor proposed by a nurse', async () => {
    for (const path of ['/libraries', `/libraries/${site.nonce()}`])
      expect((await dosing.get(path)).status).toBe(401);
    expect((await dosing.post('/libraries', { text: nextVersion() })).status).toBe(401);
    const answer = await dosing.post('/libraries', { text: nextVersion() }, site.pass('nurse'));
    expect(answer).toMatchObject({ status: 403, body: { type: 'urn:bcmed:error:BCM-DOSING-NOT-PERMITTED' } });
    expect((await site.said('decision-denied')).at(-1)).toMatchObject({
      subject: 'nurse',
      data: { action: 'release-library', resourceKind: 'library', resource: 'example' },
    });
  });

  it('shows what it changes', async () => {
    const text = nextVersion((from) => from.replaceAll('value: 30 microgram', 'value: 25 microgram'));
    const { proposal } = await propose(site, dosing, text);
    const answer = await dosing.get(`/libraries/${proposal}/differences`, site.pass('nurse'));
    const at = (drug: string) => `drugs/${drug}/entries/adult-icu/limits/hardHigh/value`;
    const change = { before: '30 microgram/kg/min', after: '25 microgram/kg/min' };
    expect(answer.body.differences).toEqual([
      { path: 'version', before: '2026.1', after: expect.stringContaining('2026.') as string },
      { path: at('dopamine'), ...change },
      { path: at('dobutamine'), ...change },
    ]);
  });

  it.each([
    ['one person with two keys', ['pharmacist', 'pharmacist']],
    ['a pharmacist and a nurse', ['pharmacist', 'nurse']],
    ['a nurse and a pharmacist', ['nurse', 'pharmacist']],
  ])('is not released by %s', async (_, people) => {
    await site.enrolKey('pharmacist', 'pharmacist-second-key');
    const { releaseText, libraryHash } = await propose(site, dosing, nextVersion());
    const signatures = people.map((person, index) => {
      const key = index === 1 && person === people[0] ? 'pharmacist-second-key' : person;
      return { person, ...signTextWithKey(fixtureKey(key), releaseText) };
    });
    await approve(site, releaseText, signatures);
    await heard();
    expect((await states())[libraryHash]).toBe('proposed');
  });

  it.each([
    ['for another unit', { unit: 'icu-2' }],
    ['for another purpose', { purpose: 'pump-order' }],
    ['that has expired', { minutes: -1 }],
  ])('is not released by an approval %s', async (_, more) => {
    const { releaseText, libraryHash } = await propose(site, dosing, nextVersion());
    await approve(site, releaseText, site.signatures(releaseText, 'pharmacist', 'second-pharmacist'), more);
    await heard();
    expect((await states())[libraryHash]).toBe('proposed');
  });

  it('is not released by signatures over a text that differs in one byte', async () => {
    const { releaseText, libraryHash } = await propose(site, dosing, nextVersion());
    const other = releaseText.replace('"warnings":', '"warnings": ');
    await approve(site, other, site.signatures(other, 'pharmacist', 'second-pharmacist'));
    await heard();
    expect((await states())[libraryHash]).toBe('proposed');
  });

  it('replaces the one before, whose orders are then refused, and comes back when it is released again', async () => {
    const next = nextVersion();
    const old = site.order();
    await release(site, dosing, next);
    expect((await dosing.post('/orders', old)).body).toMatchObject({
      reason: 'library-changed',
      limit: hashOf(next),
      value: LIBRARY.hash,
    });
    expect(await states()).toMatchObject({ [hashOf(next)]: 'active', [LIBRARY.hash]: 'replaced' });
    await release(site, dosing);
    expect((await dosing.post('/orders', site.order())).status).toBe(201);
  });

  it('ends an order that waits for a further signature: its people saw another one', async () => {
    await dosing.post('/orders', site.order({ dose: { value: '0.1', unit: 'mg/h' }, rateMlPerHour: 0.1 }));
    // Twenty times what runs takes somebody else as well.
    const { body } = await dosing.post('/orders', site.order());
    expect(body.state).toBe('waiting');
    await release(site, dosing, nextVersion());
    const withdrawn = await vi.waitFor(async () => {
      const found = (await site.said('authorisation-withdrawn')).filter(
        ({ subject }) => subject === body.infusionId,
      );
      expect(found).toHaveLength(1);
      return found[0];
    }, WITHIN);
    expect(withdrawn).toMatchObject({ data: { orderId: body.orderId, cause: 'library-changed' } });
    await release(site, dosing);
  });

  it('that is released for later is activated then, and not before', async () => {
    const from = new Date(Date.now() + 2_000).toISOString();
    const text = nextVersion((given) => given.replace('2026-11-20T00:00:00.000Z', from));
    const { releaseText, libraryHash } = await propose(site, dosing, text);
    await approve(site, releaseText, site.signatures(releaseText, 'pharmacist', 'second-pharmacist'));
    await vi.waitFor(async () => expect((await states())[libraryHash]).not.toBe('proposed'), WITHIN);
    await vi.waitFor(async () => expect((await states())[libraryHash]).toBe('active'), WITHIN);
    const activated = (await site.said('library-activated')).at(-1);
    expect(activated?.time && activated.time >= from).toBe(true);
    await release(site, dosing);
  });

  it('is active again after a restart, also of a service that lost its store', async () => {
    await dosing.stop();
    dosing = await Service.start(environment());
    await vi.waitFor(
      async () => expect((await dosing.post('/orders', site.order())).status).toBe(201),
      WITHIN,
    );
    expect(await dosing.health()).toMatchObject({ checks: { library: { status: 'up' } } });
  });

  it('that the chain does not take is not activated, and the one before goes on; it is activated when the chain is back', async () => {
    const { releaseText, libraryHash } = await propose(site, dosing, nextVersion());
    gate.cut();
    await approve(site, releaseText, site.signatures(releaseText, 'pharmacist', 'second-pharmacist'));
    await vi.waitFor(async () => expect((await states())[libraryHash]).toBe('released'), WITHIN);
    expect((await dosing.post('/orders', site.order())).status).toBe(201);
    gate.mend();
    await vi.waitFor(async () => expect((await states())[libraryHash]).toBe('active'), WITHIN);
  });

  it('against which the chain speaks keeps orders back', async () => {
    const registrar = loadOrCreateKey(join(stateDir(), 'registrar-key.pem'));
    const register = new LibraryRegister({ site: 's1', url: chain.url, registrar });
    const activated = (await site.said('library-activated')).at(-1);
    if (!activated || !isEvent(activated, LibraryActivated)) throw new Error('not activated');
    const foreign = `0x${'77'.repeat(32)}` as const;
    const number = (await site.events.lastPosition()) + 1_000n;
    await register.record(activated.data.onChain!.contract, 'icu-1', {
      libraryHash: foreign,
      releaseHash: foreign,
      number,
    });
    await vi.waitFor(async () => {
      const { checks } = await dosing.health();
      expect(checks['library']).toMatchObject({
        status: 'degraded',
        detail: expect.stringContaining('LIBRARY-DIFFERS') as string,
      });
    }, WITHIN);
    expect((await dosing.post('/orders', site.order())).body).toMatchObject({ reason: 'library-missing' });
    const stop = site.signed(site.text({ action: 'stop' }), 'nurse');
    expect((await dosing.post('/stops', { order: stop })).status).toBe(201);
  });
});
