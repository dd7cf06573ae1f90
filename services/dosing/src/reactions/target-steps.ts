import { EventLogError, type EventLog } from '@bcmed/event-log';
import { derivedId, TargetStep } from '@bcmed/events';
import type { Clock } from '../adapters/clock.js';
import { attributesOf, sealEvent, type Signature } from '../commands/event-maker.js';
import type { Standing } from '../commands/standing.js';
import { dueStep, type SaidStep, type TargetRun } from '../domain/target/index.js';
import { TOLD } from '../errors.js';
import type { Ward } from '../views/ward.js';
import type { InboxLog } from './site-inbox.js';

export interface TargetStepsSettings {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly signature: Signature;
  readonly standing: Standing;
  readonly ward: Pick<Ward, 'targets' | 'pumps'>;
  readonly logger: InboxLog;
}

/** Between two looks at which step is due: short against the ten seconds of a step. */
const LOOK_EVERY_MS = 250;

/**
 * Says the next step of every pump that is steered, when it is due. The step counts when it comes back from the stream; until then
 * no other one is said, so a service that no longer hears the stream falls silent and the adapters hold. The id of a step follows from
 * its number: said twice, it stands on the stream once.
 */
export class TargetSteps {
  /** Step that was said last, by command. */
  readonly #said = new Map<string, number>();
  readonly #withoutBasis = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;

  constructor(private readonly settings: TargetStepsSettings) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Pumps that are steered now, and those among them of which nothing was heard for too long to say a step. */
  get figures(): { readonly steered: number; readonly withoutBasis: readonly string[] } {
    const { table } = this.settings.ward.targets;
    const steered = table.entries.filter(([, run]) => !this.#isOver(run)).length;
    return { steered, withoutBasis: [...this.#withoutBasis] };
  }

  async #look(): Promise<void> {
    const { standing, ward } = this.settings;
    if (this.#isBusy || !standing.isLive || !standing.isEnrolled) return;
    this.#isBusy = true;
    try {
      for (const [pump, run] of ward.targets.table.entries)
        if (this.#isOver(run)) this.#forget(pump, run);
        else await this.#sayIfDue(pump, run);
    } finally {
      this.#isBusy = false;
    }
  }

  #isOver({ isEnded, untilMs }: TargetRun): boolean {
    return isEnded || this.settings.clock.wallMs() >= untilMs;
  }

  #forget(pump: string, { commandId }: TargetRun): void {
    this.#said.delete(commandId);
    this.#withoutBasis.delete(pump);
  }

  /** Never throws: a step that does not go out is due again, and is then reckoned anew. */
  async #sayIfDue(pump: string, run: TargetRun): Promise<void> {
    const { clock, ward, logger } = this.settings;
    if ((this.#said.get(run.commandId) ?? 0) > run.lastStep) return;
    const { connected, delivering, setRateMlPerHour = 0 } = ward.pumps.table.get(pump) ?? {};
    const runsAtMlPerHour = connected === true && delivering === true ? setRateMlPerHour : 0;
    const due = dueStep(run, { nowMs: clock.wallMs(), runsAtMlPerHour });
    if (due === 'no-basis') this.#withoutBasis.add(pump);
    else this.#withoutBasis.delete(pump);
    if (typeof due === 'string') return;
    try {
      await this.#say(pump, run, due);
      this.#said.set(run.commandId, due.step);
    } catch (error) {
      const level = error instanceof EventLogError ? {} : { err: error };
      logger.error({ msg: 'a step did not go out', pump, step: due.step, code: TOLD.stepNotSent, ...level });
    }
  }

  async #say(pump: string, { commandId, infusionId }: TargetRun, step: SaidStep): Promise<void> {
    const { log, clock, signature } = this.settings;
    const occasion = { actor: signature.source, at: clock.at(), key: '', cause: commandId };
    const attributes = {
      id: derivedId(signature.site, 'dosing-target-step', commandId, String(step.step)),
      entity: pump,
      correlationid: infusionId,
      ...attributesOf(occasion, signature),
    };
    const { sealed } = sealEvent(TargetStep, attributes, { commandId, ...step }, signature);
    await log.append(sealed);
  }
}
