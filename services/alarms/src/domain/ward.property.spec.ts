import {
  InfusionStarted,
  InfusionStopped,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpConnected,
  PumpLost,
  StatusSampled,
  type StreamEvent,
} from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULES, Story, status } from '../../test/story.js';
import type { EpisodeEvent } from './episode-events.js';
import { NO_EPISODE, evolve, type Episode } from './episode.js';

const PUMPS = ['8002-1', '8002-2', '8002-3', '8002-4'];
const TERMS = ['occlusion', 'near-end-of-infusion', 'mains-lost', 'battery-empty', 'what-is-this'];
const RULES_OF_TWO_BEDS = {
  ...RULES,
  silenceMs: 30_000,
  placeOf: (pump: string) => ({ unit: 'icu-1', bed: pump < '8002-3' ? 'bed-1' : 'bed-2' }),
};

/** One thing that happens in a shift. */
type Act =
  | { readonly act: 'pump'; readonly pump: number; readonly what: number; readonly term: number }
  | { readonly act: 'wait'; readonly seconds: number }
  | { readonly act: 'person'; readonly nth: number; readonly pauses: boolean }
  | { readonly act: 'again'; readonly nth: number };

const shift: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        act: fc.constant('pump' as const),
        pump: fc.nat(PUMPS.length - 1),
        what: fc.nat(7),
        term: fc.nat(TERMS.length - 1),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        act: fc.constant('wait' as const),
        seconds: fc.constantFrom(1, 6, 20, 70, 400),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ act: fc.constant('person' as const), nth: fc.nat(9), pauses: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('again' as const), nth: fc.nat(99) }) },
  ),
  { maxLength: 60 },
);

function eventOf(story: Story, { pump: index, what, term }: Act & { act: 'pump' }): StreamEvent {
  const pump = PUMPS[index] ?? '';
  const alarm = { vendorCode: 'X', term: TERMS[term] ?? '', logEntryId: 1 };
  const infusion = {
    infusionId: '01994f7e-7c00-7000-8000-0000000000d1',
    changedBy: 'front-panel',
    logEntryId: 1,
  } as const;
  switch (what) {
    case 0:
    case 1:
      return story.event(PumpAlarmRaised, pump, alarm);
    case 2:
      return story.event(PumpAlarmCleared, pump, alarm);
    case 3:
      return story.event(PumpLost, pump, {
        reason: 'no-answer',
        silentSince: '2026-11-20T12:00:00.000Z',
        missedPolls: 3,
      });
    case 4:
      return story.event(PumpConnected, pump, {
        family: 'f',
        model: '8002',
        serial: pump,
        protocol: 'p',
        transport: 'serial',
        line: 'l',
        lastContactAt: '2026-11-20T12:00:00.000Z',
      });
    case 5:
      return story.event(InfusionStopped, pump, { ...infusion, cause: 'held', volumeInfusedMl: 1 });
    case 6:
      return story.event(InfusionStarted, pump, { ...infusion, rateMlPerHour: 5 });
    default:
      return story.event(StatusSampled, pump, { ...status, drugName: index === 0 ? 'NORADRENALINE' : 'X' });
  }
}

interface Told {
  readonly act: Act;
  readonly heard?: StreamEvent;
  readonly before: ReadonlyMap<string, Episode>;
  readonly events: readonly EpisodeEvent[];
}

/** Plays a shift and keeps what was said to each thing. */
function play(acts: readonly Act[]): { readonly story: Story; readonly told: readonly Told[] } {
  const story = new Story(RULES_OF_TWO_BEDS);
  const heard: StreamEvent[] = [];
  const told = acts.map((act): Told => {
    const before = story.ward.episodes;
    switch (act.act) {
      case 'pump': {
        const event = eventOf(story, act);
        heard.push(event);
        return { act, heard: event, before, events: story.hear(event) };
      }
      case 'wait':
        return { act, before, events: story.wait(act.seconds * 1_000) };
      case 'person': {
        const ids = [...before.keys()];
        const by = { person: 'p1', authenticated: false } as const;
        const wish = act.pauses
          ? ({ kind: 'pause-audio', forMs: 30_000, ...by } as const)
          : ({ kind: 'acknowledge', ...by } as const);
        return { act, before, events: story.do(ids[act.nth % Math.max(1, ids.length)] ?? '', wish) };
      }
      case 'again': {
        // What a redelivery at the worst moment would be: any alarm that was raised before.
        const raised = heard.filter(({ type }) => type === PumpAlarmRaised.type);
        const event = raised[act.nth % Math.max(1, raised.length)];
        return { act, before, events: event ? story.hear(event) : [] };
      }
    }
  });
  return { story, told };
}

