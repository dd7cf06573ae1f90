import type { SignedText, StreamEvent } from '@bcmed/events';
import { z } from 'zod';
import { StackError } from '../errors.js';
import type { Stack } from '../stack/stack.js';
import { AlarmListener } from './alarm-listener.js';
import { ask, problem, send } from './ask.js';
import { Cast } from './cast.js';
import { Prescriber } from './prescriber.js';
import { Witness } from './witness.js';

/** One thing that happened in the shift, as the services said it. */
export interface ShiftStep {
  readonly step: string;
  readonly said: string;
  /** From the last thing that a person did to what is said. */
  readonly tookMs: number;
}

/** Pumps of bed 3 of the default ward. */
const NITROPRUSSIDE = '8002-60030';
const DOPAMINE = '8002-60031';
const MIDAZOLAM = '8002-60032';
const DOPAMINE_AT_BED_3 = { concentration: '200-mg', weightKg: '90' } as const;

const stopAnswer = z.object({ stopId: z.string() });
const alarmsAnswer = z.object({
  alarms: z.array(z.looseObject({ id: z.string(), priority: z.string(), members: z.array(z.unknown()) })),
});

/**
 * A short shift at bed 3: orders with one and with two people, one that is ten times too high, an occlusion that alarms, a person
 * who is revoked, and a stop by somebody who may order nothing. Everything goes through the services as it would with people.
 *
 * Demands a stack with beds. Throws StackError at the first step that does not come out as it must.
 */
export class Shift {
  readonly steps: ShiftStep[] = [];

  private constructor(
    private readonly stack: Stack,
    private readonly cast: Cast,
    private readonly prescriber: Prescriber,
    private readonly witness: Witness,
    private readonly console: AlarmListener,
  ) {}

  /** With a signal that fires it ends soon, in the middle of what it does, and rejects with the signal's reason. */
  static async play(stack: Stack, signal?: AbortSignal): Promise<readonly ShiftStep[]> {
    const witness = await Witness.begin(stack.events);
    const access = stack.service('access').url;
    const cast = await Cast.load(access);
    const pass = await cast.member('nurse').pass(access);
    const console = await AlarmListener.open(stack.service('alarms').url, pass);
    const end = (): void => {
      console.close();
      witness.end();
    };
    signal?.addEventListener('abort', end, { once: true });
    try {
      const shift = new Shift(stack, cast, await Prescriber.begin(stack, witness), witness, console);
      await shift.#play();
      return shift.steps;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
      end();
    }
  }

