import type { AdapterLog } from '../adapters/adapter-log.js';
import { carryOut, frameOf, type ReadBack } from '../adapters/carry-out.js';
import type { Line } from '../adapters/line.js';
import type { StoredSteering } from '../adapters/safety-store-rows.js';
import type { Expected } from '../domain/index.js';
import { TOLD } from '../errors.js';
import type { Recorder } from './recorder.js';
import type { SteeredPumps } from './steered-pumps.js';

export interface SteeringLineSettings {
  readonly pumps: SteeredPumps;
  readonly recorder: Pick<Recorder, 'expect'>;
  readonly log: AdapterLog;
  /** Gives remote control back, again and again. */
  readonly giveBack: (entity: string) => void;
}

/** A line that was made sure of, and the pump that answers there. */
interface At {
  readonly line: Line;
  readonly serial: string;
}

/** Writes what steers a pump. What may be written stands on disk before its frame; a rate is lowered without that as well. */
export class SteeringLine {
  constructor(private readonly settings: SteeringLineSettings) {}

  /** Sets a rate and reads it back. False when the pump is not known to have it. */
  async write(
    stored: StoredSteering,
    at: At & { readonly seen: ReadBack },
    rateMlPerHour: number,
  ): Promise<boolean> {
    const { pumps } = this.settings;
    const { mayShow: before } = stored.steering;
    const shown = before.length > 0 ? before : [at.seen.setRateMlPerHour];
    const mayShow = [...new Set([...shown, rateMlPerHour])];
    const isSaved = pumps.change(stored, { mayShow });
    if (!isSaved && rateMlPerHour > at.seen.setRateMlPerHour) return false;
    const outcome = await this.#tell(stored, at, 'set-rate', { setRateMlPerHour: rateMlPerHour });
    const after = { executed: [rateMlPerHour], untold: before, unknown: mayShow }[outcome];
    pumps.change(stored, { mayShow: after });
    return outcome === 'executed';
  }

  /** The start is written once: a pump that is held after it was held by somebody. */
  async start(stored: StoredSteering, at: At): Promise<boolean> {
    const { pumps } = this.settings;
    if (!pumps.change(stored, { isStarted: true })) return false;
    const outcome = await this.#tell(stored, at, 'start', { delivering: true });
    if (outcome === 'untold') pumps.change(stored, { isStarted: false });
    return outcome === 'executed';
  }

  /** `untold`: the pump is known not to have got the frame. */
  async #tell(
    { entity, steering }: StoredSteering,
    { line, serial }: At,
    action: 'set-rate' | 'start',
    expected: Expected,
  ): Promise<'executed' | 'untold' | 'unknown'> {
    const { recorder, log, giveBack } = this.settings;
    const { commandId, commandPosition, person, order } = steering;
    const { setRateMlPerHour: rateMlPerHour } = expected;
    const rate = rateMlPerHour === undefined ? {} : { rateMlPerHour };
    const told = { ...order, action, ...rate };
    const frame = frameOf(told);
    if (typeof frame === 'string') {
      log.error({ msg: `a step cannot be written: ${frame}`, pump: entity, code: TOLD.stepNotTaken });
      return 'untold';
    }
    recorder.expect(entity, { commandId, commandPosition, person, expected });
    const result = await carryOut(line, serial, told, frame);
    if (!result.givenBack) giveBack(entity);
    if (result.outcome === 'executed') return 'executed';
    log.warn({ msg: `the pump was not steered: ${result.detail}`, pump: entity, command: commandId });
    const isUntold =
      result.outcome === 'failed' &&
      (result.reason === 'remote-control-refused' || result.reason === 'pump-not-connected');
    return isUntold ? 'untold' : 'unknown';
  }
}
