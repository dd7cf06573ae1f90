import type { AdapterLog } from '../adapters/adapter-log.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { StoredCommand } from '../adapters/safety-store-rows.js';
import { TOLD } from '../errors.js';
import { isStop, type JudgedCommand } from './judge-command.js';
import type { Recorder, Reported } from './recorder.js';

export interface MemorySettings {
  readonly store: SafetyStore;
  readonly recorder: Recorder;
  readonly log: AdapterLog;
}

const TRY_AGAIN_MS = 1_000;
/** So many outcomes are kept while the disk takes nothing; the oldest go first. */
const MOST_UNTOLD = 1_000;

/**
 * What is known of commands, also while the disk takes nothing: which are over, where each pump was stopped, and what is still to be
 * said. What only memory knows is forgotten with the process; a restart reads the stream again from where the disk is.
 *
 * KNOWN: a stop that was carried out while the disk took nothing is carried out once more after a restart.
 */
export class CommandMemory {
  readonly #over = new Set<string>();
  readonly #lastStop = new Map<string, bigint>();
  readonly #untold: Reported[] = [];

  constructor(private readonly settings: MemorySettings) {}

  /** Whether this command was answered before. */
  has(commandId: string): boolean {
    return this.#over.has(commandId) || this.#withId(commandId) !== undefined;
  }

  /** Whether nothing may be written for this command any more. */
  isOver(command: JudgedCommand): boolean {
    const stop = this.#lastStop.get(command.entity);
    if (!isStop(command) && stop !== undefined && command.position < stop) return true;
    return this.#over.has(command.commandId) || this.#withId(command.commandId)?.state === 'done';
  }

  /** Whether a stop of its pump came after this command, also in an earlier life. */
  isStopped({ entity, position }: Pick<JudgedCommand, 'entity' | 'position'>): boolean {
    const last = this.#lastStop.get(entity);
    if (last !== undefined && last > position) return true;
    return this.#read(() => this.settings.store.commands.isStoppedAfter(entity, position), false);
  }

  stopped({ entity, position }: JudgedCommand): void {
    const before = this.#lastStop.get(entity) ?? 0n;
    if (position > before) this.#lastStop.set(entity, position);
  }

  /** Commands that are not answered yet, as far as the disk can be read. */
  open(): readonly StoredCommand[] {
    return this.#read(() => this.settings.store.commands.open(), []).filter(
      ({ commandId }) => !this.#over.has(commandId),
    );
  }

  using(nonce: string): StoredCommand | undefined {
    return this.#read(() => this.settings.store.commands.using(nonce), undefined);
  }

  /** Says what became of a command, now or as soon as the disk takes it, in this order. */
  tell(reported: Reported): boolean {
    const told = this.#tellUntold() && this.settings.recorder.report(reported);
    if (told) return true;
    this.#over.add(reported.command.commandId);
    this.#untold.push(reported);
    if (this.#untold.length > MOST_UNTOLD) this.#untold.shift();
    setTimeout(() => this.#tellUntold(), TRY_AGAIN_MS).unref();
    return false;
  }

  /** True when nothing is left to say. */
  #tellUntold(): boolean {
    for (let next = this.#untold[0]; next; next = this.#untold[0]) {
      if (!this.settings.recorder.report(next)) {
        setTimeout(() => this.#tellUntold(), TRY_AGAIN_MS).unref();
        return false;
      }
      this.#untold.shift();
      this.#over.delete(next.command.commandId);
    }
    return true;
  }

  #withId(commandId: string): StoredCommand | undefined {
    return this.#read(() => this.settings.store.commands.withId(commandId), undefined);
  }

  /** A disk that cannot be read must not keep a stop from its pump. */
  #read<Value>(look: () => Value, otherwise: Value): Value {
    try {
      return look();
    } catch (error) {
      this.settings.log.error({
        msg: 'the commands cannot be read',
        code: TOLD.commandUnrecorded,
        err: error,
      });
      return otherwise;
    }
  }
}
