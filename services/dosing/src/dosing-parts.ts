import { join } from 'node:path';
import { watchConnection, type EventLog } from '@bcmed/event-log';
import type { KeyId } from '@bcmed/seal';
import { loadServiceIdentity, PassVerifier, SiteTrust, type ServiceIdentity } from '@bcmed/site-trust';
import { Logger } from '@nestjs/common';
import { Clock } from './adapters/clock.js';
import { DosingStore } from './adapters/dosing-store.js';
import { LibraryShelf } from './adapters/library-shelf.js';
import { LibraryWitness } from './adapters/library-witness.js';
import { Protocols } from './adapters/protocols.js';
import { Decisions } from './commands/decisions.js';
import { Denials } from './commands/denials.js';
import { FactFinder } from './commands/facts.js';
import { LibraryDesk } from './commands/library-desk.js';
import { OrderBook } from './commands/order-book.js';
import { OrderCheck } from './commands/order-check.js';
import { OrderDesk } from './commands/order-desk.js';
import { OrderSteps } from './commands/order-steps.js';
import { Standing } from './commands/standing.js';
import { StopDesk } from './commands/stop-desk.js';
import type { DosingConfig } from './config.js';
import { libraryInEffect, nextEffect } from './domain/library/index.js';
import { Deadlines } from './reactions/deadlines.js';
import { Feedback } from './reactions/feedback.js';
import { SiteInbox } from './reactions/site-inbox.js';
import { TargetSteps } from './reactions/target-steps.js';
import { Ward } from './views/ward.js';

export type DosingParts = ReturnType<typeof dosingParts>;

/** Loads the key, or makes it. Throws KeyFileError. */
export function dosingIdentity(config: DosingConfig): ServiceIdentity {
  return loadServiceIdentity({
    stateDir: config.BCMED_STATE_DIR,
    service: 'dosing',
    instance: config.BCMED_INSTANCE,
    area: 'dosing',
    kind: 'service',
  });
}

/** The parts of dosing, each made of those before it. */
export function dosingParts(config: DosingConfig, { source, sealer }: ServiceIdentity, log: EventLog) {
  const { BCMED_SITE: site } = config;
  const trust = () =>
    new SiteTrust({
      site,
      rootKeyId: config.BCMED_ROOT_KID as KeyId, // the schema has checked its form
      own: { keyId: sealer.keyId, source, area: 'dosing' },
      allowDemonstration: config.ALLOW_DEMONSTRATION,
    });
  // One as of now, for who signs and for our own key; one that follows the stream, for what is read.
  const [current, ordered] = [trust(), trust()];
  const people = () => current.people;
  const logger = new Logger('dosing');
  const clock = new Clock();
  const store = new DosingStore(join(config.BCMED_STATE_DIR, 'safety-store.db'));
  const ward = new Ward(clock);
  const signature = { site, source, sealer };
  const standing = new Standing(
    () => current.enrolment,
    () => store.failure,
  );
  const { BCMED_UNIT: unit, ALLOW_EXAMPLE_LIBRARY: allowExample } = config;
  const witness = new LibraryWitness({
    site,
    url: config.CHAIN_RPC_URL,
    chainId: config.CHAIN_ID,
    address: config.LIBRARY_REGISTER_ADDRESS,
    recovery: config.CHAIN_RECOVERY,
    stateDir: config.BCMED_STATE_DIR,
    store,
  });
  const shelf = new LibraryShelf({
    unit,
    allowExample,
    libraries: ward.libraries,
    objection: () => witness.objection,
  });
  const protocols = new Protocols({ url: config.CHAIN_RPC_URL, contract: config.DRUG_PROTOCOL_ADDRESS });
  const decisions = new Decisions({
    log,
    signature,
    infusions: ward.infusions,
    believe: (message) => {
      const verdict = ordered.judge(message);
      return verdict.outcome === 'admitted' ? verdict.event : undefined;
    },
  });
  const pumpStepMlPerHour = config.PUMP_STEP_ML_PER_HOUR;
  const facts = new FactFinder({ clock, store, shelf, protocols, ward, pumpStepMlPerHour });
  const denials = new Denials({ log, clock, signature });
  const settled = { site, source, clock, store, shelf, ward, facts, decisions, standing, denials, people };
  const book = new OrderBook(settled);
  const orders = new OrderDesk(book);
  const steps = new OrderSteps(book);
  const checks = new OrderCheck(book);
  const onStop = (pump: string): void => book.fence(pump);
  const stops = new StopDesk({ log, clock, signature, standing, people, onStop });
  const libraryParts = { log, clock, signature, standing, ward, denials, people, witness };
  const libraries = new LibraryDesk({ ...libraryParts, unit, allowExample });
  const passes = new PassVerifier(
    current.forPasses(() => standing.isLive && watchConnection(log.connection).state === 'connected'),
  );
  const feedback = new Feedback({ ward, source });
  const deadlines: Deadlines = new Deadlines({
    clock,
    ward,
    feedback,
    marginMs: config.ANSWER_MARGIN_MS,
    vitalsLostAfterMs: config.VITALS_LOST_S * 1_000,
    alsoDueMs: () => {
      const at = clock.at();
      const wanted = libraryInEffect(ward.libraries, { unit, at, allowExample });
      if (wanted !== undefined && wanted.proposal !== ward.libraries.active(unit)) return clock.wallMs();
      const next = nextEffect(ward.libraries, at);
      return next === undefined ? Infinity : Date.parse(next);
    },
    due: async (followUps) => {
      inbox.add(followUps);
      await inbox.sayWhatFollows();
      await libraries.look();
    },
  });
  const targetSteps = new TargetSteps({ log, clock, signature, standing, ward, logger });
  const inbox = new SiteInbox({
    source,
    clock,
    store,
    trust: ordered,
    ward,
    feedback,
    decisions,
    pumpStepMlPerHour,
    log: logger,
    onTrust: (message) => {
      current.take(message);
      libraries
        .look()
        .catch((error: unknown) => logger.warn({ msg: 'no library released or activated', err: error }));
    },
    onTaken: () => {
      if (standing.isLive) deadlines.set();
    },
  });
  return {
    clock,
    store,
    ward,
    current,
    ordered,
    standing,
    shelf,
    protocols,
    orders,
    steps,
    checks,
    stops,
    libraries,
    passes,
    witness,
    deadlines,
    targetSteps,
    inbox,
  };
}
