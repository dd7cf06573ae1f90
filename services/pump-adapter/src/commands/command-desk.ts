import type { PumpOrder, StreamEvent } from '@bcmed/events';
import type { PeopleState } from '@bcmed/policy';
import { asena } from '@bcmed/pump-protocols';
import { StoreUnwritableError } from '@bcmed/safety-store';
import type { AdapterLog } from '../adapters/adapter-log.js';
import { carryOut, frameOf } from '../adapters/carry-out.js';
import type { Clock } from '../adapters/clock.js';
import type { Line } from '../adapters/line.js';
import { LOOK, type Poller } from '../adapters/poller.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { StoredCommand, StoredPump } from '../adapters/safety-store-rows.js';
import { LONGEST_LIFE_MS, SETTLES_MS, type CommandReport, type Refusal } from '../domain/index.js';
import { TOLD } from '../errors.js';
import { carriedOut, refused, unknown } from './command-report.js';
import { isStop, judgeCommand, refusalNow, type JudgedCommand } from './judge-command.js';
import type { Recorder } from './recorder.js';

export interface DeskSettings {
  readonly site: string;
  /** Care unit in which the pumps of this adapter stand. */
  readonly unit: string;
  readonly store: SafetyStore;
  readonly recorder: Recorder;
  readonly pollers: readonly Poller[];
  readonly clock: Clock;
  readonly log: AdapterLog;
  /** Who is known and may what, as far as the stream was read. */
  readonly people: () => PeopleState;
}

