import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { AlarmStore } from '../adapters/alarm-store.js';
import { Clock } from '../adapters/clock.js';
import { StreamWay } from '../adapters/stream-way.js';
import { AlarmDesk } from '../commands/alarm-desk.js';
import type { Episode } from '../domain/episode.js';
import { viewOf, type AlarmView } from '../domain/telling.js';
import { AlarmNotFoundError } from '../errors.js';
import { Door } from '../commands/door.js';
import { ByPerson, PassVerifier, PersonGuard, type PassPerson } from '@bcmed/site-trust';
import {
  acknowledgement,
  alarmsQuery,
  audioPause,
  idParam,
  type AlarmsQuery,
  type AudioPause,
  type IdParam,
} from './api-schemas.js';

interface EventResponse {
  on(event: 'close', listener: () => void): unknown;
  writeHead(status: number, headers: Record<string, string>): unknown;
  flushHeaders(): void;
  write(text: string): boolean;
  end(): unknown;
  readonly writableLength: number;
}

/** More than this unsent and a listener is too slow: it is dropped, and comes again with its last number. */
const MOST_UNSENT_BYTES = 4 * 1_024 * 1_024;

/** Alarms as people and consoles see them, and what they may say to them. */
@UseGuards(PersonGuard)
@Controller('alarms')
export class AlarmsController {
  constructor(
    private readonly desk: AlarmDesk,
    private readonly store: AlarmStore,
    private readonly clock: Clock,
    private readonly stream: StreamWay,
    private readonly door: Door,
    private readonly passes: PassVerifier,
  ) {}

  @Get()
  list(
    @ByPerson() by: PassPerson,
    @Query({ schema: alarmsQuery }) { state, limit }: AlarmsQuery,
  ): { readonly alarms: AlarmView[] } {
    this.door.read(by, 'read-alarms');
    const nowMs = this.clock.nowMs();
    const found =
      state === 'open' ? this.desk.open.slice(0, limit) : this.store.episodes(0, nowMs + 1, limit);
    return { alarms: found.map((episode) => viewOf(episode, nowMs)) };
  }

  /**
   * Server-sent events: `raised`, `changed`, …, `notification`; `Last-Event-ID` goes on where a listener was. Ends when the person is
   * revoked or their session is over; a pass that expired meanwhile ends nothing.
   */
  @Get('stream')
  follow(
    @ByPerson() by: PassPerson,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: EventResponse,
  ): void {
    this.door.read(by, 'follow-alarms');
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const write = (text: string): boolean => {
      response.write(text);
      return response.writableLength < MOST_UNSENT_BYTES;
    };
    const mayStay = (): boolean => this.passes.faultOf(by) === undefined;
    const leave = this.stream.listen({ write, end: () => response.end(), mayStay }, lastEventId);
    response.on('close', leave);
  }

  @Get(':id')
  one(@ByPerson() by: PassPerson, @Param({ schema: idParam }) { id }: IdParam): AlarmView {
    this.door.read(by, 'read-alarm');
    return viewOf(this.#found(id), this.clock.nowMs());
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  acknowledge(
    @ByPerson() by: PassPerson,
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: acknowledgement }) _: unknown,
  ): AlarmView {
    return this.#wish(by, id, { kind: 'acknowledge' });
  }

  @Post(':id/audio-pause')
  @HttpCode(200)
  pauseAudio(
    @ByPerson() by: PassPerson,
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: audioPause }) { seconds }: AudioPause,
  ): AlarmView {
    return this.#wish(by, id, { kind: 'pause-audio', forMs: Math.round(seconds * 1_000) });
  }

  #wish(by: PassPerson, id: string, wanted: Wanted): AlarmView {
    this.door.demandMayAcknowledge(by, this.#found(id));
    const nowMs = this.clock.nowMs();
    const command = { ...wanted, person: by.person, authenticated: true, nowMs };
    return viewOf(this.desk.wish(id, command), nowMs);
  }

  #found(id: string): Episode {
    const found = this.desk.find(id);
    if (!found) throw new AlarmNotFoundError(`There is no alarm ${id}.`);
    return found;
  }
}

type Wanted = { readonly kind: 'acknowledge' } | { readonly kind: 'pause-audio'; readonly forMs: number };
