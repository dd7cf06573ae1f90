import { createEvent, type EventDefinition, type StreamEvent } from '@bcmed/events';
import type { EpisodeEvent } from '../src/domain/episode-events.js';
import {
  EMPTY_WARD,
  command,
  hear,
  tick,
  wardDueMs,
  type Said,
  type Step,
  type WardRules,
} from '../src/domain/ward.js';
import { delayFor } from '../src/domain/thresholds.js';
import type { EpisodeCommand } from '../src/domain/decide.js';
import type { z } from 'zod';

export const T0 = Date.UTC(2026, 10, 20, 12);

export const RULES: WardRules = {
  site: 's1',
  channels: ['stream', 'mail'],
  placeOf: () => ({}),
  silenceMs: 86_400_000,
  vitalsSilenceMs: 86_400_000,
  vitalsFrozenMs: 86_400_000,
  pressureSlopeMmHgPerMin: 10,
  joinWindowMs: 60_000,
  escalateAfterMs: { high: [60_000, 120_000], medium: [300_000], low: [] },
  acknowledgedUnresolvedMs: { high: 300_000, medium: 1_800_000, low: undefined },
  notifyAfterMs: (condition, place) => delayFor([], condition, place),
};

/** A ward in memory with a clock that only the test moves. */
export class Story {
  ward = EMPTY_WARD;
  nowMs = T0;
  readonly said: Said[] = [];
  #counter = 0;

  constructor(readonly rules: WardRules = RULES) {}

  /** An event of a pump, as an adapter would have sealed it. */
  event<Data extends z.ZodObject>(
    definition: EventDefinition<Data>,
    entity: string,
    data: z.input<Data>,
    source = 'pump-adapter/1',
  ): StreamEvent {
    const number = ++this.#counter;
    return createEvent(
      definition,
      {
        id: `01994f7e-7c00-7000-8000-${number.toString(16).padStart(12, '0')}`,
        source,
        entity,
        time: new Date(this.nowMs).toISOString(),
        site: 's1',
        actor: `${definition.area}/${entity}`,
        ...(definition.chained
          ? { chain: { chain: '01994f7e-7c00-7000-8000-0000000f0000', sequence: '1' } }
          : {}),
      },
      data,
    );
  }

  hear(event: StreamEvent): EpisodeEvent[] {
    const atMs = Date.parse(event.time);
    return this.#take(hear(this.ward, { event, atMs, nowMs: this.nowMs }, this.rules));
  }

  tell<Data extends z.ZodObject>(
    definition: EventDefinition<Data>,
    pump: string,
    data: z.input<Data>,
    source?: string,
  ): EpisodeEvent[] {
    return this.hear(this.event(definition, pump, data, source));
  }

  /** Moves the clock and does everything that falls due, each thing at its time. */
  wait(ms: number): EpisodeEvent[] {
    const until = this.nowMs + ms;
    const said: EpisodeEvent[] = [];
    for (let due = wardDueMs(this.ward, this.rules); due <= until; due = wardDueMs(this.ward, this.rules)) {
      this.nowMs = Math.max(this.nowMs, due);
      said.push(...this.#take(tick(this.ward, this.nowMs, this.rules)));
    }
    this.nowMs = until;
    return said;
  }

  do(id: string, given: DistributiveOmit<EpisodeCommand, 'nowMs'>): EpisodeEvent[] {
    return this.#take(command(this.ward, id, { ...given, nowMs: this.nowMs }, this.rules));
  }

  /** The only open episode. */
  get only() {
    const [episode, more] = [...this.ward.episodes.values()];
    if (!episode || more) throw new Error(`${this.ward.episodes.size} episodes are open`);
    return episode;
  }

  #take({ ward, said }: Step): EpisodeEvent[] {
    this.ward = ward;
    this.said.push(...said);
    return said.map(({ event }) => event);
  }
}

export function types(events: readonly EpisodeEvent[]): string[] {
  return events.map(({ type }) => type);
}

export const occlusion = { vendorCode: 'AL_OCCLU', term: 'occlusion', logEntryId: 1 };

export const status = {
  state: 'infusing',
  mode: 'SET',
  rateMlPerHour: 5,
  volumeInfusedMl: 1,
  alarmActive: false,
  logEntryId: 1,
} as const;

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;
