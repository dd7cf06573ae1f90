import {
  createEvent,
  derivedId,
  serialiseEvent,
  subjectOf,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { entryBytes, type Sealer } from '@bcmed/seal';
import type { FixtureMessage, LogFixture } from '@bcmed/testing';
import type { z } from 'zod';

/** A sender at the edge, and its name on events. */
export interface Speaker {
  readonly source: string;
  readonly sealer: Sealer;
}

/** What the fixture's adapter says for its pumps, or another sender for what it watches: sealed, numbered, linked. */
export class Voice {
  #counter = 0;
  readonly #chains = new Map<string, { sequence: number; previous: string }>();

  constructor(
    private readonly log: LogFixture,
    private readonly nowMs: () => number = () => Date.now(),
    private readonly speaker: Speaker = { source: 'pump-adapter/1', sealer: log.adapter },
  ) {}

  say<Data extends z.ZodObject>(
    definition: EventDefinition<Data>,
    pump: string,
    data: z.input<Data>,
    sealer: Sealer = this.speaker.sealer,
  ): { readonly event: StreamEvent; readonly message: FixtureMessage } {
    const end = this.#chains.get(pump);
    const sequence = (end?.sequence ?? 0) + 1;
    const event = createEvent(
      definition,
      {
        id: derivedId(this.speaker.source, String(++this.#counter)),
        source: this.speaker.source,
        entity: pump,
        time: new Date(this.nowMs()).toISOString(),
        site: this.log.site,
        actor: `pump/${pump}`,
        ...(definition.chained && {
          chain: {
            chain: '01994f7e-7c00-7000-8000-0000000f0000',
            sequence: String(sequence),
            ...(end === undefined ? {} : { previous: end.previous }),
          },
        }),
      },
      data,
    );
    const body = serialiseEvent(event);
    const seal = sealer.seal(body);
    // What a stranger seals has no place in the sender's chain.
    if (definition.chained && sealer === this.speaker.sealer)
      this.#chains.set(pump, { sequence, previous: hashToBase64Url(leafHash(entryBytes(seal, body))) });
    return { event, message: { subject: subjectOf(event), seal, body } };
  }
}