  async #play(): Promise<void> {
    await this.#alone();
    await this.#together();
    await this.#tenTimes();
    await this.#occlusion();
    await this.#revoked();
    await this.#stop();
  }

  async #alone(): Promise<void> {
    const text = await this.prescriber.text(MIDAZOLAM, {
      action: 'set-rate',
      rateMlPerHour: 3,
      drug: 'midazolam',
      concentration: '50-mg',
      dose: { value: '3', unit: 'mg/h' },
    });
    const beganMs = performance.now();
    const signatures = [this.cast.member('nurse').sign(text)];
    const { commandId } = await this.prescriber.place({ text, signatures });
    await this.#executed('a nurse orders midazolam 3 mg/h', commandId, beganMs);
  }

  async #together(): Promise<void> {
    const text = await this.prescriber.text(DOPAMINE, {
      action: 'set-rate',
      rateMlPerHour: 6.7,
      drug: 'dopamine',
      ...DOPAMINE_AT_BED_3,
      dose: { value: '5', unit: 'microgram/kg/min' },
    });
    const first = [this.cast.member('physician').sign(text)];
    const waiting = await this.prescriber.place({ text, signatures: first });
    if (waiting.state !== 'waiting') throw new StackError(`dopamine with one signature is ${waiting.state}`);
    const beganMs = performance.now();
    const { commandId } = await this.prescriber.add(waiting.orderId, [this.cast.member('nurse').sign(text)]);
    await this.#executed('dopamine 5 µg/kg/min, for which two people sign', commandId, beganMs);
  }

  async #tenTimes(): Promise<void> {
    const text = await this.prescriber.text(DOPAMINE, {
      action: 'set-rate',
      rateMlPerHour: 67.5,
      drug: 'dopamine',
      ...DOPAMINE_AT_BED_3,
      dose: { value: '50', unit: 'microgram/kg/min' },
    });
    const beganMs = performance.now();
    const signatures = [this.cast.member('physician').sign(text), this.cast.member('nurse').sign(text)];
    await this.#refused('ten times that dose', { text, signatures }, beganMs);
  }

  async #occlusion(): Promise<void> {
    const beganMs = performance.now();
    await this.#hand(NITROPRUSSIDE, { action: 'occlude', complianceMicrolitrePerMmHg: 0.05 });
    const raised = await this.witness.saw(
      'the alarm of the occlusion',
      (event) => isAlarm(event, 'raised') && concerns(event, NITROPRUSSIDE),
      60_000,
    );
    await this.console.heard(raised.subject);
    const pass = await this.cast.member('nurse').pass(this.#access);
    const { alarms } = await ask(alarmsAnswer, `${this.#alarms}/alarms`, undefined, pass);
    const alarm = alarms.find(({ id }) => id === raised.subject);
    if (!alarm) throw new StackError('the alarm is not in the list of open alarms');
    await ask(z.unknown(), `${this.#alarms}/alarms/${alarm.id}/acknowledge`, {}, pass);
    this.#say(
      'the line of nitroprusside is occluded',
      `${alarm.priority} alarm, told by server-sent events, acknowledged`,
      beganMs,
    );
    const releasedMs = performance.now();
    await this.#hand(NITROPRUSSIDE, { action: 'release' });
    await this.#hand(NITROPRUSSIDE, { action: 'start' });
    await this.witness.saw(
      'the end of the alarm',
      (event) => isAlarm(event, 'resolved') && event.subject === alarm.id,
      60_000,
    );
    this.#say('the line is opened and the pump started', 'alarm resolved by its source', releasedMs);
  }

  async #revoked(): Promise<void> {
    const token = await this.cast.member('administrator').signIn(this.#access);
    const gone = this.cast.member('second-nurse');
    const text = await this.prescriber.text(MIDAZOLAM, {
      action: 'set-rate',
      rateMlPerHour: 2,
      drug: 'midazolam',
      concentration: '50-mg',
      dose: { value: '2', unit: 'mg/h' },
    });
    const beganMs = performance.now();
    const url = `${this.#access}/people/${gone.person}/revocation`;
    await ask(z.unknown(), url, { reason: 'left the unit' }, token);
    const order = { text, signatures: [gone.sign(text)] };
    await this.#refused('a nurse who was just revoked orders', order, beganMs);
  }

  async #stop(): Promise<void> {
    const text = await this.prescriber.text(MIDAZOLAM, { action: 'stop' });
    const beganMs = performance.now();
    const order = { text, signatures: [this.cast.member('engineer').sign(text)] };
    const { stopId } = await ask(stopAnswer, `${this.#dosing}/stops`, { order });
    await this.#executed('an engineer, who may order nothing, stops midazolam', stopId, beganMs);
  }

  async #refused(step: string, order: SignedText, beganMs: number): Promise<void> {
    const answer = await send(`${this.#dosing}/orders`, { order });
    if (answer.status < 400) throw new StackError(`${step}: was not refused`);
    const { title, reason } = problem.parse(answer.body);
    this.#say(step, `refused: ${typeof reason === 'string' ? reason : title}`, beganMs);
  }

  async #executed(step: string, commandId: string | undefined, beganMs: number): Promise<void> {
    const { framesWritten, readBackAfterMs } = await this.prescriber.executed(step, commandId);
    this.#say(step, `executed: ${framesWritten.join(', ')}, read back after ${readBackAfterMs} ms`, beganMs);
  }

  #say(step: string, said: string, beganMs: number): void {
    this.steps.push({ step, said, tookMs: Math.round(performance.now() - beganMs) });
  }

  async #hand(serial: string, action: object): Promise<void> {
    await ask(z.unknown(), `${this.stack.service('icu').url}/pumps/${serial}/actions`, action);
  }

  get #dosing(): string {
    return this.stack.service('dosing').url;
  }

  get #access(): string {
    return this.stack.service('access').url;
  }

  get #alarms(): string {
    return this.stack.service('alarms').url;
  }
}

function isAlarm(event: StreamEvent, name: 'raised' | 'resolved'): boolean {
  return event.type === `bcmed.alarm.${name}`;
}

function concerns({ data }: StreamEvent, pump: string): boolean {
  const { members = [] } = data as { readonly members?: readonly { readonly source?: string }[] };
  return members.some(({ source }) => source === pump);
}
