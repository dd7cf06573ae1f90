import { subjects, type EventLog } from '@bcmed/event-log';
import { serialiseEvent, subjectOf } from '@bcmed/events';
import type { HealthCheck } from '@bcmed/service-kit';
import {
  blocksSource,
  chainSource,
  describeDifference,
  reportToJson,
  streamSource,
  verifyLog,
  type VerifyProgress,
} from '@bcmed/verification';
import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../adapters/database.js';
import type { ServiceIdentity } from '@bcmed/site-trust';
import { ViewCheck } from '../adapters/view-check.js';
import { resultEvents, type RecordedReport } from '../domain/result-events.js';
import { NotFoundError, TooManyVerificationsError } from '../errors.js';
import type { Prisma, Verification } from '../generated/prisma/client.js';
import type { VerificationRequest } from '../views/api-schemas.js';

export interface VerificationSettings {
  readonly site: string;
  readonly rootKeyId: string;
  readonly chainRpcUrl: string;
  readonly chainId: bigint | undefined;
  readonly contract: string | undefined;
}

export interface VerificationParts {
  readonly database: Database;
  readonly log: EventLog;
  readonly identity: ServiceIdentity;
  /** Whether the site has made the audit's key known, so that its events count. */
  readonly isEnrolled: () => Promise<boolean>;
}

const MOST_WAITING = 16;
const TRY_AGAIN_MS = 2_000;

/**
 * Verifications that somebody asked for, one at a time, in the order of asking. A result is written to the table first, then
 * recorded on the stream; what a kill interrupts is either failed with that reason, or recorded at the next start.
 */
export class Verifications {
  readonly #log = new Logger('Verifications');
  readonly #closing = new AbortController();
  #progress: { readonly id: string; readonly at: VerifyProgress } | undefined;
  #working: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #fault: string | undefined;
  #waitsForEnrolment = false;

  constructor(
    private readonly parts: VerificationParts,
    private readonly settings: VerificationSettings,
  ) {}

  /** Takes up what an earlier run of the service left. */
  async start(): Promise<void> {
    await this.parts.database.ready();
    await this.parts.database.client.verification.updateMany({
      where: { status: 'running' },
      data: { status: 'failed', finishedAt: new Date(), failure: 'the service ended while it ran' },
    });
    this.wake();
  }

