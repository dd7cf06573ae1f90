import { copyFileSync, cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  ChainClient,
  hashHeader,
  signHeader,
  type AnchorClient,
  type BlockHeader,
  type Deployment,
} from '@bcmed/chain';
import { ChainReanchored, serialiseEvent, subjectOf, type StreamEvent } from '@bcmed/events';
import { Wallet, toBeHex } from 'ethers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningLedger } from '../test/running-ledger.js';
import { SITE, TestSite } from '../test/site.js';
import { loadIdentity, type LedgerIdentity } from './adapters/identity.js';
import { LedgerStore } from './adapters/ledger-store.js';
import { reanchoredEvent } from './domain/announcements.js';

/** Who deploys contracts and validates nothing. On a chain that began anew the same one would get the same address again. */
const operator = new Wallet(toBeHex(77n, 32));
const nextOperator = new Wallet(toBeHex(78n, 32));

let site: TestSite;
let identity: LedgerIdentity;
/** The site's first contract. */
let anchor: AnchorClient;
let ledger: RunningLedger;
let end: () => Promise<void>;

beforeEach(async () => {
  end = () => Promise.resolve();
  site = new TestSite();
  await site.start();
  identity = loadIdentity(site.stateDir, '1');
  anchor = await deploy(operator);
});
afterEach(async () => {
  await end();
  await site.stop();
});

const chainFor = (sender: Wallet) => ChainClient.connect({ url: site.anvil.url, sender });

async function deploy(by: Wallet, after?: Deployment['after']): Promise<AnchorClient> {
  const rules = { site: SITE, validators: [identity.wallet.address], quorum: 1 };
  const chain = await chainFor(by);
  return (await chain.deployBlockAnchor({ ...rules, ...(after ? { after } : {}) })).anchor;
}

/** Starts the ledger; recovery is a person's matter unless the settings say otherwise. */
async function start(
  settings: Readonly<Record<string, string>> = { BLOCK_ANCHOR_ADDRESS: anchor.contract },
): Promise<void> {
  ledger = await RunningLedger.start(site, settings);
  end = () => ledger.stop();
}

/** Ends the ledger in order; its files and those of its servers may then be exchanged. */
async function stop(): Promise<void> {
  await end();
  end = () => Promise.resolve();
}

/** A site that works: the log is open, and blocks are confirmed. */
async function begin(): Promise<void> {
  await start();
  await site.open(identity);
  await site.pump.send(3);
  await ledger.settles();
}

/** What the world sees of the ledger: its words on the streams, the head of its contract, every transaction. */
async function seenOutside() {
  const chain = await chainFor(operator);
  return {
    block: await site.blocks.lastPosition(),
    head: await chain.anchorAt(anchor.contract).readHead(),
    height: await chain.readChainBlockNumber(),
  };
}

/** Events come as before and get their leaves; nobody outside learns of any block. */
async function onlyAccepts(): Promise<void> {
  const before = await seenOutside();
  const { lastBlock } = await ledger.status();
  await site.pump.send(2);
  await ledger.acceptsAll();
  expect(await seenOutside()).toEqual(before);
  expect(await ledger.status()).toMatchObject({ lastBlock });
}

const reanchorings = async () => (await site.eventsOfType(ChainReanchored.type)).map(({ data }) => data);

describe('a ledger with another key than its epoch names', () => {
  it('stands still before it has anything to sign, and goes on with its own key', async () => {
    await begin();
    await stop();
    const key = join(site.stateDir, 'validator-key.pem');
    renameSync(key, `${key}.kept`);
    await start();
    await ledger.standsStill('BCM-LEDGER-NOT-VALIDATOR', /restore validator-key\.pem .* from the backup/);
    await onlyAccepts();
    await stop();
    renameSync(`${key}.kept`, key);
    await start();
    await ledger.settles();
    await site.verifies(anchor.contract);
  });
});

const lost = [
  'BCM-LEDGER-CHAIN-LOST',
  /restore the chain, or deploy a successor and set BLOCK_ANCHOR_ADDRESS/,
] as const;

