/**
 * Alarms as the alarms service tells them, each replaced as a whole. The page derives none and ends none: what the service does not
 * say is not there.
 */
export type Priority = 'high' | 'medium' | 'low';

export interface Alarm {
  readonly id: string;
  readonly status: 'open' | 'latched' | 'closed';
  readonly condition: string;
  readonly text: string;
  readonly priority: Priority;
  readonly score: number;
  readonly unit: string | null;
  readonly bed: string | null;
  readonly vendorCode: string | null;
  readonly members: readonly {
    readonly source: string;
    readonly since: string;
    readonly lasts: boolean;
    readonly vasoactive: boolean;
  }[];
  readonly raisedMs: number;
  readonly acknowledgedBy: string | null;
  readonly audio: string;
  readonly audioPausedUntilMs: number | null;
  readonly step: number;
  readonly closedMs: number | null;
}

export type Alarms = ReadonlyMap<string, Alarm>;

/** The open ones after a change: what is closed goes. */
export function withAlarm(alarms: Alarms, alarm: Alarm): Alarms {
  const next = new Map(alarms);
  if (alarm.status === 'closed') next.delete(alarm.id);
  else next.set(alarm.id, alarm);
  return next;
}

export const openAlarms = (snapshot: readonly Alarm[]): Alarms =>
  new Map(snapshot.filter(({ status }) => status !== 'closed').map((alarm) => [alarm.id, alarm]));

/** What is to be heard: the highest priority whose sound the service has on, or nothing. */
export function soundOf(alarms: Iterable<Alarm>, nowMs: number): Priority | undefined {
  const heard = [...alarms].filter(({ audio, audioPausedUntilMs }) => {
    if (audio === 'on') return true;
    // A pause ends by itself; the service says nothing when it does.
    return audio === 'paused' && audioPausedUntilMs !== null && nowMs >= audioPausedUntilMs;
  });
  return (['high', 'medium', 'low'] as const).find((priority) =>
    heard.some((alarm) => alarm.priority === priority),
  );
}

/** One pulse of an alarm's burst: when it begins, how long it is, its tone. */
export interface Pulse {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly hertz: number;
}

const [C5, D5, G4, C4, D4] = [523.25, 587.33, 392, 261.63, 293.66] as const;
const pulses = (lengthMs: number, starts: readonly number[], tones: readonly number[]): readonly Pulse[] =>
  starts.map((atMs, index) => ({ atMs, lengthMs, hertz: tones[index % tones.length] ?? C5 }));

/**
 * Bursts after IEC 60601-1-8 table 3: high 10 pulses (3, 2, pause, 3, 2) again after 5 s, medium 3 pulses after 15 s, low one burst of
 * 2 pulses after 30 s. Tones are those of the category drug delivery: C5 D4 G4, for high with C5 D4 behind.
 */
export const BURSTS: Readonly<
  Record<Priority, { readonly pulses: readonly Pulse[]; readonly repeatMs: number }>
> = {
  high: {
    pulses: [0, 1_550].flatMap((half) =>
      pulses(
        140,
        [0, 240, 480, 860, 1_100].map((at) => half + at),
        [C5, D4, G4, C5, D4],
      ),
    ),
    repeatMs: 2_900 + 5_000,
  },
  medium: { pulses: pulses(200, [0, 420, 840], [C5, D4, G4]), repeatMs: 1_040 + 15_000 },
  low: { pulses: pulses(220, [0, 460], [D5, C4]), repeatMs: 680 + 30_000 },
};
