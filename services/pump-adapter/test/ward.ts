import {
  initialState,
  step,
  type Input,
  type Moment,
  type PumpEvent,
  type PumpState,
  type PumpStatus,
  type Reading,
} from '../src/domain/index.js';

export const START_MS = Date.parse('2026-11-20T12:00:00.000Z');
export const momentAt = (ms: number): Moment => ({
  at: new Date(START_MS + ms).toISOString(),
  steadyMs: START_MS + ms,
});
export const IDENTITY = {
  family: 'alaris-asena',
  model: '8002',
  serial: '8002-51740',
  protocol: 'Asena Rev 2.1.5',
  transport: 'serial',
  line: '/dev/ttyUSB0',
} as const;
export const HELD: PumpStatus = {
  delivering: false,
  mode: 'HLD',
  rateMlPerHour: 0,
  volumeInfusedMl: 0,
  pressureMmHg: 17.91,
  remainingSeconds: null,
  alarmActive: false,
  drugName: null,
  logEntryId: 100,
};
export const SYRINGE = { brand: 'BD PLASTIPAK', sizeMl: 50, confirmed: true };
export const OCCLUSION = { vendorCode: 'AL_OCCLU', term: 'occlusion', text: 'OCCLUSION' };
export const VTBI_IN = { vendorCode: 'AL_VTBIS', term: 'volume-to-be-infused-stopped' };
export const VTBI_KVO = { vendorCode: 'AL_VTBIK', term: 'volume-to-be-infused-keep-vein-open' };
export const EMPTY = { vendorCode: 'AL_EOIST', term: 'end-of-infusion-stopped' };

export type Seen = Partial<PumpStatus> &
  Pick<Partial<Reading>, 'alarm' | 'vtbi' | 'syringe' | 'setRateMlPerHour' | 'identity'>;

/** A pump that is looked at once a second; each look changes only what is named. */
export class Ward {
  state: PumpState = initialState;
  ms = 0;
  #status = HELD;

  look(seen: Seen = {}, afterMs = 1_000): readonly PumpEvent[] {
    const { alarm, vtbi, syringe, setRateMlPerHour, identity = IDENTITY, ...status } = seen;
    this.ms += afterMs;
    this.#status = { ...this.#status, ...status };
    return this.take({
      kind: 'reading',
      moment: momentAt(this.ms),
      identity,
      status: this.#status,
      newInfusionId: `01994f7e-7c00-7000-8000-${String(this.ms).padStart(12, '0')}`,
      ...(alarm !== undefined && { alarm }),
      ...(vtbi && { vtbi }),
      ...(syringe && { syringe }),
      ...(setRateMlPerHour !== undefined && { setRateMlPerHour }),
    });
  }

  miss(missedPolls: number, reason: 'no-answer' | 'line-closed' | 'another-pump-answers' = 'no-answer') {
    this.ms += 1_000;
    return this.take({ kind: 'silence', moment: momentAt(this.ms), reason, missedPolls });
  }

  take(input: Input): readonly PumpEvent[] {
    const { events, state } = step(this.state, input);
    this.state = state;
    return events;
  }

  /** An infusion of 3.6 ml/h, which is 0.001 ml a second, that has run for a minute. */
  infusing(): this {
    this.look({ alarm: null, syringe: SYRINGE, vtbi: { active: false }, setRateMlPerHour: 3.6 });
    this.look({ delivering: true, mode: 'SET', rateMlPerHour: 3.6, logEntryId: 101 });
    for (let second = 1; second <= 60; second += 1) this.look({ volumeInfusedMl: second / 1_000 });
    return this;
  }

  get volumeMl(): number {
    return this.#status.volumeInfusedMl;
  }
}

export const names = (events: readonly PumpEvent[]): string[] => events.map(({ name }) => name);
export const besidesSamples = (events: readonly PumpEvent[]): string[] =>
  names(events).filter((name) => name !== 'status-sampled');