describe('a chain that began anew while recovery is manual', () => {
  const lose = () => site.restartChain(() => rmSync(site.chainFile));

  it('stops the ledger with the next event, until the chain is restored', async () => {
    await begin();
    const copy = `${site.chainFile}.copy`;
    await site.restartChain(() => copyFileSync(site.chainFile, copy));
    await lose();
    await site.pump.send(1);
    await ledger.standsStill(...lost);
    await onlyAccepts();
    await stop();
    await site.restartChain(() => copyFileSync(copy, site.chainFile));
    await start();
    await ledger.settles();
    await site.verifies(anchor.contract);
    expect(await reanchorings()).toEqual([]);
  });

  it.each([
    ['at another address', nextOperator],
    ['at the very address of the lost one', operator],
  ])(
    'stops the ledger at its start, until it is told of a successor %s; the log says where it goes on',
    async (_, deployer) => {
      await begin();
      await stop();
      await lose();
      await start();
      await ledger.standsStill(...lost);
      await onlyAccepts();
      await stop();
      const last = (await site.checkedBlocks(identity)).at(-1)!;
      const signatures = last.data.signatures.map(({ signature }) => signature);
      const after = { predecessor: anchor.contract, block: { header: last.header, signatures } };
      const { contract } = await deploy(deployer, after);
      expect(contract === anchor.contract).toBe(deployer === operator);
      await start({ BLOCK_ANCHOR_ADDRESS: contract });
      await ledger.settles();
      await site.verifies(anchor.contract);
      const number = last.header.number.toString();
      const where = { contract, predecessor: anchor.contract, firstBlock: number, lastBlock: number };
      expect(await reanchorings()).toEqual([{ chainId: '31337', reason: 'contract-missing', ...where }]);
      await stop();
      // From now on the successor is the contract of the log, whatever the configuration still says.
      await start();
      await site.pump.send(1);
      await ledger.settles();
      expect(await ledger.status()).toMatchObject({ contract });
    },
  );

  it('stops the ledger until it may deploy by itself', async () => {
    await begin();
    await lose();
    await site.pump.send(1);
    await ledger.standsStill(...lost);
    await stop();
    await start({ CHAIN_RECOVERY: 'automatic' });
    await ledger.settles();
    await site.verifies(anchor.contract);
    expect(await reanchorings()).toMatchObject([
      { reason: 'contract-missing', predecessor: anchor.contract },
    ]);
  });
});

describe('a site where nobody deployed a contract yet', () => {
  it.each([
    ['is told of one', {}, /no BlockAnchor is configured: deploy one and set BLOCK_ANCHOR_ADDRESS/],
    ['is told of one that exists', { BLOCK_ANCHOR_ADDRESS: `0x${'aa'.repeat(20)}` }, lost[1]],
  ])('keeps its first block until the ledger %s', async (_, settings, remedy) => {
    await start(settings);
    await site.open(identity);
    await ledger.standsStill(lost[0], remedy);
    await onlyAccepts();
    await stop();
    await start();
    await ledger.settles();
    await site.verifies(anchor.contract);
    expect(await reanchorings()).toEqual([]);
  });
});

