import type { PumpOrder } from '@bcmed/events';
import { bolusFrame, readForBolus } from '../adapters/bolus-line.js';
import { giveBack, takeControl, textOf } from '../adapters/carry-out.js';
import type { Clock } from '../adapters/clock.js';
import type { Line } from '../adapters/line.js';
import type { Poller } from '../adapters/poller.js';
import type { StoredCommand } from '../adapters/safety-store-rows.js';
import {
  beginBolus,
  nextOfBolus,
  notBegun,
  type BolusFrame,
  type BolusRun,
  type BolusSeen,
  type BolusStep,
  type CommandReport,
  type Expected,
  type OrderedBolus,
  type Refusal,
} from '../domain/index.js';
import { carriedOut, refused, unknown } from './command-report.js';
import type { CommandMemory } from './command-memory.js';
import type { Recorder } from './recorder.js';

/** A command that orders a bolus. */
export type BolusCommand = StoredCommand & { readonly order: PumpOrder };

export interface BolusDeskSettings {
  readonly memory: CommandMemory;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** False when the disk takes nothing. */
  readonly save: (command: StoredCommand) => boolean;
  /** Says what became of the command; it is over then. */
  readonly tell: (command: StoredCommand, report: CommandReport) => void;
  /** The poller of the command's pump now, and the serial that has to answer there. */
  readonly lineOf: (
    command: StoredCommand,
  ) => { readonly poller: Poller; readonly serial: string } | undefined;
  /** Told when one broke off; it is over then. */
  readonly brokeOff: (command: StoredCommand, error: unknown) => void;
  /** Gives remote control back, again and again. */
  readonly giveBack: (command: StoredCommand) => void;
}

const NOT_SAID: Refusal = { reason: 'pump-not-connected', detail: 'the pump did not say how it is' };
/** As many as an event tells. */
const MOST_TOLD = 8;
/** Between two looks at a pump that gives a bolus. */
const LOOK_EVERY_MS = 500;
/** More frames are not written in one go: the line belongs to the polls and to stops as well. */
const MOST_STEPS = 12;

/** One bolus as this life of the adapter knows it. */
interface Going {
  readonly command: BolusCommand;
  run: BolusRun;
  /** It is only brought to its end: begun in an earlier life, or a phase could not be recorded. */
  isOnlyEnded: boolean;
  readonly beganMs: number;
  readonly framesWritten: string[];
}

/**
 * Gives boluses by a pump that has no bolus on its line: the bolus is the volume to be infused, after which the pump stops by itself,
 * then the rate, then the start. So whoever dies in the middle, no more than the bolus goes in. Afterwards rate and volume are set
 * back, and the infusion goes on if it ran before.
 *
 * Each phase is on disk before its frame leaves. The line is free between two looks, so polls go on and a stop goes before everything.
 */
export class BolusDesk {
  /** Those of this life, so that none is brought to its end twice. */
  readonly #known = new Set<string>();

  constructor(private readonly settings: BolusDeskSettings) {}

  /** Begins one on a line that was made sure of. */
  async begin(command: BolusCommand, line: Line, serial: string): Promise<void> {
    const found = await readForBolus(line, serial);
    const why = found ? notBegun(bolusOf(command), found.before) : NOT_SAID;
    if (why || !found) {
      this.settings.tell(command, refused(command, why ?? NOT_SAID));
      return;
    }
    const first = beginBolus(bolusOf(command), found.before);
    if (first.do !== 'write' || !this.settings.save({ ...command, state: 'writing', bolus: first.run })) {
      const detail = 'the disk takes nothing, and no bolus goes without a record';
      this.settings.tell(command, refused(command, { reason: 'not-recorded', detail }));
      return;
    }
    if (!(await takeControl(line, serial))) {
      const detail = 'the pump did not give remote control; nothing was written';
      this.settings.tell(command, refused(command, { reason: 'remote-control-refused', detail }));
      return;
    }
    this.#known.add(command.commandId);
    const beganMs = this.settings.clock.steadyMs();
    const going: Going = { command, run: first.run, isOnlyEnded: false, beganMs, framesWritten: [] };
    // A stop may have come while the pump was asked.
    if (!this.settings.memory.isStopped(command)) await this.#write(going, line, first.frame);
    await this.#advance(going, line, serial, true);
  }

