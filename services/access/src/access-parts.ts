import { join } from 'node:path';
import { EventLog, busCredentials, connectNats } from '@bcmed/event-log';
import type { KeyId } from '@bcmed/seal';
import { Clock } from './adapters/clock.js';
import { EventMaker } from './adapters/event-maker.js';
import { loadIdentity, type AccessIdentity } from './adapters/identity.js';
import { OutboxPublisher } from './adapters/outbox-publisher.js';
import type { RelyingParty } from './adapters/passkey-registration.js';
import { RegistryClient } from './adapters/registry-client.js';
import { RegistryMirror } from './adapters/registry-mirror.js';
import { SafetyStore } from './adapters/safety-store.js';
import { AccessRecord } from './adapters/access-record.js';
import { ApprovalsDesk } from './commands/approvals-desk.js';
import { Authority } from './commands/authority.js';
import { Decisions } from './commands/decisions.js';
import { Demonstration } from './commands/demonstration.js';
import { EmergencyDesk } from './commands/emergency-desk.js';
import { Enrolment } from './commands/enrolment.js';
import { FirstStart } from './commands/first-start.js';
import { Limiter } from './commands/limiter.js';
import { OrderTexts } from './commands/order-texts.js';
import { Passes } from './commands/passes.js';
import { PeopleDesk } from './commands/people-desk.js';
import { Sessions } from './commands/sessions.js';
import { Web } from './commands/web.js';
import type { AccessConfig } from './config.js';

const MINUTE_MS = 60_000;

/** What everything else is made of. */
async function foundations(config: AccessConfig, clock: Clock) {
  const { BCMED_SITE: site, BCMED_STATE_DIR: stateDir } = config;
  const identity = loadIdentity(stateDir, config.BCMED_INSTANCE);
  const { source, sealer } = identity;
  const rootKeyId = config.BCMED_ROOT_KID as KeyId; // the schema has checked its form
  const store = new SafetyStore(join(stateDir, 'safety-store.db'), { site, rootKeyId });
  const allowDemonstration = config.ALLOW_DEMONSTRATION;
  const trust = new AccessRecord({ site, rootKeyId, keyId: sealer.keyId, source, allowDemonstration });
  const credentials = busCredentials('access', config.NATS_SEED_FILE);
  const log = new EventLog(await connectNats({ servers: config.NATS_URL, name: source, credentials }));
  const maker = new EventMaker(site, source, sealer, clock);
  const outbox = new OutboxPublisher(store, log, () => trust.enrolment.state === 'enrolled');
  const decisions = new Decisions(log, trust, maker, clock);
  const authority = new Authority({ trust, store, outbox, maker, clock });
  const mirror = mirrorOf(config, identity, { store, trust });
  const passes = new Passes(site, identity, clock);
  return { site, stateDir, passes, clock, store, trust, log, maker, outbox, decisions, authority, mirror };
}

export type AccessParts = Awaited<ReturnType<typeof accessParts>>;

/** What is made, of what, in this order. Waits for a NATS server. */
export async function accessParts(config: AccessConfig, clock = new Clock()) {
  const made = await foundations(config, clock);
  const { site, stateDir, trust, store, authority, decisions, maker } = made;
  const relyingParty = relyingPartyOf(config);
  const linkMs = config.ENROLMENT_LINK_MINUTES * MINUTE_MS;
  const enrolment = new Enrolment({ ...made, relyingParty, linkMs });
  const rules = {
    idleMs: config.SESSION_IDLE_MINUTES * MINUTE_MS,
    longestMs: config.SESSION_HOURS * 60 * MINUTE_MS,
  };
  const demandCurrent = () => decisions.demandCurrent();
  // One line for a person, not for a log: it is said once and holds a secret.
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  return {
    ...made,
    enrolment,
    web: new Web(relyingParty),
    limiter: new Limiter(clock, config.ATTEMPTS_PER_MINUTE),
    sessions: new Sessions({ ...made, origin: relyingParty.origin, rules, demandCurrent }),
    firstStart: new FirstStart({ stateDir, trust, store, enrolment, clock, print }),
    people: new PeopleDesk({ trust, authority, decisions, enrolment, clock }),
    orders: new OrderTexts(site, authority, trust, clock),
    approvals: new ApprovalsDesk(trust, authority, decisions, clock, maker.source),
    emergencies: new EmergencyDesk(trust, authority, decisions, clock),
    demonstration: new Demonstration({ stateDir, trust, decisions, enrolment }),
  };
}

export function relyingPartyOf({
  PUBLIC_ORIGIN: origin,
  RELYING_PARTY,
  TRUSTED_ORIGINS,
}: AccessConfig): RelyingParty {
  const id = RELYING_PARTY ?? new URL(origin).hostname;
  return { id, origin, origins: [...new Set([origin, ...TRUSTED_ORIGINS])] };
}

function mirrorOf(
  config: AccessConfig,
  { registrar }: AccessIdentity,
  { store, trust }: { readonly store: SafetyStore; readonly trust: AccessRecord },
): RegistryMirror {
  const { BCMED_SITE: site, CHAIN_RPC_URL: url, CHAIN_ID: chainId } = config;
  const client = url === undefined ? undefined : new RegistryClient({ site, url, chainId, registrar });
  return new RegistryMirror(client, store, trust, {
    site,
    registrar: registrar.address,
    address: config.ACCESS_REGISTRY_ADDRESS,
    recovery: config.CHAIN_RECOVERY,
  });
}
