import { EMERGENCY_ACCESS_MINUTES, type EmergencyAccess, type PolicyRequest } from '@bcmed/policy';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import type { AccessRecord } from '../adapters/access-record.js';
import {
  answerAboutEmergency,
  skippedPeople,
  type EmergencyCause,
  type EmergencyCommand,
} from '../domain/emergency.js';
import { entryOf } from '@bcmed/policy';
import { NotFoundError } from '../errors.js';
import type { Authority } from './authority.js';
import type { Decisions } from './decisions.js';
import { demandPossible } from './refusals.js';

export interface EmergencyWish {
  readonly patient: string;
  readonly unit: string;
  readonly cause: EmergencyCause;
  readonly reason: string;
}

/** Emergency access: somebody acts for one patient outside their units, for half an hour, and somebody else judges it later. */
export class EmergencyDesk {
  constructor(
    private readonly trust: AccessRecord,
    private readonly authority: Authority,
    private readonly decisions: Decisions,
    private readonly clock: Clock,
  ) {}

  /** The answer names everybody who was skipped, and so does the event as far as it has room. */
  async open(
    by: string,
    wish: EmergencyWish,
  ): Promise<{ id: string; until: string; skipped: readonly string[] }> {
    const id = uuidv7();
    const until = this.clock.at(EMERGENCY_ACCESS_MINUTES * 60_000);
    const { patient, unit } = wish;
    await this.#take({ kind: 'open', id, by, ...wish, until }, () =>
      this.authority.demand({
        person: by,
        action: 'open-emergency-access',
        resource: { kind: 'patient', id: patient, unit },
      }),
    );
    const skipped = skippedPeople(this.trust.people, { unit, at: this.clock.at(), except: by });
    return { id, until, skipped };
  }

  /** By the person, or taken away by somebody who may review it. */
  async close(by: string, id: string): Promise<void> {
    await this.#take({ kind: 'close', id, by }, () => {
      if (this.#access(id).person !== by) this.#demandReview(by, id);
    });
  }

  async review(by: string, id: string, judged: { justified: boolean; words: string }): Promise<void> {
    await this.#take({ kind: 'review', id, by, ...judged }, () => this.#demandReview(by, id));
  }

  /** Says of accesses that their time is over. */
  async expire(source: string): Promise<void> {
    const at = this.clock.at();
    for (const { id, until, closed } of Object.values(this.trust.people.emergencies)) {
      if (closed || at < until) continue;
      await this.decisions.take({
        entity: id,
        actor: source,
        cause: `expiry of ${id}`,
        decide: (now) => answerAboutEmergency({ kind: 'expire', id, by: source, at: now }, this.trust.people),
      });
    }
  }

  /** Accesses that were not reviewed yet: somebody's own, and those that they may review. */
  list(by: string): readonly EmergencyAccess[] {
    return Object.values(this.trust.people.emergencies).filter(
      ({ id, person }) =>
        person === by || this.authority.allows(this.#reviewing(by, id), { requestedBy: person }),
    );
  }

  #demandReview(by: string, id: string): void {
    this.authority.demand(this.#reviewing(by, id), { requestedBy: this.#access(id).person });
  }

  #reviewing(by: string, id: string): PolicyRequest {
    const { patient, unit } = this.#access(id);
    return {
      person: by,
      action: 'review-emergency-access',
      resource: { kind: 'patient', id: patient, unit },
    };
  }

  #access(id: string): EmergencyAccess {
    const access = entryOf(this.trust.people.emergencies, id);
    if (!access) throw new NotFoundError('There is no such emergency access, or it was reviewed.');
    return access;
  }

  async #take(command: Untimed, demand: () => void): Promise<void> {
    const { id, by } = command;
    const answer = await this.decisions.take({
      entity: id,
      actor: by,
      correlationid: id,
      decide: (at) => {
        demand();
        return answerAboutEmergency({ ...command, at }, this.trust.people);
      },
    });
    demandPossible(answer);
  }
}

type Untimed<Command = EmergencyCommand> = Command extends unknown ? Omit<Command, 'at'> : never;
