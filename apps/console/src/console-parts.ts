import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EventLog, STREAM } from '@bcmed/event-log';
import type { KeyId } from '@bcmed/seal';
import { PassVerifier } from '@bcmed/site-trust';
import type { NatsConnection } from '@nats-io/transport-node';
import { ChainProxy } from './adapters/chain-proxy.js';
import { Forwarder } from './adapters/forwarder.js';
import { PageFiles } from './adapters/page-files.js';
import { Passes } from './adapters/passes.js';
import { SignedIn } from './commands/signed-in.js';
import { upstreamsOf, type ConsoleConfig } from './config.js';
import { BlockInbox } from './reactions/block-inbox.js';
import { Following } from './reactions/following.js';
import { SiteInbox } from './reactions/site-inbox.js';
import { LiveLines } from './views/live-lines.js';
import { LogReader } from './views/log-reader.js';
import { ReadPermissions } from './views/read-permissions.js';
import { SiteFacts } from './views/site-facts.js';
import { Ward } from './views/ward.js';

export type ConsoleParts = ReturnType<typeof consoleParts>;

/** The parts of the gateway, each made of those before it. */
export function consoleParts(config: ConsoleConfig, connection: NatsConnection) {
  const { BCMED_SITE: site, BCMED_ROOT_KID: rootKeyId, PUBLIC_ORIGIN: origin } = config;
  const logs = {
    events: new EventLog(connection),
    blocks: new EventLog(connection, { stream: STREAM.blocks }),
  };
  const upstreams = upstreamsOf(config);
  const ward = new Ward();
  const inbox = new SiteInbox(ward, {
    site,
    rootKeyId: rootKeyId as KeyId, // the schema has checked its form
    allowDemonstration: config.ALLOW_DEMONSTRATION,
  });
  const blocks = new BlockInbox(ward, inbox.trust);
  const following = new Following(connection);
  const verifier = new PassVerifier(inbox.trust.forPasses(() => following.isCurrent));
  const passes = new Passes(config.ACCESS_URL);
  const forwarder = new Forwarder(upstreams, passes);
  const signedIn = new SignedIn(passes, verifier);
  const permissions = new ReadPermissions(() => inbox.trust.people);
  const lines = new LiveLines({
    boot: randomBytes(6).toString('base64url'),
    board: ward.board,
    permissions,
    verifier,
    position: () => inbox.position,
    pictures: (nowMs) => ward.pictures(nowMs),
    causeOf: (sessionId) => inbox.causeOf(sessionId),
    sweep: (nowMs) => ward.sweep(nowMs),
  });
  const reader = new LogReader(site, logs, verifier);
  const named = new Set(config.CHAIN_CONTRACTS.map((address) => address.toLowerCase()));
  const chain = new ChainProxy(config.CHAIN_RPC_URL, () => new Set([...named, ...blocks.contracts]));
  const facts = new SiteFacts({
    site,
    rootKeyId,
    version: versionOfUs(),
    origin,
    relyingParty: config.RELYING_PARTY ?? new URL(origin).hostname,
    demonstration: config.ALLOW_DEMONSTRATION,
    services: upstreams,
    trust: inbox.trust,
    blocks,
  });
  const files = new PageFiles(config.WEB_DIR);
  return {
    logs,
    ward,
    inbox,
    blocks,
    following,
    verifier,
    passes,
    forwarder,
    signedIn,
    lines,
    reader,
    chain,
    facts,
    files,
  };
}

function versionOfUs(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
