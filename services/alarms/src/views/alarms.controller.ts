import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { AlarmStore } from '../adapters/alarm-store.js';
import { Clock } from '../adapters/clock.js';
import { StreamWay } from '../adapters/stream-way.js';
import { AlarmDesk } from '../commands/alarm-desk.js';
import { viewOf, type AlarmView } from '../domain/telling.js';
import { AlarmNotFoundError } from '../errors.js';
import { LocalOnly } from './local-only.guard.js';
import {
  acknowledgement,
  alarmsQuery,
  audioPause,
  idParam,
  type Acknowledgement,
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
@UseGuards(LocalOnly)
@Controller('alarms')
export class AlarmsController {
  constructor(
    private readonly desk: AlarmDesk,
    private readonly store: AlarmStore,
    private readonly clock: Clock,
    private readonly stream: StreamWay,
  ) {}

  @Get()
  list(@Query({ schema: alarmsQuery }) { state, limit }: AlarmsQuery): { readonly alarms: AlarmView[] } {
    const nowMs = this.clock.nowMs();
    const found =
      state === 'open' ? this.desk.open.slice(0, limit) : this.store.episodes(0, nowMs + 1, limit);
    return { alarms: found.map((episode) => viewOf(episode, nowMs)) };
  }

  /** Server-sent events: `raised`, `changed`, …, `notification`; `Last-Event-ID` goes on where a listener was. */
  @Get('stream')
  follow(@Headers('last-event-id') lastEventId: string | undefined, @Res() response: EventResponse): void {
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
    const leave = this.stream.listen({ write, end: () => response.end() }, lastEventId);
    response.on('close', leave);
  }

  @Get(':id')
  one(@Param({ schema: idParam }) { id }: IdParam): AlarmView {
    const found = this.desk.find(id);
    if (!found) throw new AlarmNotFoundError(`There is no alarm ${id}.`);
    return viewOf(found, this.clock.nowMs());
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  acknowledge(
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: acknowledgement }) { person }: Acknowledgement,
  ): AlarmView {
    const nowMs = this.clock.nowMs();
    return viewOf(this.desk.wish(id, { kind: 'acknowledge', person, authenticated: false, nowMs }), nowMs);
  }

  @Post(':id/audio-pause')
  @HttpCode(200)
  pauseAudio(
    @Param({ schema: idParam }) { id }: IdParam,
    @Body({ schema: audioPause }) { person, seconds }: AudioPause,
  ): AlarmView {
    const nowMs = this.clock.nowMs();
    const forMs = Math.round(seconds * 1_000);
    const wanted = { kind: 'pause-audio', person, authenticated: false, forMs, nowMs } as const;
    return viewOf(this.desk.wish(id, wanted), nowMs);
  }
}
