import { watchConnection, type JetStreamServer } from '@bcmed/event-log';
import type { HealthCheck, HealthRegistry, HealthResult } from '@bcmed/service-kit';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { AccessParts } from './access-parts.js';
import { releasePolicies } from './commands/policy-release.js';
import { isNobodyYet } from './domain/people.js';

const BEAT_MS = 1_000;
const REACHABLE = new Set(['unknown', 'no-epoch', 'not-enrolled']);

/** Starts the parts, lets them know what changed and that time passes, ends them in order, and answers for their health. */
export class Access implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('access');
  #beat: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #follow: () => Promise<void> = () => Promise.resolve();
  #readsDueMs = 0;
  #hasBegun = false;

  constructor(
    readonly parts: AccessParts,
    private readonly health: HealthRegistry,
    private readonly readsRecordedMs: number,
  ) {
    parts.trust.listen(() => this.#changed());
  }

  /** The checks of the parts; that of the subscriptions comes with the server that has them. */
  onApplicationBootstrap(): void {
    const { log, mirror, outbox } = this.parts;
    this.health.add(
      watchConnection(log.connection).health(),
      this.#check('site', () => this.#site()),
      this.#check('people', () => this.#people()),
      this.#check('safety-store', () => this.#store()),
      this.#check('outbox', () => this.#outbox()),
      mirror.health(),
    );
    outbox.start();
    mirror.start();
    this.#beat = setInterval(() => this.#onBeat(), BEAT_MS);
  }

  /** While the stream cannot be followed nothing is allowed, though the line may be up. */
  watch(server: JetStreamServer): void {
    const health = server.health();
    this.#follow = async () => {
      this.parts.decisions.isFollowing = (await health.check()).status !== 'down';
    };
    this.health.add(health);
  }

  async onApplicationShutdown(): Promise<void> {
    const { authority, outbox, mirror, store, log } = this.parts;
    clearInterval(this.#beat);
    await this.#beating;
    this.#orLog(() => authority.recordReads());
    await Promise.all([outbox.stop(), mirror.stop()]);
    store.close();
    const { connection } = log;
    if (connection.isClosed()) return;
    const isUp = watchConnection(connection).state === 'connected';
    await (isUp ? connection.drain() : connection.close()).catch(() => undefined);
  }

  #changed(): void {
    const { sessions, firstStart, mirror, outbox, trust, enrolment } = this.parts;
    this.#orLog(() => sessions.sweep());
    mirror.wake();
    if (!trust.isLoaded) return;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#orLog(() => enrolment.settleClaims());
    }
    this.#orLog(() => firstStart.check());
    outbox.wake();
  }

  #onBeat(): void {
    this.#beating ??= this.#tick()
      .catch((error: unknown) => this.#log.warn(error))
      .finally(() => (this.#beating = undefined));
  }

  /** What time alone brings about. Nothing while the stream cannot be read: its answer might have changed. */
  async #tick(): Promise<void> {
    const {
      decisions,
      sessions,
      firstStart,
      enrolment,
      authority,
      approvals,
      emergencies,
      clock,
      trust,
      maker,
    } = this.parts;
    if (!trust.isLoaded) return;
    await this.#follow();
    this.#orLog(() => sessions.sweep());
    if (clock.nowMs() >= this.#readsDueMs) {
      this.#readsDueMs = clock.nowMs() + this.readsRecordedMs;
      this.#orLog(() => authority.recordReads());
      this.#orLog(() => enrolment.forgetOld());
    }
    if (trust.enrolment.state !== 'enrolled') return;
    try {
      decisions.demandCurrent();
    } catch {
      return;
    }
    this.#orLog(() => firstStart.check());
    await releasePolicies(decisions, trust, maker.source);
    await emergencies.expire(maker.source);
    await approvals.expire();
  }

  #orLog(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log.error(error);
    }
  }

  #check(name: string, ask: () => HealthResult): HealthCheck {
    return { name, check: () => Promise.resolve(ask()) };
  }

  #site(): HealthResult {
    const { state, detail } = this.parts.trust.enrolment;
    if (state === 'enrolled') return { status: 'up', detail };
    return {
      status: REACHABLE.has(state) ? 'degraded' : 'down',
      detail: `BCM-ACCESS-NOT-ENROLLED: ${detail}`,
    };
  }

  #people(): HealthResult {
    const { trust, sessions } = this.parts;
    const count = Object.keys(trust.people.people).length;
    const demonstration = trust.people.settings.allowDemonstration ? '; DEMONSTRATION: not for patients' : '';
    const first =
      trust.isLoaded && isNobodyYet(trust.people) ? 'the first administrator has not enrolled yet; ' : '';
    return { status: 'up', detail: `${first}${count} people, ${sessions.count} sessions${demonstration}` };
  }

  #store(): HealthResult {
    const { failure } = this.parts.store;
    return failure === undefined ? { status: 'up' } : { status: 'down', detail: failure };
  }

  #outbox(): HealthResult {
    const { outbox, store } = this.parts;
    const detail = `${store.waitingCount()} events wait`;
    if (outbox.fault === undefined) return { status: 'up', detail };
    return { status: 'degraded', detail: `${detail}: ${outbox.fault}` };
  }
}