const options = { numRuns: 300 };

describe('in any shift', () => {
  it('every high condition is told in the moment in which it is found (property)', () => {
    fc.assert(
      fc.property(shift, (acts) => {
        const { story } = play(acts);
        story.said.forEach(({ event, episode }, index) => {
          const fresh =
            event.type === 'raised' ||
            (event.type === 'changed' &&
              ['member-joined', 'member-returned', 'priority'].includes(event.data.reason));
          if (!fresh || event.data.priority !== 'high') return;
          const next = story.said[index + 1];
          expect(next?.event).toMatchObject({ type: 'notification-sent', atMs: event.atMs });
          expect(next?.episode.id).toBe(episode.id);
        });
      }),
      options,
    );
  });

  it('an alarm ends by its source and by nothing else (property)', () => {
    fc.assert(
      fc.property(shift, (acts) => {
        for (const { act, heard, before, events } of play(acts).told) {
          const resolved = events.filter((event) => event.type === 'resolved');
          if (act.act === 'person')
            for (const { data } of resolved) {
              const latched = [...before.values()].find(({ members }) =>
                members.some(({ clearedBy }) => clearedBy === data.resolvedBy),
              );
              expect(latched?.status).toBe('latched');
            }
          else if (act.act === 'pump')
            for (const { data } of resolved) expect(data.resolvedBy).toBe(heard?.id);
          // A redelivered alarm is a word of the pump as well: it can end a silence.
          else if (act.act === 'wait') expect(resolved).toEqual([]);
        }
      }),
      options,
    );
  });

  it('what comes a second time changes nothing (property)', () => {
    fc.assert(
      fc.property(shift, (acts) => {
        const story = new Story(RULES_OF_TWO_BEDS);
        for (const act of acts) {
          if (act.act === 'wait') story.wait(act.seconds * 1_000);
          if (act.act !== 'pump') continue;
          const event = eventOf(story, act);
          story.hear(event);
          const { episodes } = story.ward;
          expect(story.hear(event)).toEqual([]);
          expect(story.ward.episodes).toEqual(episodes);
        }
        for (const { act, events } of play(acts).told)
          if (act.act === 'again') expect(events.map(({ type }) => type)).not.toContain('raised');
      }),
      options,
    );
  });

  it('the same things give the same episodes, and their events tell all of it (property)', () => {
    fc.assert(
      fc.property(shift, (acts) => {
        const { story } = play(acts);
        expect(play(acts).story.said).toEqual(story.said);
        const replayed = new Map<string, Episode>();
        for (const { event, episode } of story.said)
          replayed.set(
            episode.id,
            evolve(replayed.get(episode.id) ?? { ...NO_EPISODE, id: episode.id }, event),
          );
        const open = [...replayed].filter(([, { status: now }]) => now !== 'closed');
        expect(new Map(open)).toEqual(story.ward.episodes);
      }),
      options,
    );
  });

  it('no event is said twice under one name, and no sound is off for longer than allowed (property)', () => {
    fc.assert(
      fc.property(shift, (acts) => {
        const { story } = play(acts);
        const names = story.said.map(({ event, episode }) => `${episode.id} ${event.key}`);
        expect(new Set(names).size).toBe(names.length);
        for (const { episode } of story.said)
          if (episode.priority === 'high' && episode.members.length === 1)
            expect(episode.audioPausedMs).toBeLessThanOrEqual(120_000);
      }),
      options,
    );
  });

  it('an open high alarm that nobody answers always has a next step (property)', () => {
    fc.assert(
      fc.property(shift, (acts) => {
        const { story } = play(acts);
        const high = [...story.ward.episodes.values()].filter(({ priority }) => priority === 'high');
        if (high.length === 0) return;
        const said = story.wait(600_000);
        const escalated = said.filter(({ type }) => type === 'escalated').length;
        expect(escalated).toBeGreaterThanOrEqual(high.length);
      }),
      options,
    );
  });
});
