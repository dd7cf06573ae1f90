import { setTimeout as pause } from 'node:timers/promises';
import {
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  parseEvent,
  type StreamEvent,
} from '@bcmed/events';
import { Cast } from '../src/shift/cast.js';
import { Prescriber } from '../src/shift/prescriber.js';
import { problem, send } from '../src/shift/ask.js';
import { Witness } from '../src/shift/witness.js';
import type { Stack } from '../src/index.js';

/** Two pumps of the default ward that give midazolam: for one a nurse orders rates, the other one is stopped again and again. */
const TITRATED = '8002-60032';
const STOPPED = '8002-60043';
/** A request is sent again, the same text, until somebody answers: a service may be dead at the moment. */
const ANSWERED_WITHIN_MS = 60_000;

/** A command that a service took. */
export interface Command {
  readonly id: string;
  readonly pump: string;
  readonly action: 'set-rate' | 'stop';
  /** Frame that carries it out. */
  readonly frame: string;
}

/** People who order and stop without a pause, through the services, and remember what was taken and what was refused. */
export class WardOrders {
  readonly commands: Command[] = [];
  readonly refused: string[] = [];
  #turn = 0;
  #isOver = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly stack: Stack,
    readonly cast: Cast,
    private readonly prescriber: Prescriber,
    private readonly witness: Witness,
  ) {}

  static async begin(stack: Stack): Promise<WardOrders> {
    const witness = await Witness.begin(stack.events);
    const cast = await Cast.load(stack.service('access').url);
    return new WardOrders(stack, cast, await Prescriber.begin(stack, witness), witness);
  }

  /** Orders again and again, every third time a stop, until {@link end}. */
  start(everyMs: number): void {
    this.#running = (async () => {
      while (!this.#isEnded()) {
        await this.once();
        await pause(everyMs);
      }
    })();
    // Told by end(), whoever awaits that.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the last request was answered. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    this.witness.end();
  }

  async once(): Promise<void> {
    this.#turn += 1;
    await (this.#turn % 3 === 0 ? this.#stop() : this.#rate());
  }

  #isEnded(): boolean {
    return this.#isOver;
  }

  async #rate(): Promise<void> {
    const rateMlPerHour = (10 + (this.#turn % 40)) / 10;
    const text = await persistently(() =>
      this.prescriber.text(TITRATED, {
        action: 'set-rate',
        rateMlPerHour,
        drug: 'midazolam',
        concentration: '50-mg',
        dose: { value: rateMlPerHour.toFixed(1), unit: 'mg/h' },
      }),
    );
    const signatures = [this.cast.member('nurse').sign(text)];
    const answer = await this.#answered('/orders', { order: { text, signatures } });
    const { commandId } = answer.body as { readonly commandId?: string };
    if (answer.status === 201 && commandId !== undefined) {
      const frame = `INF_RATE^${rateMlPerHour.toFixed(2)}^ml/h`;
      this.commands.push({ id: commandId, pump: TITRATED, action: 'set-rate', frame });
    } else this.refused.push(`order: ${JSON.stringify(answer.body)}`);
  }

  /** A hand starts the pump, and an engineer, who may order nothing, stops it. */
  async #stop(): Promise<void> {
    await send(`${this.stack.service('icu').url}/pumps/${STOPPED}/actions`, { action: 'start' });
    const text = await persistently(() => this.prescriber.text(STOPPED, { action: 'stop' }));
    const signatures = [this.cast.member('engineer').sign(text)];
    const answer = await this.#answered('/stops', { order: { text, signatures } });
    const { stopId } = answer.body as { readonly stopId?: string };
    if (answer.status === 201 && stopId !== undefined)
      this.commands.push({ id: stopId, pump: STOPPED, action: 'stop', frame: 'INF_STOP' });
    else this.refused.push(`stop: ${JSON.stringify(answer.body)}`);
  }

  /** What dosing says to this very text, asked until it says anything but that it cannot answer now. */
  #answered(path: string, body: object) {
    return persistently(async () => {
      const answer = await send(`${this.stack.service('dosing').url}${path}`, body);
      if (answer.status < 500) return answer;
      throw new Error(`${answer.status}: ${problem.safeParse(answer.body).data?.title ?? 'no answer'}`);
    });
  }
}

/** A hand stops every pump, so that the log comes to rest: what is held is sampled at the slow beat only. */
export async function stopPumps(stack: Stack): Promise<void> {
  const { url } = stack.service('icu');
  const pumps = (await (await fetch(`${url}/pumps`)).json()) as { readonly serial: string }[];
  // One that is on hold already says so, and is as it should be.
  for (const { serial } of pumps) await send(`${url}/pumps/${serial}/actions`, { action: 'stop' });
}

async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + ANSWERED_WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await pause(100);
    }
  }
}

/** Everything on the stream of events up to now. */
export async function wholeStream(stack: Stack): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const entry of stack.events.readRange(1n, await stack.events.lastPosition())) {
    const parsed = entry.missing ? undefined : parseEvent(entry.body);
    if (parsed?.ok) events.push(parsed.event);
  }
  return events;
}

const OUTCOMES: ReadonlySet<string> = new Set(
  [CommandExecuted, CommandFailed, CommandOutcomeUnknown, CommandOutcomeResolved].map(({ type }) => type),
);

/** What the stream says of a command, word by word, without what it says twice: the second copy of an event has its id. */
export function outcomesOf(events: readonly StreamEvent[], { id }: Command): string[] {
  const said = new Map<string, string>();
  for (const event of events) {
    const isOutcome = OUTCOMES.has(event.type);
    if (isOutcome && (event.data as { readonly commandId: string }).commandId === id)
      said.set(event.id, event.type.replace('bcmed.pump.command-', ''));
  }
  return [...said.values()];
}

/** How a command may end. A pump that was not asked in time, or not found again, stays unknown until a reading resolves it. */
export const FINAL_OUTCOMES = ['executed', 'failed', 'outcome-unknown,outcome-resolved'];
