import { isEvent, TargetStep, type PumpOrder, type StreamEvent } from '@bcmed/events';
import type { PeopleState } from '@bcmed/policy';
import { asena } from '@bcmed/pump-protocols';
import { StoreUnwritableError } from '@bcmed/safety-store';
import type { KeyId } from '@bcmed/seal';
import type { AdapterLog } from '../adapters/adapter-log.js';
import { carryOut, frameOf, giveBack, type CarriedOut } from '../adapters/carry-out.js';
import type { Clock } from '../adapters/clock.js';
import type { Line } from '../adapters/line.js';
import { LOOK, type Poller } from '../adapters/poller.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { StoredCommand, StoredPump, StoredSteering } from '../adapters/safety-store-rows.js';
import { LONGEST_LIFE_MS, SETTLES_MS, type CommandReport, type Refusal } from '../domain/index.js';
import { TOLD } from '../errors.js';
import type { Bedsides } from '../views/bedsides.js';
import { BolusDesk } from './bolus-desk.js';
import { CommandMemory } from './command-memory.js';
import { carriedOut, refused, unknown } from './command-report.js';
import { isStop, judgeCommand, noLongerHolds, refusalNow, type JudgedCommand } from './judge-command.js';
import type { Recorder } from './recorder.js';
import { SteeredPumps } from './steered-pumps.js';
import { SteeringDesk } from './steering-desk.js';
import { SteeringLine } from './steering-line.js';

export interface DeskSettings {
  readonly site: string;
  /** At whom each pump is, as the stream was read. */
  readonly bedsides: Pick<Bedsides, 'of'>;
  readonly store: SafetyStore;
  readonly recorder: Recorder;
  readonly pollers: readonly Poller[];
  readonly clock: Clock;
  readonly log: AdapterLog;
  /** Who is known and may what, as far as the stream was read. */
  readonly people: () => PeopleState;
  /** Whether the key of the service that authorised is still believed. */
  readonly believes: (keyId: KeyId) => boolean;
}

const NOT_CONNECTED: Refusal = { reason: 'pump-not-connected', detail: 'the pump does not answer' };
const NO_LINE: Refusal = { reason: 'pump-not-connected', detail: 'no line leads to this pump' };
const EARLIER_UNKNOWN: Refusal = {
  reason: 'earlier-outcome-unknown',
  detail: 'an earlier command of this pump is not resolved yet; only a stop goes through',
};
const NOT_RECORDED: Refusal = {
  reason: 'not-recorded',
  detail: 'the disk takes nothing, and only a stop goes without a record',
};
const KEY_REVOKED: Refusal = {
  reason: 'not-permitted',
  detail: 'the key of the service that authorised it was revoked',
};
const STEERED: Refusal = {
  reason: 'state-changed',
  detail: 'the pump is steered to a target; order another target, a rate, or a stop',
};
/** For so long a stop is tried again while the pump cannot be reached, before it is told as failed. */
const STOP_TRIES_MS = 5_000;
const STOP_AGAIN_MS = 250;
const GIVE_BACK_AGAIN_MS = 2_000;
/** Beyond the time after which an unknown outcome is decided: a timer and a poll do not share a clock. */
const LOOK_MARGIN_MS = 500;

/** The line on which a command is tried, the pump that answers there, and until when a stop is tried again. */
interface Attempting {
  readonly line: Line;
  readonly serial: string | undefined;
  readonly giveUpAtMs: number;
}

/**
 * The way in for commands: judges each once, carries it out at most once, and says what became of it.
 *
 * A command is judged when the stream brings it, and judged again when the line is free for it, so that a revocation, an
 * expiry or a stop in between counts. `writing` is on disk before the first frame leaves; a command that is found there after a
 * restart is never written again but told as unknown, and the pump's next readings resolve it.
 *
 * KNOWN: a pump that was moved to another adapter is answered for by both: executed there, not connected here.
 */
export class CommandDesk {
  readonly #memory: CommandMemory;
  readonly #boluses: BolusDesk;
  readonly #steering: SteeringDesk;
  #isOpen = false;

