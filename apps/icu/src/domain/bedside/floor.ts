import {
  MONITOR_THAT_WORKS,
  screenOf,
  SENSORS,
  type Monitor,
  type MonitorReading,
  type Sensor,
} from './monitor.js';
import type { Stay } from './stay.js';

/** What happens at a bed that is not about one pump. */
export type BedAction =
  | { readonly action: 'sensor-off' | 'sensor-on'; readonly sensor?: Sensor | undefined }
  | { readonly action: 'freeze-monitor'; readonly silently?: boolean | undefined }
  | { readonly action: 'thaw-monitor' }
  | { readonly action: 'move-patient'; readonly to: string };

/** A bed with its monitor, and the patient in it. */
export interface Bed {
  readonly name: string;
  readonly monitor: Monitor;
  readonly stay: Stay | null;
}

/** What the monitor of an occupied bed shows. */
export interface BedReading {
  readonly bed: string;
  readonly patient: string;
  readonly reading: MonitorReading;
}

/** The beds of one unit, and who lies where. Pure but for the patients in them; times come with the pumps. */
export class Floor {
  readonly unit: string;
  readonly #beds: Map<string, Bed>;
  /** Told after a patient was moved, with everybody who now lies in another bed than before. */
  onMoved: (moved: readonly Bed[]) => void = () => undefined;

  constructor(unit: string, beds: readonly { readonly name: string; readonly stay: Stay | null }[]) {
    this.unit = unit;
    this.#beds = new Map(beds.map(({ name, stay }) => [name, { name, stay, monitor: MONITOR_THAT_WORKS }]));
  }

  get beds(): readonly Bed[] {
    return [...this.#beds.values()];
  }

  bed(name: string): Bed | undefined {
    return this.#beds.get(name);
  }

  /** What the monitors show, bed by bed; an empty bed shows nothing of anybody. */
  readings(): readonly BedReading[] {
    return this.beds.flatMap(({ name, monitor, stay }) =>
      stay === null
        ? []
        : [{ bed: name, patient: stay.plan.pseudonym, reading: screenOf(monitor, stay.reading) }],
    );
  }

  screen({ monitor, stay }: Bed): MonitorReading {
    return screenOf(monitor, stay?.reading ?? null);
  }

  /** One second of one pump, wherever it stands. */
  deliver(serial: string, deliveredMl: number): void {
    for (const { stay } of this.#beds.values()) stay?.deliver(serial, deliveredMl);
  }

  /** Null when it was done, else why not. */
  act(name: string, input: BedAction): string | null {
    const bed = this.#beds.get(name);
    if (bed === undefined) return `there is no bed ${name}`;
    switch (input.action) {
      case 'sensor-off':
      case 'sensor-on':
        return this.#connect(bed, input.action === 'sensor-on', input.sensor);
      case 'freeze-monitor':
        if (bed.monitor.frozen !== null) return 'the monitor is frozen already';
        this.#change(bed, { frozen: { screen: this.screen(bed), silently: input.silently ?? false } });
        return null;
      case 'thaw-monitor':
        if (bed.monitor.frozen === null) return 'the monitor is not frozen';
        this.#change(bed, { frozen: null });
        return null;
      case 'move-patient':
        return this.#move(bed, input.to);
      default:
        return input satisfies never;
    }
  }

  /** Without a sensor: all of them. */
  #connect(bed: Bed, on: boolean, sensor?: Sensor): string | null {
    const meant = sensor === undefined ? SENSORS : [sensor];
    const { off } = bed.monitor;
    if (meant.every((one) => off.includes(one) !== on)) return on ? 'it is connected' : 'it is off already';
    this.#change(bed, {
      off: SENSORS.filter((one) => (meant.includes(one) ? !on : off.includes(one))),
    });
    return null;
  }

  #change(bed: Bed, monitor: Partial<Monitor>): void {
    this.#beds.set(bed.name, { ...bed, monitor: { ...bed.monitor, ...monitor } });
  }

  /** The pumps go with the patient, the monitor stays with the bed; who lies in the other bed changes places. */
  #move(from: Bed, to: string): string | null {
    const target = this.#beds.get(to);
    if (target === undefined) return `there is no bed ${to}`;
    if (target.name === from.name) return 'the patient lies there already';
    if (from.stay === null) return 'the bed is empty';
    const moved = [
      { ...target, stay: from.stay },
      { ...from, stay: target.stay },
    ];
    for (const bed of moved) this.#beds.set(bed.name, bed);
    this.onMoved(moved.filter(({ stay }) => stay !== null));
    return null;
  }
}