const NOT_CONNECTED: Refusal = { reason: 'pump-not-connected', detail: 'the pump does not answer' };
const NO_LINE: Refusal = { reason: 'pump-not-connected', detail: 'no line leads to this pump' };
const EARLIER_UNKNOWN: Refusal = {
  reason: 'earlier-outcome-unknown',
  detail: 'an earlier command of this pump is not resolved yet; only a stop goes through',
};
/** Beyond the time after which an unknown outcome is decided: a timer and a poll do not share a clock. */
const LOOK_MARGIN_MS = 500;

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
  constructor(private readonly settings: DeskSettings) {}

  /** Takes up what the last run was writing when it ended: nobody knows what became of it. Called once, at the start. */
  resume(): void {
    for (const command of this.settings.store.commands.open()) {
      if (command.state !== 'writing' || !command.order) continue;
      const detail = 'the adapter ended between the frame and the read-back';
      this.#tell(command, unknown({ ...command, order: command.order }, detail));
      // Remote control may still be on: without further frames the pump's watchdog would stop it.
      this.#pollerOf(command)?.perform({
        urgent: true,
        run: async (line) => {
          await line.tell(asena.requests.disableRemoteControl());
        },
      });
    }
  }

  /** Goes on with what the last run had accepted and not begun. Called once, when the site's keys and people are known. */
  open(): void {
    const { store, clock } = this.settings;
    store.forgetCommands(Date.parse(clock.now().at) - 2 * LONGEST_LIFE_MS);
    for (const command of store.commands.open()) if (command.state === 'accepted') this.#enqueue(command);
  }

  /** Takes one admitted command or stop, in the order of the stream; a second delivery of it changes nothing. */
  take(event: StreamEvent, position: bigint): void {
    const { store, clock, people, site, unit, recorder } = this.settings;
    if (!recorder.pumps.some(({ entity }) => entity === event.subject)) return;
    if (store.commands.withId(event.id)) return;
    const using = (nonce: string): StoredCommand | undefined => store.commands.using(nonce);
    const here = { site, unit, people: people(), at: clock.now().at, using };
    const judgement = judgeCommand({ event, position }, here);
    if (!judgement) return;
    const { command, refusal } = judgement;
    const why = refusal ?? this.#refusalHere(command);
    if (why) this.#refuse(command, why);
    else this.#accept({ ...command, state: 'accepted' });
  }

  /** What this pump itself stands in the way with. */
  #refusalHere(command: JudgedCommand): Refusal | undefined {
    const frame = command.order && frameOf(command.order);
    if (typeof frame === 'string') return { reason: 'value-unwritable', detail: frame };
    const unresolved = this.#pumpOf(command)?.state.watch.commanded?.outcome === 'unknown';
    return unresolved && !isStop(command) ? EARLIER_UNKNOWN : undefined;
  }

  #accept(command: StoredCommand): void {
    if (isStop(command)) this.#fence(command);
    // A full disk must not keep a pump running; anything else is not begun without its record.
    if (this.#save(command) || isStop(command)) this.#enqueue(command);
  }

  /** A stop ends every earlier command for its pump that was not begun. */
  #fence({ entity, position, commandId }: StoredCommand): void {
    for (const earlier of this.settings.store.commands.open()) {
      if (earlier.entity !== entity || earlier.position > position || earlier.state !== 'accepted') continue;
      this.#refuse(earlier, { reason: 'fenced-by-stop', detail: `the stop ${commandId} came after it` });
    }
  }

  #enqueue(command: StoredCommand): void {
    const serial = this.#pumpOf(command)?.serial;
    const poller = this.#pollerOf(command);
    if (!poller) {
      this.#refuse(command, NO_LINE);
      return;
    }
    poller.perform({
      urgent: isStop(command),
      run: (line, found) => this.#perform(command, line, found === serial ? found : undefined),
    });
  }

  async #perform(command: StoredCommand, line: Line, serial: string | undefined): Promise<void> {
    const { store, clock } = this.settings;
    const { order } = command;
    const frame = order && frameOf(order);
    if (!order || typeof frame !== 'object') return;
    if (store.commands.withId(command.commandId)?.state === 'done') return; // fenced meanwhile
    const refusal = serial === undefined ? NOT_CONNECTED : await this.#lastLook(command, order, line);
    if (refusal || serial === undefined) {
      this.#refuse(command, refusal ?? NOT_CONNECTED);
      return;
    }
    if (!this.#save({ ...command, state: 'writing' }) && !isStop(command)) return;
    const beganMs = clock.steadyMs();
    const result = await carryOut(line, serial, order, frame);
    this.#tell(command, carriedOut({ ...command, order }, result, Math.round(clock.steadyMs() - beganMs)));
  }

  /** What may have changed since the command was accepted. */
  async #lastLook(command: StoredCommand, order: PumpOrder, line: Line): Promise<Refusal | undefined> {
    const assumed = command.assumedRateMlPerHour;
    if (assumed !== undefined) {
      const rate = await line.ask(asena.requests.rate());
      const told = rate.outcome === 'answered' && rate.reading.kind === 'rate';
      const found = told ? rate.reading.setRateMlPerHour : undefined;
      const detail = `the set rate is ${found ?? 'not known'}, not ${assumed} ml/h`;
      if (found !== assumed) return { reason: 'state-changed', detail };
    }
    const { clock, people, unit } = this.settings;
    const { signed, approvalsNeeded } = command;
    if (!signed || approvalsNeeded === undefined) return NOT_CONNECTED;
    const now = { unit, people: people(), at: clock.now().at };
    return refusalNow({ order, signed, approvalsNeeded }, now) ?? this.#refusalHere(command);
  }

  #refuse(command: JudgedCommand, refusal: Refusal): void {
    this.#tell(command, refused(command, refusal));
  }

  #tell(command: JudgedCommand, report: CommandReport): void {
    const { recorder, log } = this.settings;
    const { commandId, entity } = command;
    const told = recorder.report({ entity, report, command: { ...command, state: 'done' } });
    const reason = report.outcome === 'failed' ? { reason: report.data.reason } : {};
    const line = { msg: `command ${report.outcome}`, command: commandId, pump: entity, ...reason };
    if (told) log.log(line);
    else log.error({ ...line, msg: `${line.msg}, and not recorded`, code: TOLD.commandUnrecorded });
    if (report.outcome === 'unknown') this.#lookAgain(command);
  }

  /** When the frame can no longer act, the pump is looked at, so that nobody waits for the slow beat. */
  #lookAgain(command: JudgedCommand): void {
    const look = (): void => this.#pollerOf(command)?.perform(LOOK);
    setTimeout(look, SETTLES_MS + LOOK_MARGIN_MS).unref();
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

  #pollerOf(command: JudgedCommand): Poller | undefined {
    const line = this.#pumpOf(command)?.line;
    return this.settings.pollers.find(({ state }) => state.line === line);
  }

  #pumpOf({ entity }: JudgedCommand): StoredPump | undefined {
    return this.settings.recorder.pumps.find((pump) => pump.entity === entity);
  }
}
