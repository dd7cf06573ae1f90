import {
  CredentialEnrolled,
  EpochOpened,
  createEvent,
  derivedId,
  serialiseEvent,
  subjectOf,
  type StreamEvent,
} from '@bcmed/events';
import type { EventLog } from '@bcmed/event-log';
import { keyToken, type KeyId, type Sealer } from '@bcmed/seal';
import type { z } from 'zod';
import type { EnrolmentRequest } from './enrolment-request.js';
import type { Site } from './root-key.js';

const SOURCE = 'site/root';

/**
 * What the operator of a site does with its root key: opens the log and makes keys known. Every event is appended at most once,
 * whatever is repeated, since its subject must still be empty.
 */
export class SiteOperator {
  constructor(
    private readonly log: EventLog,
    private readonly site: Site,
    private readonly root: Sealer,
  ) {}

  /** Position 1 of the stream: by which keys this log is to be judged. Does nothing when the epoch is open already. */
  async openEpoch(validators: readonly string[]): Promise<void> {
    const { site } = this.site;
    const data = {
      epoch: 1,
      epochBase: '0',
      ruleSet: 1 as const,
      rootKey: this.root.publicJwk,
      validators: [...validators].sort(),
      quorum: Math.floor((validators.length * 2) / 3) + 1,
    };
    await this.#appendOnce(createEvent(EpochOpened, this.#attributes(site, 'epoch-1'), data));
  }

  /** Makes a service's key known. Does nothing for a key that was enrolled before. */
  async enrol({ keyId, publicKey, kind, holder, areas }: EnrolmentRequest): Promise<void> {
    const entity = keyToken(keyId as KeyId);
    const data: z.input<(typeof CredentialEnrolled)['data']> = { keyId, publicKey, kind, holder, areas };
    await this.#appendOnce(createEvent(CredentialEnrolled, this.#attributes(entity, `enrol ${keyId}`), data));
  }

  #attributes(entity: string, purpose: string) {
    const { site } = this.site;
    return {
      id: derivedId(site, SOURCE, purpose),
      source: SOURCE,
      entity,
      time: new Date().toISOString(),
      site,
      actor: SOURCE,
    };
  }

  async #appendOnce(event: StreamEvent): Promise<void> {
    const subject = subjectOf(event);
    for await (const _ of this.log.readSubject(subject)) return;
    const body = serialiseEvent(event);
    await this.log.append(
      { subject, id: event.id, seal: this.root.seal(body), body },
      { filter: subject, lastPosition: 0n },
    );
  }
}
