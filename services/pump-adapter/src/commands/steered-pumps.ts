import { StoreUnwritableError } from '@bcmed/safety-store';
import type { AdapterLog } from '../adapters/adapter-log.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { StoredSteering } from '../adapters/safety-store-rows.js';
import type { PumpEvent, Steering } from '../domain/index.js';
import { TOLD } from '../errors.js';
import type { Recorder } from './recorder.js';

interface Unsaid {
  readonly entity: string;
  readonly event: PumpEvent;
  readonly steeringOver?: string;
}

/**
 * Which pumps are steered, in memory and on disk. While the disk takes nothing memory goes on, and what is to be said waits in order;
 * after a restart a target that had ended meanwhile is judged anew by the pump and by the stream.
 */
export class SteeredPumps {
  readonly #pumps: Map<string, StoredSteering>;
  #unsaid: Unsaid[] = [];

  constructor(
    private readonly settings: {
      readonly store: SafetyStore;
      readonly recorder: Recorder;
      readonly log: AdapterLog;
      /** The steady scale of the process before may be ahead of ours. */
      readonly steadyMs: number;
    },
  ) {
    const { store, steadyMs } = settings;
    const resumed = store.steerings().map((stored): StoredSteering => {
      const followedMs = Math.min(stored.steering.followedMs, steadyMs);
      return { ...stored, steering: { ...stored.steering, followedMs } };
    });
    this.#pumps = new Map(resumed.map((stored) => [stored.entity, stored]));
  }

  get all(): readonly StoredSteering[] {
    return [...this.#pumps.values()];
  }

  get(entity: string): StoredSteering | undefined {
    return this.#pumps.get(entity);
  }

  /** Changes how a pump is steered, while it still is by the same command. False otherwise, and when the disk takes nothing. */
  change({ entity, steering: { commandId } }: StoredSteering, change: Partial<Steering>): boolean {
    const now = this.#pumps.get(entity);
    if (now?.steering.commandId !== commandId) return false;
    return this.set({ ...now, steering: { ...now.steering, ...change } });
  }

  /** False when the disk took nothing; memory has it all the same. */
  set(stored: StoredSteering): boolean {
    const { store, log } = this.settings;
    this.#pumps.set(stored.entity, stored);
    try {
      store.saveSteering(stored);
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnwritableError)) throw error;
      log.error({ msg: 'a step could not be recorded', pump: stored.entity, code: TOLD.commandUnrecorded });
      return false;
    }
  }

  /** Sets it and says so, in one transaction. */
  say(stored: StoredSteering, event: PumpEvent): void {
    const { entity } = stored;
    this.#pumps.set(entity, stored);
    const isSaid = this.sayUnsaid() && this.settings.recorder.say(entity, event, { steering: stored });
    if (!isSaid) this.#unsaid.push({ entity, event });
  }

  /** Ends it and says so, in one transaction. */
  end({ entity, steering }: StoredSteering, event: PumpEvent): void {
    if (this.#pumps.get(entity)?.steering.commandId !== steering.commandId) return;
    this.#pumps.delete(entity);
    this.#unsaid.push({ entity, event, steeringOver: entity });
    this.sayUnsaid();
  }

  /** True when nothing is left to say. */
  sayUnsaid(): boolean {
    for (let next = this.#unsaid[0]; next; next = this.#unsaid[0]) {
      const { entity, event, steeringOver } = next;
      // Another target may have begun meanwhile: its row stays.
      const isOver = steeringOver !== undefined && !this.#pumps.has(entity);
      if (!this.settings.recorder.say(entity, event, isOver ? { steeringOver } : {})) return false;
      this.#unsaid.shift();
    }
    return true;
  }
}
