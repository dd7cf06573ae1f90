import type { SealedEvent } from '@bcmed/event-log';
import { createEvent, serialiseEvent, subjectOf } from '@bcmed/events';
import type { Sealer } from '@bcmed/seal';
import { v7 as uuidv7 } from 'uuid';
import type { Fact } from '../domain/fact.js';
import type { Clock } from './clock.js';

/** Who caused it, and what makes its id: the same id must come out again where the same thing is said again. */
export interface Said {
  readonly actor: string;
  readonly id?: string;
  readonly correlationid?: string;
}

/** Gives facts their envelope and seal. */
export class EventMaker {
  constructor(
    readonly site: string,
    readonly source: string,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
  ) {}

  /** Throws EventInvalidError for data that the catalogue refuses. */
  make({ definition, entity, data }: Fact, { actor, id = uuidv7(), correlationid }: Said): SealedEvent {
    const { site, source } = this;
    const event = createEvent(
      definition,
      {
        id,
        source,
        entity,
        time: this.clock.at(),
        site,
        actor,
        ...(correlationid === undefined ? {} : { correlationid }),
      },
      data,
    );
    const body = serialiseEvent(event);
    return { id, subject: subjectOf(event), body, seal: this.sealer.seal(body) };
  }
}
