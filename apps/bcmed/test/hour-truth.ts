import {
  AlarmChanged,
  AlarmRaised,
  AlarmResolved,
  NotificationDelivered,
  isEvent,
  type StreamEvent,
} from '@bcmed/events';
import { z } from 'zod';
import type { Stack } from '../src/index.js';

/** Alarms of the emulated pump that are high, as the alarm service names them; in the order in which the pump shows them. */
const HIGH: Readonly<Record<string, string>> = {
  AL_SYRCO: 'pump-syringe-not-captured',
  AL_OCCLU: 'pump-occlusion',
  AL_COMTO: 'pump-communication-lost',
  AL_EOIST: 'pump-end-of-infusion-stopped',
};
/** Clocks of one machine, and how long a busy adapter takes to look. */
const SLACK_MS = 3_000;

const truths = z.array(
  z.looseObject({ serial: z.string(), state: z.looseObject({ elapsedMs: z.number() }) }),
);
const logs = z.array(
  z.looseObject({
    atMs: z.number(),
    event: z.looseObject({ type: z.string(), code: z.string().optional() }),
  }),
);

/** A high condition that stood at a pump, in time of the clock on the wall. */
export interface TrueCondition {
  readonly pump: string;
  readonly condition: string;
  readonly fromMs: number;
  /** Infinity while it stands. */
  readonly toMs: number;
}

/** What the pumps themselves wrote down of alarms that are high and were shown: a pump shows one alarm at a time. */
export async function highTruth(stack: Stack, speed: number): Promise<TrueCondition[]> {
  const { url } = stack.service('icu');
  const pumps = truths.parse(await (await fetch(`${url}/pumps`)).json());
  const nowMs = Date.now();
  const all: TrueCondition[] = [];
  for (const { serial, state } of pumps) {
    const wallOf = (atMs: number): number => nowMs - (state.elapsedMs - atMs) / speed;
    const log = logs.parse(await (await fetch(`${url}/pumps/${serial}/log`)).json());
    const standing = new Set<string>();
    let shown: string | undefined;
    let sinceMs = 0;
    const turn = (atMs: number): void => {
      const next = Object.keys(HIGH).find((code) => standing.has(code));
      if (next === shown) return;
      const condition = shown === undefined ? undefined : HIGH[shown];
      if (condition !== undefined) all.push({ pump: serial, condition, fromMs: sinceMs, toMs: wallOf(atMs) });
      [shown, sinceMs] = [next, wallOf(atMs)];
    };
    for (const [index, { atMs, event }] of log.entries()) {
      if (event.code !== undefined && event.type === 'alarm-raised') standing.add(event.code);
      if (event.code !== undefined && event.type === 'alarm-cleared') standing.delete(event.code);
      // What happens in one moment is one change.
      if (log[index + 1]?.atMs !== atMs) turn(atMs);
    }
    const condition = shown === undefined ? undefined : HIGH[shown];
    if (condition !== undefined) all.push({ pump: serial, condition, fromMs: sinceMs, toMs: Infinity });
  }
  return all;
}

/** An alarm as the stream tells it: one member of one episode, while it stood. */
interface ToldCondition {
  readonly episode: string;
  readonly pump: string;
  readonly condition: string;
  readonly priority: string;
  readonly fromMs: number;
  toMs: number;
}

/** All that the alarm service said, and which of its episodes somebody was told of. */
export class ToldAlarms {
  readonly told: ToldCondition[] = [];
  readonly #delivered = new Set<string>();

  constructor(events: readonly StreamEvent[]) {
    const conditions = new Map<string, string>();
    const open = new Map<string, ToldCondition>();
    const close = (key: string, event: StreamEvent): void => {
      const one = open.get(key);
      if (one) one.toMs = Date.parse(event.time);
      open.delete(key);
    };
    for (const event of events) {
      const episode = event.subject;
      if (isEvent(event, NotificationDelivered)) this.#delivered.add(episode);
      if (isEvent(event, AlarmResolved))
        for (const key of [...open.keys()]) if (key.startsWith(`${episode} `)) close(key, event);
      if (isEvent(event, AlarmRaised)) conditions.set(episode, event.data.condition);
      if (!isEvent(event, AlarmRaised) && !isEvent(event, AlarmChanged)) continue;
      for (const { source: pump, since, clearedBy } of event.data.members) {
        const key = `${episode} ${pump}`;
        if (clearedBy !== undefined) close(key, event);
        else if (!open.has(key)) {
          const condition = conditions.get(episode) ?? '';
          const { priority } = event.data;
          const one = { episode, pump, condition, priority, fromMs: Date.parse(since), toMs: Infinity };
          open.set(key, one);
          this.told.push(one);
        }
      }
    }
  }

  /** Whether an alarm about it was up while it stood, and somebody has a receipt for it. */
  cover(truth: TrueCondition): boolean {
    return this.told.some(
      ({ episode, pump, condition, fromMs, toMs }) =>
        pump === truth.pump &&
        condition === truth.condition &&
        fromMs <= Math.min(truth.toMs, truth.fromMs + SLACK_MS) + SLACK_MS &&
        toMs >= truth.fromMs &&
        this.#delivered.has(episode),
    );
  }
}