  constructor(private readonly settings: DeskSettings) {
    this.#memory = new CommandMemory(settings);
    const { recorder, clock, store, log } = settings;
    const pumps = new SteeredPumps({ store, recorder, log, steadyMs: clock.steadyMs() });
    const giveBackOf = (entity: string): void => this.#giveBack({ entity });
    this.#steering = new SteeringDesk({
      pumps,
      line: new SteeringLine({ pumps, recorder, log, giveBack: giveBackOf }),
      recorder,
      clock,
      log,
      lineOf: (entity) => this.#lineOf({ entity }),
      refusalNow: (stored) => this.#steeringRefusal(stored),
      isStopped: (entity, position) => this.#memory.isStopped({ entity, position }),
    });
    this.#boluses = new BolusDesk({
      memory: this.#memory,
      recorder,
      clock,
      save: (command) => this.#save(command),
      tell: (command, report) => this.#tell(command, report),
      lineOf: (command) => this.#lineOf(command),
      brokeOff: (command, error) => this.#brokeOff(command, error),
      giveBack: (command) => this.#giveBack(command),
    });
  }

  /** Takes up what the last run was writing when it ended: nobody knows what became of it. Called once, at the start. */
  resume(): void {
    this.#steering.start();
    for (const command of this.#memory.open()) {
      if (command.state !== 'writing' || !command.order) continue;
      // The pump itself ends a bolus; what was before is set back when all was read that the site said meanwhile.
      if (command.bolus) {
        this.#giveBack(command);
        continue;
      }
      const detail = 'the adapter ended between the frame and the read-back';
      this.#tell(command, unknown({ ...command, order: command.order }, detail));
      // Remote control may still be on: without further frames the pump's watchdog would stop it.
      this.#giveBack(command);
    }
  }

  /**
   * Goes on with what was accepted and not begun, from now on at once. Called when everything was read that the site said
   * before; until then only stops go through.
   */
  open(): void {
    this.#isOpen = true;
    this.#forgetOld();
    for (const command of this.#memory.open()) {
      const { state, bolus, order } = command;
      if (state === 'accepted') this.#enqueue(command);
      else if (bolus && order) this.#boluses.resume({ ...command, order }, bolus);
    }
    this.#steering.open();
  }

  /** Takes one admitted command or stop, in the order of the stream; a second delivery of it changes nothing. */
  take(event: StreamEvent, position: bigint, keyId: KeyId): void {
    const { clock, people, site, bedsides, recorder } = this.settings;
    const pump = recorder.pumps.find(({ entity }) => entity === event.subject);
    if (!pump) return;
    if (isEvent(event, TargetStep)) {
      this.#steering.take(event);
      return;
    }
    if (this.#memory.has(event.id)) return;
    const using = (nonce: string): StoredCommand | undefined => this.#memory.using(nonce);
    const here = { site, bedside: bedsides.of(pump.serial), people: people(), at: clock.now().at, using };
    const judgement = judgeCommand({ event, position }, here);
    if (!judgement) return;
    const command = { ...judgement.command, keyId };
    const why = judgement.refusal ?? this.#refusalHere(command);
    if (why) this.#refuse(command, why);
    else this.#accept({ ...command, state: 'accepted' });
  }

  /**
   * Judges again what waits for its line, because people, keys or beds are others than before: whoever ordered is told at once, also
   * while the line is busy. Stops wait for nobody's rights.
   */
  reconsider(): void {
    if (!this.#isOpen) return;
    for (const command of this.#memory.open()) {
      if (command.state !== 'accepted' || isStop(command) || !command.order) continue;
      const refusal = this.#refusalNow(command, command.order);
      if (refusal) this.#refuse(command, refusal);
    }
    this.#steering.reconsider();
  }

  /** What this pump itself stands in the way with. */
  #refusalHere(command: JudgedCommand): Refusal | undefined {
    const frame = command.order && frameOf(command.order);
    if (typeof frame === 'string') return { reason: 'value-unwritable', detail: frame };
    if (isStop(command)) return undefined;
    const { action } = command.order ?? {};
    const endsIt = action === 'set-rate' || action === 'set-target';
    if (!endsIt && this.#steering.isSteered(command.entity)) return STEERED;
    const { commanded = [] } = this.#pumpOf(command)?.state.watch ?? {};
    const { entity, commandId } = command;
    const unresolved =
      commanded.some(({ outcome }) => outcome === 'unknown') ||
      this.#memory
        .open()
        .some((one) => one.entity === entity && one.state === 'writing' && one.commandId !== commandId);
    return unresolved ? EARLIER_UNKNOWN : undefined;
  }

  #accept(command: StoredCommand): void {
    if (isStop(command)) this.#fence(command);
    const saved = this.#save(command);
    // A full disk must not keep a pump running; anything else is not begun without its record.
    if (!saved && !isStop(command)) this.#refuse(command, NOT_RECORDED);
    else if (this.#isOpen || isStop(command)) this.#enqueue(command);
  }

  /** A stop ends every earlier command for its pump that was not begun. */
  #fence(stop: StoredCommand): void {
    const { entity, position, commandId } = stop;
    this.#memory.stopped(stop);
    this.#steering.stopped(entity, position);
    for (const earlier of this.#memory.open()) {
      if (earlier.entity !== entity || earlier.position > position || earlier.state !== 'accepted') continue;
      if (!isStop(earlier))
        this.#refuse(earlier, { reason: 'fenced-by-stop', detail: `the stop ${commandId} came after it` });
    }
  }

  #enqueue(command: StoredCommand, giveUpAtMs = this.settings.clock.steadyMs() + STOP_TRIES_MS): void {
    const serial = this.#pumpOf(command)?.serial;
    const poller = this.#pollerOf(command);
    if (!poller) {
      this.#refuse(command, NO_LINE);
      return;
    }
    poller.perform({
      urgent: isStop(command),
      run: (line, found) =>
        this.#perform(command, { line, serial: found === serial ? found : undefined, giveUpAtMs }).catch(
          // The line belongs to the poller, which must go on whatever a command does.
          (error: unknown) => this.#brokeOff(command, error),
        ),
    });
  }

  async #perform(command: StoredCommand, { line, serial, giveUpAtMs }: Attempting): Promise<void> {
    const { clock } = this.settings;
    const { order } = command;
    const frame = order && frameOf(order);
    if (!order || typeof frame !== 'object' || this.#memory.isOver(command)) return;
    const refusal = serial === undefined ? NOT_CONNECTED : await this.#lastLook(command, order, line);
    // A stop may have come while the pump was asked.
    if (this.#memory.isOver(command)) return;
    if (refusal || serial === undefined) {
      if (!this.#stopAgain(command, refusal, giveUpAtMs)) this.#refuse(command, refusal ?? NOT_CONNECTED);
      return;
    }
    if (order.action === 'bolus') {
      await this.#boluses.begin({ ...command, order }, line, serial);
      return;
    }
    if (!this.#save({ ...command, state: 'writing' }) && !isStop(command)) {
      this.#refuse(command, NOT_RECORDED);
      return;
    }
    const beganMs = clock.steadyMs();
    const result = await carryOut(line, serial, order, frame);
    if (!result.givenBack) this.#giveBack(command);
    if (result.outcome === 'failed' && this.#stopAgain(command, result, giveUpAtMs)) return;
    this.#steer(command, order, result);
    this.#tell(command, carriedOut({ ...command, order }, result, Math.round(clock.steadyMs() - beganMs)));
  }

  /** A target that the pump took begins, and a rate that it may have taken ends the one before. */
  #steer(command: StoredCommand, { action }: PumpOrder, result: CarriedOut): void {
    if (action === 'set-rate' && result.outcome !== 'failed')
      this.#steering.superseded(command.entity, command.commandId);
    // A stop may have come while the pump was told.
    const isIt = action === 'set-target' && result.outcome === 'executed';
    if (isIt && !this.#memory.isOver(command)) this.#steering.begin(command, result.readBack);
  }

  /** A stop that did not reach its pump is tried again for some seconds: a plug that is out may be back. */
  #stopAgain(
    command: StoredCommand,
    refusal: Pick<Refusal, 'reason'> | undefined,
    giveUpAtMs: number,
  ): boolean {
    if (!isStop(command) || refusal?.reason === 'expired') return false;
    if (refusal && refusal.reason !== 'pump-not-connected') return false;
    if (this.settings.clock.steadyMs() >= giveUpAtMs) return false;
    setTimeout(() => this.#enqueue(command, giveUpAtMs), STOP_AGAIN_MS).unref();
    return true;
  }

  /** What may have changed since the command was accepted. */
  async #lastLook(command: StoredCommand, order: PumpOrder, line: Line): Promise<Refusal | undefined> {
    const assumed = isStop(command) ? undefined : command.assumedRateMlPerHour;
    if (assumed !== undefined) {
      const rate = await line.ask(asena.requests.rate());
      const told = rate.outcome === 'answered' && rate.reading.kind === 'rate';
      const found = told ? rate.reading.setRateMlPerHour : undefined;
      const detail = `the set rate is ${found ?? 'not known'}, not ${assumed} ml/h`;
      if (found !== assumed) return { reason: 'state-changed', detail };
    }
    return this.#refusalNow(command, order) ?? this.#refusalHere(command);
  }

  /** What people, keys, clock and beds say of an accepted command now. */
  #refusalNow(command: StoredCommand, order: PumpOrder): Refusal | undefined {
    const { clock, people, bedsides, believes } = this.settings;
    const { signed, approvalsNeeded, keyId, position } = command;
    if (!signed || approvalsNeeded === undefined) return NOT_CONNECTED;
    if (!isStop(command) && keyId !== undefined && !believes(keyId)) return KEY_REVOKED;
    const bedside = bedsides.of(this.#pumpOf(command)?.serial ?? order.pump);
    const now = { bedside, people: people(), at: clock.now().at };
    return refusalNow({ order, signed, approvalsNeeded, position }, now);
  }

  #steeringRefusal(stored: StoredSteering): Refusal | undefined {
    const { clock, people, bedsides, believes } = this.settings;
    const { entity, keyId, steering } = stored;
    if (keyId !== undefined && !believes(keyId)) return KEY_REVOKED;
    const bedside = bedsides.of(this.#pumpOf({ entity })?.serial ?? steering.order.pump);
    return noLongerHolds(stored, { bedside, people: people(), at: clock.now().at });
  }

  #brokeOff(command: StoredCommand, error: unknown): void {
    const { log } = this.settings;
    const { commandId, order } = command;
    log.error({ msg: 'a command broke off', command: commandId, code: TOLD.commandUnusable, err: error });
    if (order) this.#tell(command, unknown({ ...command, order }, 'the adapter broke off; see its log'));
  }

  #refuse(command: JudgedCommand, refusal: Refusal): void {
    this.#tell(command, refused(command, refusal));
  }

  #tell(command: JudgedCommand, report: CommandReport): void {
    const { log } = this.settings;
    const { commandId, entity } = command;
    const told = this.#memory.tell({ entity, report, command: { ...command, state: 'done' } });
    const reason = report.outcome === 'failed' ? { reason: report.data.reason } : {};
    const line = { msg: `command ${report.outcome}`, command: commandId, pump: entity, ...reason };
    if (told) log.log(line);
    else log.error({ ...line, msg: `${line.msg}, and not recorded yet`, code: TOLD.commandUnrecorded });
    if (report.outcome === 'unknown') this.#lookAgain(command);
  }

  /** When the frame can no longer act, the pump is looked at, so that nobody waits for the slow beat. */
  #lookAgain(command: JudgedCommand): void {
    const look = (): void => this.#pollerOf(command)?.perform(LOOK);
    setTimeout(look, SETTLES_MS + LOOK_MARGIN_MS).unref();
  }

  /** Ends remote control, again and again until the pump says so: polling would hold it for ever. */
  #giveBack(command: Pick<JudgedCommand, 'entity'>): void {
    const again = (): void => void setTimeout(() => this.#giveBack(command), GIVE_BACK_AGAIN_MS).unref();
    const poller = this.#pollerOf(command);
    if (!poller) again();
    poller?.perform({
      urgent: true,
      run: async (line) => {
        if (!(await giveBack(line))) again();
      },
    });
  }

  #forgetOld(): void {
    const { store, clock, log } = this.settings;
    try {
      store.forgetCommands(Date.parse(clock.now().at) - 2 * LONGEST_LIFE_MS);
    } catch (error) {
      if (!(error instanceof StoreUnwritableError)) throw error;
      log.warn({ msg: 'old commands could not be forgotten', err: error });
    }
  }

  /** False when the disk takes nothing. */
  #save(command: StoredCommand): boolean {
    const { store, log } = this.settings;
    try {
      store.saveCommand(command);
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnwritableError)) throw error;
      const msg = 'a command could not be recorded';
      log.error({ msg, command: command.commandId, code: TOLD.commandUnrecorded, err: error });
      return false;
    }
  }

  #lineOf(command: Pick<JudgedCommand, 'entity'>): { poller: Poller; serial: string } | undefined {
    const [poller, serial] = [this.#pollerOf(command), this.#pumpOf(command)?.serial];
    return poller && serial !== undefined ? { poller, serial } : undefined;
  }

  #pollerOf(command: Pick<JudgedCommand, 'entity'>): Poller | undefined {
    const line = this.#pumpOf(command)?.line;
    return this.settings.pollers.find(({ state }) => state.line === line);
  }

  #pumpOf({ entity }: Pick<JudgedCommand, 'entity'>): StoredPump | undefined {
    return this.settings.recorder.pumps.find((pump) => pump.entity === entity);
  }
}