  /** Brings one that an earlier life of the adapter was giving to its end; nothing is added to it. */
  resume(command: BolusCommand, run: BolusRun): void {
    if (this.#known.has(command.commandId)) return;
    this.#known.add(command.commandId);
    const beganMs = this.settings.clock.steadyMs();
    this.#lookLater({ command, run, isOnlyEnded: true, beganMs, framesWritten: [] });
  }

  #look(going: Going): void {
    const found = this.settings.lineOf(going.command);
    if (!found) {
      this.#lookLater(going);
      return;
    }
    found.poller.perform({
      urgent: false,
      run: async (line, serial) => {
        if (serial !== found.serial) {
          this.#lookLater(going);
          return;
        }
        await this.#advance(going, line, found.serial).catch((error: unknown) =>
          this.settings.brokeOff(going.command, error),
        );
      },
    });
  }

  #lookLater(going: Going): void {
    setTimeout(() => this.#look(going), LOOK_EVERY_MS).unref();
  }

  /** Goes on until the pump has to be waited for, or all is over. */
  async #advance(going: Going, line: Line, serial: string, hasControl = false): Promise<void> {
    let isInControl = hasControl;
    for (let count = 0; count < MOST_STEPS; count++) {
      const found = await readForBolus(line, serial);
      const step = found && this.#next(going, found.seen);
      if (!step || step.do === 'wait') {
        if (step) going.run = step.run;
        break;
      }
      if (step.do === 'end') {
        await this.#end(going, step, found.seen, line);
        return;
      }
      if (!this.#recorded(going, step)) continue;
      isInControl = isInControl || (await takeControl(line, serial));
      if (!isInControl) break;
      // Asked again: a stop may have come while the pump was asked.
      if (addsToIt(step) && this.settings.memory.isStopped(going.command)) continue;
      await this.#write(going, line, step.frame);
    }
    if (isInControl && !(await giveBack(line))) this.settings.giveBack(going.command);
    this.#lookLater(going);
  }

  #next({ command, run, isOnlyEnded }: Going, seen: BolusSeen): BolusStep {
    const isStopped = this.settings.memory.isStopped(command);
    return nextOfBolus(bolusOf(command), run, seen, { isStopped, isOnlyEnded });
  }

  /** Puts the next phase on disk. Without it nothing is added to the bolus; what was before is set back all the same. */
  #recorded(going: Going, step: Extract<BolusStep, { do: 'write' }>): boolean {
    const saved = this.settings.save({ ...going.command, state: 'writing', bolus: step.run });
    if (!saved && addsToIt(step)) {
      going.isOnlyEnded = true;
      if (step.run.phase === 'resume') going.run = { ...going.run, resumes: false };
      return false;
    }
    going.run = step.run;
    return true;
  }

  async #write(going: Going, line: Line, frame: BolusFrame): Promise<void> {
    const { commandId, position, person, entity } = going.command;
    const expected = expectedAfter(frame);
    this.settings.recorder.expect(entity, {
      commandId,
      commandPosition: position.toString(),
      person,
      expected,
    });
    const bytes = bolusFrame(frame);
    const told = await line.tell(bytes);
    if (told.outcome !== 'not-written') going.framesWritten.push(textOf(bytes));
  }

  async #end(
    { command, run, beganMs, framesWritten }: Going,
    step: Extract<BolusStep, { do: 'end' }>,
    { delivering, setRateMlPerHour, vtbiMl }: BolusSeen,
    line: Line,
  ): Promise<void> {
    if (!(await giveBack(line))) this.settings.giveBack(command);
    const { volumeGivenMl, refusal, isUnknown } = step;
    if (isUnknown) {
      const detail = 'the volume infused was cleared at the pump meanwhile; nobody knows how much went in';
      const { setRateMlPerHour: former } = run.before;
      this.settings.tell(command, unknown(command, detail, { setRateMlPerHour: former }));
    } else if (refusal) {
      this.settings.tell(command, refused(command, refusal, volumeGivenMl));
    } else {
      const readBack = { delivering, setRateMlPerHour, vtbiMl };
      const result = {
        outcome: 'executed',
        framesWritten: framesWritten.slice(0, MOST_TOLD),
        readBack,
      } as const;
      const afterMs = Math.round(this.settings.clock.steadyMs() - beganMs);
      this.settings.tell(command, carriedOut(command, result, afterMs, volumeGivenMl));
    }
  }
}

const bolusOf = ({ order: { volumeMl = 0, rateMlPerHour = 0 } }: BolusCommand): OrderedBolus => ({
  volumeMl,
  rateMlPerHour,
});

/** Whether a frame gives more, rather than setting back what was before. */
function addsToIt({ run: { phase } }: Extract<BolusStep, { do: 'write' }>): boolean {
  return phase === 'volume' || phase === 'rate' || phase === 'start' || phase === 'resume';
}

function expectedAfter(frame: BolusFrame): Expected {
  switch (frame.kind) {
    case 'limit':
      return { vtbiMl: frame.volumeMl };
    case 'rate':
      return { setRateMlPerHour: frame.rateMlPerHour };
    case 'start':
      return { delivering: true };
    default:
      return frame satisfies never;
  }
}
