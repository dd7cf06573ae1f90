import { isEvent, TargetStep, type StreamEvent } from '@bcmed/events';
import type { AdapterLog } from '../adapters/adapter-log.js';
import { readPump, type ReadBack } from '../adapters/carry-out.js';
import type { Clock } from '../adapters/clock.js';
import type { Line } from '../adapters/line.js';
import type { Poller } from '../adapters/poller.js';
import type { StoredCommand, StoredSteering } from '../adapters/safety-store-rows.js';
import {
  actOn,
  followed,
  happened,
  isOverdue,
  notTaken,
  type Refusal,
  type Steering,
  type SteeringEnd,
  type SteeringStep,
  type Wanted,
} from '../domain/index.js';
import { TOLD } from '../errors.js';
import type { Recorder } from './recorder.js';
import type { SteeredPumps } from './steered-pumps.js';
import type { SteeringLine } from './steering-line.js';

export interface SteeringDeskSettings {
  readonly pumps: SteeredPumps;
  readonly line: SteeringLine;
  readonly recorder: Pick<Recorder, 'pumps'>;
  readonly clock: Clock;
  readonly log: AdapterLog;
  /** The poller of a pump now, and the serial that has to answer there. */
  readonly lineOf: (entity: string) => { readonly poller: Poller; readonly serial: string } | undefined;
  /** What people, keys and beds say now of what was signed. */
  readonly refusalNow: (stored: StoredSteering) => Refusal | undefined;
  /** Whether a stop of the pump came after a position on EVENTS, also in an earlier life. */
  readonly isStopped: (entity: string, position: bigint) => boolean;
}

const LOOK_EVERY_MS = 1_000;
const BEDSIDE: readonly Refusal['reason'][] = ['patient-differs', 'wrong-pump', 'association-changed'];

/**
 * Steers pumps to the steps that dosing says. A step is carried out when it belongs to the target that the pump has taken, is newer than
 * the last, fresh, and at most the signed ceiling, and when what people signed still holds. Without steps for 30 s the pump is put to
 * the rate that never passes the target, and never faster than it runs; that is told, and steps are followed again when they come.
 */
export class SteeringDesk {
  readonly #steps = new Map<string, SteeringStep>();
  readonly #busy = new Set<string>();
  readonly #line: SteeringLine;
  #isOpen = false;

  constructor(private readonly settings: SteeringDeskSettings) {
    this.#line = settings.line;
  }