  async stop(): Promise<void> {
    this.#closing.abort(new Error('the service ends'));
    clearTimeout(this.#retry);
    await this.#working;
  }

  /** Queues a verification; it runs soon. Throws TooManyVerificationsError. */
  async request({ fromBlock, toBlock }: VerificationRequest): Promise<Verification> {
    const { verification } = this.parts.database.client;
    if ((await verification.count({ where: { status: 'queued' } })) >= MOST_WAITING)
      throw new TooManyVerificationsError(
        `${MOST_WAITING} verifications are waiting already; ask again later.`,
      );
    const made = await verification.create({
      data: {
        id: uuidv7(),
        status: 'queued',
        requestedAt: new Date(),
        fromBlock: fromBlock ?? null,
        toBlock: toBlock ?? null,
      },
    });
    this.wake();
    return made;
  }

  async find(id: string): Promise<Verification & { readonly progress: VerifyProgress | undefined }> {
    const found = await this.parts.database.client.verification.findUnique({ where: { id } });
    if (!found) throw new NotFoundError(`There is no verification ${id}.`);
    return { ...found, progress: this.#progress?.id === id ? this.#progress.at : undefined };
  }

  health(): HealthCheck {
    return {
      name: 'verifications',
      check: () => {
        if (this.#fault !== undefined) return Promise.resolve({ status: 'degraded', detail: this.#fault });
        if (this.#waitsForEnrolment)
          return Promise.resolve({
            status: 'degraded',
            detail: `key ${this.parts.identity.sealer.keyId} is not enrolled: results wait to be recorded`,
          });
        return Promise.resolve({ status: 'up' });
      },
    };
  }

  /** Sees to whatever is to do; again later when something stood in the way. */
  wake(): void {
    clearTimeout(this.#retry);
    this.#working = this.#working.then(() => this.#work());
  }

  async #work(): Promise<void> {
    try {
      for (let next = await this.#next(); next; next = await this.#next()) {
        if (this.#closing.signal.aborted) return;
        await this.#run(next);
      }
      await this.#record();
      this.#fault = undefined;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#fault = error instanceof Error ? error.message : String(error);
      this.#log.warn(`verifications wait: ${this.#fault}`);
    }
    if ((this.#fault !== undefined || this.#waitsForEnrolment) && !this.#closing.signal.aborted)
      this.#retry = setTimeout(() => this.wake(), TRY_AGAIN_MS);
  }

  #next(): Promise<Verification | null> {
    return this.parts.database.client.verification.findFirst({
      where: { status: 'queued' },
      orderBy: { id: 'asc' },
    });
  }

  async #run({ id, fromBlock, toBlock }: Verification): Promise<void> {
    const { verification } = this.parts.database.client;
    await verification.update({ where: { id }, data: { status: 'running' } });
    let outcome: Prisma.VerificationUpdateInput;
    try {
      const report = await this.#verify(id, fromBlock, toBlock);
      // The report came out of JSON.parse.
      outcome = { status: 'completed', report: report as Prisma.InputJsonObject };
    } catch (error) {
      if (this.#closing.signal.aborted) throw error;
      const failure = error instanceof Error ? error.message : String(error);
      this.#log.warn(`verification ${id} could not be carried out: ${failure}`);
      outcome = { status: 'failed', failure };
    } finally {
      this.#progress = undefined;
    }
    await verification.update({ where: { id }, data: { ...outcome, finishedAt: new Date() } });
    await this.#record();
  }

  async #verify(
    id: string,
    fromBlock: bigint | null,
    toBlock: bigint | null,
  ): Promise<Record<string, unknown>> {
    const { database, log } = this.parts;
    const { site, rootKeyId, chainRpcUrl, chainId, contract } = this.settings;
    const view = await ViewCheck.begin(database);
    const whole = fromBlock === null && toBlock === null;
    const report = await verifyLog(
      {
        site,
        rootKeyId,
        ...(contract === undefined ? {} : { contract }),
        log: streamSource(log.connection),
        blocks: blocksSource(log.connection, site),
        chain: chainSource({ rpcUrl: chainRpcUrl, ...(chainId === undefined ? {} : { chainId }) }),
      },
      {
        ...(fromBlock === null ? {} : { fromBlock }),
        ...(toBlock === null ? {} : { toBlock }),
        signal: this.#closing.signal,
        onProgress: (at) => (this.#progress = { id, at }),
        observe: (observed) => view.positions(observed),
        conclude: () => view.conclude(whole),
      },
    );
    const [first] = report.differences;
    if (report.verified) this.#log.log(`verification ${id}: everything agrees`);
    else this.#log.error(`verification ${id} differs: ${first ? describeDifference(first) : 'no detail'}`);
    return reportToJson(report);
  }

  /** Puts results on the stream that are not there yet, once the audit's key counts. */
  async #record(): Promise<void> {
    const { database, identity, log } = this.parts;
    const { site } = this.settings;
    const where = { status: 'completed', recorded: false };
    const waiting = await database.client.verification.findMany({ where, orderBy: { id: 'asc' } });
    this.#waitsForEnrolment = waiting.length > 0 && !(await this.parts.isEnrolled());
    if (this.#waitsForEnrolment) return;
    for (const { id, report, finishedAt } of waiting) {
      const context = { site, source: identity.source, verificationId: id };
      const time = (finishedAt ?? new Date()).toISOString();
      // Written by reportToJson; numbers are good enough for what is said on the stream.
      const events = resultEvents(report as unknown as RecordedReport, { ...context, time });
      const [first, ...rest] = events.map((event) => {
        const body = serialiseEvent(event);
        return { id: event.id, subject: subjectOf(event), body, seal: identity.sealer.seal(body) };
      });
      // All of one verification or nothing, and never a second time: the ids follow from it, and its entity must be new.
      const filter = subjects.entity(site, 'audit', id);
      if (first) await log.appendDecision([first, ...rest], { filter, lastPosition: 0n });
      await database.client.verification.update({ where: { id }, data: { recorded: true } });
    }
  }
}