describe('a contract that holds another block than the log', () => {
  const diverged = ['BCM-LEDGER-CHAIN-DIVERGED', /find out who anchored it before anything else/] as const;

  it('stops the ledger for good when somebody else anchored with its key', async () => {
    await begin();
    const { header, blockHash } = (await site.checkedBlocks(identity)).at(-1)!;
    const sequence = header.lastSequence + 1n;
    const forged: BlockHeader = {
      ...header,
      number: header.number + 1n,
      firstSequence: sequence,
      lastSequence: sequence,
      treeSize: sequence,
      previousHash: blockHash,
    };
    await anchor.anchor(forged, [signHeader(forged, identity.wallet).signature]);
    await site.pump.send(1);
    await ledger.standsStill(...diverged);
    await onlyAccepts();
    await stop();
    await start();
    await ledger.standsStill(...diverged);
    await onlyAccepts();
    expect(await anchor.readHead()).toMatchObject({ blockHash: hashHeader(forged) });
    // Another contract in the configuration leads away from nothing: the one that is in doubt still stands.
    const { contract } = await deploy(nextOperator);
    await stop();
    await start({ BLOCK_ANCHOR_ADDRESS: contract, CHAIN_RECOVERY: 'automatic' });
    await ledger.standsStill(...diverged);
  });

  it('stops a ledger whose store came from an old copy, until the newer one is back', async () => {
    await begin();
    await stop();
    const [older, newer] = [`${site.stateDir}.older`, `${site.stateDir}.newer`];
    cpSync(site.stateDir, older, { recursive: true });
    await start();
    await site.pump.send(3);
    await ledger.settles();
    await stop();
    renameSync(site.stateDir, newer);
    renameSync(older, site.stateDir);
    await start();
    await ledger.standsStill(...diverged);
    await onlyAccepts();
    await stop();
    rmSync(site.stateDir, { recursive: true });
    renameSync(newer, site.stateDir);
    await start();
    await ledger.settles();
    await site.verifies(anchor.contract);
  });
});

describe('a stream that ends before the tree', () => {
  const short = (why: RegExp) =>
    ['BCM-LEDGER-STREAM-SHORT', new RegExp(`${why.source}.*stop every sender, restore the tail`)] as const;

  /** Nothing comes in and nothing goes out: neither a leaf nor a block nor a word on the stream. */
  async function staysAside(): Promise<void> {
    const seen = async () => [await seenOutside(), await ledger.status(), await site.events.lastPosition()];
    const before = await seen();
    await ledger.says('announcer', 'degraded', /^BCM-LEDGER-STREAM-SHORT/);
    expect(await seen()).toEqual(before);
  }

  /** As if the ledger had died just before it said so. */
  function leaveAnnouncement(): StreamEvent {
    const store = new LedgerStore(join(site.stateDir, 'ledger.db'), {
      site: SITE,
      rootKeyId: site.root.keyId,
    });
    const event = reanchoredEvent(
      { reason: 'chain-behind', contract: anchor.contract, firstBlock: 1n, lastBlock: 1n },
      31_337n,
      { site: SITE, source: 'ledger/1' },
      new Date().toISOString(),
    );
    store.addAnnouncement({ id: event.id, subject: subjectOf(event), body: serialiseEvent(event) });
    store.close();
    return event;
  }

  it('keeps the ledger from everything until the tail is restored', async () => {
    await begin();
    await site.keepStreams();
    await site.pump.send(3);
    await ledger.settles();
    await stop();
    const unsaid = leaveAnnouncement();
    await site.putBackStreams('older');
    await start();
    await ledger.standsStill(...short(/the stream ends at position \d+, the tree has \d+ leaves/));
    await ledger.says('subscriptions', 'down', /not listening/);
    await staysAside();
    await stop();
    await site.putBackStreams('newer');
    await start();
    await ledger.settles();
    await site.verifies(anchor.contract);
    expect(await site.eventsOfType(ChainReanchored.type)).toMatchObject([{ id: unsaid.id }]);
  });

  it('is noticed although senders have filled it up again', async () => {
    await begin();
    await site.keepStreams();
    await site.pump.send(3);
    await ledger.settles();
    await stop();
    await site.putBackStreams('older');
    await site.pump.send(5);
    await start();
    await ledger.standsStill(...short(/the stream has another event at position \d+ than the tree/));
    await staysAside();
  });

  it('is noticed by a ledger that runs while the broker comes back with less', async () => {
    await begin();
    await site.keepStreams();
    await site.pump.send(3);
    await ledger.settles();
    await site.putBackStreams('older');
    await ledger.standsStill(...short(/the stream ends at position \d+/));
    await site.pump.send(5);
    await ledger.says('subscriptions', 'degraded', /failing: .*restore the tail/);
    await staysAside();
  });
});