  /** From now on pumps that nobody steers are held. Called once. */
  start(): void {
    setInterval(() => this.#tick(), LOOK_EVERY_MS).unref();
  }

  /** From now on steps are carried out: everything was read that the site said before. */
  open(): void {
    this.#isOpen = true;
    this.#tick();
  }

  isSteered(entity: string): boolean {
    return this.settings.pumps.get(entity) !== undefined;
  }

  /** A pump took the order to set a target; a target before it ends. False when the disk takes nothing: then nobody steers. */
  begin(command: StoredCommand, { delivering }: ReadBack): boolean {
    const { pumps, clock } = this.settings;
    const { commandId, entity, person, order, signed, approvalsNeeded, keyId, position } = command;
    if (!order || !signed || approvalsNeeded === undefined) return false;
    this.superseded(entity, commandId);
    this.#steps.delete(entity);
    const steering: Steering = {
      commandId,
      commandPosition: position.toString(),
      person,
      order,
      untilMs: Date.parse(order.untilAt ?? '') || 0,
      lastStep: 0,
      followedMs: clock.steadyMs(),
      mayShow: [],
      holdRateMlPerHour: 0,
      isStarted: delivering,
      isHeld: false,
    };
    return pumps.set({ entity, steering, signed, approvalsNeeded, ...(keyId !== undefined && { keyId }) });
  }

  /** Takes a step from the stream, already admitted; one that is not to be taken is told in the log. */
  take(event: StreamEvent): void {
    if (!isEvent(event, TargetStep)) return;
    const { pumps, clock, log } = this.settings;
    const { subject: entity, data } = event;
    const { isLast = false, ...rest } = data;
    const step: SteeringStep = { ...rest, isLast, saidMs: Date.parse(event.time) };
    const found = pumps.get(entity);
    const why = found
      ? notTaken(found.steering, step, Date.parse(clock.now().at))
      : 'the pump is steered to nothing';
    if (why !== undefined) {
      const msg = `a step is not taken: ${why}`;
      log.warn({ msg, pump: entity, command: data.commandId, step: data.step, code: TOLD.stepNotTaken });
      return;
    }
    this.#steps.set(entity, step);
    if (this.#isOpen) this.#enqueue(entity);
  }

  /** A stop of this pump is on its way: nobody steers it from now on. */
  stopped(entity: string, position: bigint): void {
    const found = this.settings.pumps.get(entity);
    if (found && BigInt(found.steering.commandPosition) < position)
      this.#end(found, 'stop', 'a stop came after it');
  }

  /** Another order was carried out at this pump. */
  superseded(entity: string, by: string): void {
    const found = this.settings.pumps.get(entity);
    if (found) this.#end(found, 'superseded', `the command ${by} came after it`);
  }

  /** Judges again what people signed, because people, keys or beds are others than before. */
  reconsider(): void {
    if (!this.#isOpen) return;
    for (const stored of this.settings.pumps.all) this.#judge(stored);
  }

  #tick(): void {
    const { pumps, clock } = this.settings;
    pumps.sayUnsaid();
    for (const { entity } of pumps.all) {
      const stored = pumps.get(entity);
      // Before everything was read nobody knows whom to believe: then a rate is only lowered.
      if (!stored || (this.#isOpen && !this.#judge(stored))) continue;
      const { steering } = stored;
      if (isOverdue(steering, clock.steadyMs()) && steering.mayShow.length === 0)
        this.#end(stored, 'no-step', 'no step came; nothing was changed at the pump');
      else if (this.#wanted(stored)) this.#enqueue(entity);
    }
  }

  /** False when the target ends. */
  #judge(stored: StoredSteering): boolean {
    const { isStopped, refusalNow, clock } = this.settings;
    const { entity, steering } = stored;
    if (steering.leaving !== undefined) return true;
    const refusal = refusalNow(stored);
    if (isStopped(entity, BigInt(steering.commandPosition)))
      this.#leave(stored, 'stop', 'a stop came after it');
    else if (refusal) {
      const reason = BEDSIDE.includes(refusal.reason) ? 'bedside-changed' : 'not-permitted';
      this.#leave(stored, reason, refusal.detail);
    } else if (Date.parse(clock.now().at) >= steering.untilMs)
      this.#leave(stored, 'expired', 'its time is over');
    else return true;
    return false;
  }

  /** Ends a target at the rate that never passes it; at once where nothing was written. */
  #leave(stored: StoredSteering, reason: SteeringEnd, detail: string): void {
    const { steering, entity } = stored;
    if (steering.mayShow.length === 0) {
      this.#end(stored, reason, detail);
      return;
    }
    this.settings.pumps.change(stored, { leaving: { reason, detail } });
    this.#enqueue(entity);
  }

  /** One piece of work of a pump at a time waits for its line; it does what is wanted when its turn comes. */
  #enqueue(entity: string): void {
    const found = this.settings.lineOf(entity);
    if (!found || this.#busy.has(entity)) return;
    this.#busy.add(entity);
    found.poller.perform({
      urgent: false,
      run: async (line, serial) => {
        try {
          if (serial === found.serial) await this.#work(entity, line, serial);
        } catch (error) {
          // The line belongs to the poller, which must go on; the next look tries again.
          const { log } = this.settings;
          log.error({ msg: 'steering broke off', pump: entity, code: TOLD.commandUnusable, err: error });
        } finally {
          this.#busy.delete(entity);
        }
        if (this.#steps.has(entity)) this.#enqueue(entity);
      },
    });
  }

  async #work(entity: string, line: Line, serial: string): Promise<void> {
    const { pumps } = this.settings;
    const stored = pumps.get(entity);
    const wanted = stored && this.#wanted(stored);
    this.#steps.delete(entity);
    if (!stored || !wanted) return;
    const seen = await readPump(line, serial, { action: 'set-rate' });
    if (!seen || !this.#mayGoOn(stored, wanted)) return;
    const act = actOn(stored.steering, wanted, seen);
    if (act.do === 'end') {
      this.#end(stored, act.reason, act.detail, seen.setRateMlPerHour);
      return;
    }
    const { rateMlPerHour, start } = act;
    // What the first step leaves behind counts as soon as it may have been taken.
    if (wanted.why === 'step' && stored.steering.lastStep === 0)
      pumps.change(stored, { holdRateMlPerHour: wanted.step.holdRateMlPerHour });
    const isSet =
      rateMlPerHour === undefined || (await this.#line.write(stored, { line, serial, seen }, rateMlPerHour));
    const isAll =
      isSet &&
      (!start || (this.#mayGoOn(stored, wanted) && (await this.#line.start(stored, { line, serial }))));
    const now = pumps.get(entity);
    if (now?.steering.commandId !== stored.steering.commandId) return;
    if (isAll) this.#done(now, wanted, rateMlPerHour ?? seen.setRateMlPerHour);
    else if (wanted.why === 'hold' && !now.steering.isHeld)
      this.#hold(now, seen.setRateMlPerHour, 'the pump did not take the rate');
  }

  /** Undefined when nothing is to be done: the poller looks at the pump, and it shows what it should. */
  #wanted({ entity, steering }: StoredSteering): Wanted | undefined {
    const { clock } = this.settings;
    const { leaving, holdRateMlPerHour, mayShow, isHeld, isStarted } = steering;
    if (leaving !== undefined) return { why: 'leave', atMostMlPerHour: holdRateMlPerHour };
    const step = this.#isOpen ? this.#steps.get(entity) : undefined;
    const isFresh = step && notTaken(steering, step, Date.parse(clock.now().at)) === undefined;
    if (isFresh) return { why: 'step', rateMlPerHour: step.rateMlPerHour, step };
    if (mayShow.length === 0) return undefined;
    const isAtHold = isHeld && mayShow.every((rate) => rate <= holdRateMlPerHour);
    if (isOverdue(steering, clock.steadyMs()) && !isAtHold)
      return { why: 'hold', atMostMlPerHour: holdRateMlPerHour };
    return !isStarted || this.#isAsLeft(entity) ? undefined : { why: 'look' };
  }

  /** Whether the pump was last seen to infuse; what else a hand may have changed is looked at with the next step. */
  #isAsLeft(entity: string): boolean {
    const { state } = this.settings.recorder.pumps.find((pump) => pump.entity === entity) ?? {};
    return state?.belief.contact !== 'connected' || state.belief.shown?.state === 'infusing';
  }

  /** A stop, or another target, may have come while the pump was asked. */
  #mayGoOn({ entity, steering }: StoredSteering, { why }: Pick<Wanted, 'why'>): boolean {
    const { pumps, isStopped } = this.settings;
    if (why === 'step' && isStopped(entity, BigInt(steering.commandPosition))) return false;
    return pumps.get(entity)?.steering.commandId === steering.commandId;
  }

  #done(stored: StoredSteering, wanted: Wanted, rateMlPerHour: number): void {
    const { pumps, clock } = this.settings;
    const { steering } = stored;
    const { commandId, isHeld, leaving } = steering;
    if (wanted.why === 'leave' && leaving) this.#end(stored, leaving.reason, leaving.detail, rateMlPerHour);
    else if (wanted.why === 'hold' && isHeld) pumps.change(stored, { mayShow: [rateMlPerHour] });
    else if (wanted.why === 'hold') this.#hold(stored, rateMlPerHour, 'no step came for 30 s');
    if (wanted.why !== 'step') return;
    const { step } = wanted;
    const next = { ...stored, steering: followed(steering, step, clock.steadyMs()) };
    const resumed = { commandId, step: step.step, rateMlPerHour };
    if (step.isLast) this.#end(next, 'last-step', 'the order was withdrawn', rateMlPerHour);
    else if (isHeld) pumps.say(next, happened('target-resumed', 'adapter', resumed, commandId));
    else pumps.set(next);
  }

  #hold(stored: StoredSteering, rateMlPerHour: number, detail: string): void {
    const { commandId, lastStep } = stored.steering;
    const held = { ...stored, steering: { ...stored.steering, isHeld: true } };
    const data = { commandId, lastStep, rateMlPerHour, detail };
    this.settings.pumps.say(held, happened('target-held', 'adapter', data, commandId));
  }

  #end(stored: StoredSteering, reason: SteeringEnd, detail: string, rateMlPerHour?: number): void {
    const { pumps, log } = this.settings;
    const { entity, steering } = stored;
    const { commandId, lastStep, commandPosition } = steering;
    this.#steps.delete(entity);
    log.log({ msg: `target ended: ${reason}`, command: commandId, pump: entity });
    const data = {
      commandId,
      lastStep,
      reason,
      ...(rateMlPerHour !== undefined && { rateMlPerHour }),
      detail: detail.slice(0, 256),
      commandPosition,
    };
    pumps.end(stored, happened('target-ended', 'adapter', data, commandId));
  }
}
