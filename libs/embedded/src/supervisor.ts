import { setTimeout as pause } from 'node:timers/promises';
import type { ExitReport } from './child.js';
import { EmbeddedError } from './errors.js';

/** What the supervisor must be able to do with whatever it supervises; every `start…` of this library returns one. */
export interface Supervisable {
  readonly pid: number;
  readonly exited: Promise<ExitReport>;
  stop(): Promise<ExitReport>;
}

/** When an unexpected end is answered by a new start, and how patiently. */
export interface RestartPolicy {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A child that held this long is forgiven its earlier ends: the pause begins anew. */
  readonly stableAfterMs: number;
}

const DEFAULT_RESTART: RestartPolicy = { firstPauseMs: 100, longestPauseMs: 5_000, stableAfterMs: 30_000 };

/** One thing to keep alive. */
export interface SupervisedSpec<T extends Supervisable> {
  readonly name: string;
  /** Called for the first start and for every restart; resolves when the child is ready. */
  readonly start: () => Promise<T>;
  /** `false`: its end is final, and reported as `failed`. */
  readonly restart?: false | Partial<RestartPolicy>;
}

export type SupervisedState = 'starting' | 'running' | 'restarting' | 'failed' | 'stopping' | 'stopped';

/** How one supervised child is, for a live view or `bcmed doctor`. */
export interface SupervisedStatus {
  readonly name: string;
  readonly state: SupervisedState;
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly lastExit: ExitReport | undefined;
  /** Why the last start failed. */
  readonly problem: string | undefined;
}

/** A supervised child: `current` is the run that serves now, another one after a restart. */
export interface Supervised<T extends Supervisable> {
  readonly name: string;
  readonly current: T;
  status(): SupervisedStatus;
}

/**
 * Keeps the children of one machine alive and ends them in order.
 *
 * Promises: a child that ends unexpectedly is started again after a pause that doubles with every failure; `stop()`
 * ends them one after the other, the last started first, so that nobody loses a server that it still needs, and ends
 * also those that are just being started. After `stop()` nothing is started any more.
 */
export class Supervisor {
  readonly #members: Member<Supervisable>[] = [];
  readonly #listeners = new Set<(status: SupervisedStatus) => void>();
  #stopped: Promise<void> | undefined;

  /** Starts one child and waits until it is ready. The first start is not repeated: its failure is the caller's. */
  async start<T extends Supervisable>(spec: SupervisedSpec<T>): Promise<Supervised<T>> {
    if (this.#stopped !== undefined)
      throw new Error(`${spec.name} cannot be started: everything is being stopped`);
    const member = new Member(spec, (status) => this.#tell(status));
    this.#members.push(member);
    await member.begin();
    return member;
  }

  /** Calls back at every change of any child's state. Returns the way to end that. */
  onChange(listener: (status: SupervisedStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): readonly SupervisedStatus[] {
    return this.#members.map((member) => member.status());
  }

  /** Ends everything, each child with its own deadline. Safe to call twice; both calls wait for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopInOrder();
    return this.#stopped;
  }

  /** A listener that throws must not keep a child from being started again, nor others from hearing of it. */
  #tell(status: SupervisedStatus): void {
    for (const listener of this.#listeners) {
      try {
        listener(status);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  async #stopInOrder(): Promise<void> {
    for (const member of this.#members.toReversed()) await member.end();
  }
}

class Member<T extends Supervisable> implements Supervised<T> {
  #run: T | undefined;
  #state: SupervisedState = 'starting';
  #restarts = 0;
  #lastExit: ExitReport | undefined;
  #problem: string | undefined;
  #pauseMs: number;
  #starting: Promise<void> = Promise.resolve();
  readonly #ended = new AbortController();
  readonly #policy: RestartPolicy | undefined;

  constructor(
    private readonly spec: SupervisedSpec<T>,
    private readonly report: (status: SupervisedStatus) => void,
  ) {
    this.#policy = spec.restart === false ? undefined : { ...DEFAULT_RESTART, ...spec.restart };
    this.#pauseMs = this.#policy?.firstPauseMs ?? 0;
  }

  get name(): string {
    return this.spec.name;
  }

  get current(): T {
    if (this.#run === undefined) throw new Error(`${this.name} was never ready`);
    return this.#run;
  }

  status(): SupervisedStatus {
    const pid = this.#state === 'running' || this.#state === 'stopping' ? this.#run?.pid : undefined;
    return {
      name: this.name,
      state: this.#state,
      pid,
      restarts: this.#restarts,
      lastExit: this.#lastExit,
      problem: this.#problem,
    };
  }

  async begin(): Promise<void> {
    const launch = this.#launch();
    this.#starting = launch.catch(() => undefined);
    try {
      await launch;
    } catch (error) {
      this.#change('failed');
      throw error;
    }
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#starting; // a start that is under way ends first, or its child would be left behind
    if (this.#state === 'failed' && this.#lastExit !== undefined) return;
    this.#change('stopping');
    const exit = await this.#run?.stop();
    if (exit !== undefined) this.#lastExit = exit;
    this.#change('stopped');
  }

  async #launch(): Promise<void> {
    const run = await this.spec.start();
    const since = performance.now();
    this.#run = run;
    this.#problem = undefined;
    this.#change('running');
    void run.exited.then((exit) => this.#onExit(exit, performance.now() - since));
  }

  #onExit(exit: ExitReport, livedMs: number): void {
    this.#lastExit = exit;
    if (this.#ended.signal.aborted) return;
    if (this.#policy === undefined) {
      this.#change('failed');
      return;
    }
    if (livedMs >= this.#policy.stableAfterMs) this.#pauseMs = this.#policy.firstPauseMs;
    this.#change('restarting');
    this.#starting = this.#restart(this.#policy);
  }

  async #restart(policy: RestartPolicy): Promise<void> {
    while (await pauseUnlessAborted(this.#pauseMs, this.#ended.signal)) {
      this.#pauseMs = Math.min(this.#pauseMs * 2, policy.longestPauseMs);
      this.#restarts += 1;
      try {
        await this.#launch();
        return;
      } catch (error) {
        this.#problem = error instanceof EmbeddedError ? `${error.code}: ${error.message}` : String(error);
        this.#change('restarting');
      }
    }
  }

  #change(state: SupervisedState): void {
    this.#state = state;
    this.report(this.status());
  }
}

/** Resolves to `true` after the pause, to `false` as soon as the signal fires. */
function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<boolean> {
  return pause(ms, true, { signal }).catch(() => false);
}
