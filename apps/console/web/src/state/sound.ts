import { BURSTS, type Priority } from '../domain/alarms.ts';
import { Store, useStore } from './store.ts';

/** `asleep`: the browser lets nothing be heard until somebody touches the page. */
export type SoundState = 'asleep' | 'on';

const state = new Store<SoundState>('asleep');
let context: AudioContext | undefined;
let wanted: Priority | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const LOUDNESS = 0.25;
const RAMP_S = 0.012;

/** Called from a touch: the browser then lets the page sound. Gives one low burst, so that people know what they allowed. */
export async function allowSound(): Promise<void> {
  context ??= new AudioContext();
  await context.resume();
  state.set(context.state === 'running' ? 'on' : 'asleep');
  context.onstatechange = () => state.set(context?.state === 'running' ? 'on' : 'asleep');
  if (wanted === undefined) burst('low');
  else restart();
}

/** Lets this priority sound until another is wanted. A burst that has begun is finished (IEC 60601-1-8 clause 6.10). */
export function wantSound(priority: Priority | undefined): void {
  if (priority === wanted) return;
  wanted = priority;
  restart();
}

function restart(): void {
  clearTimeout(timer);
  if (wanted === undefined || context?.state !== 'running') return;
  burst(wanted);
  timer = setTimeout(restart, BURSTS[wanted].repeatMs);
}

function burst(priority: Priority): void {
  if (context === undefined) return;
  const from = context.currentTime + 0.03;
  for (const { atMs, lengthMs, hertz } of BURSTS[priority].pulses) {
    const [begin, end] = [from + atMs / 1_000, from + (atMs + lengthMs) / 1_000];
    const gain = context.createGain();
    gain.connect(context.destination);
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(LOUDNESS, begin + RAMP_S);
    gain.gain.setValueAtTime(LOUDNESS, end - RAMP_S);
    gain.gain.linearRampToValueAtTime(0, end);
    // The tone and four harmonics, as the standard wants of a melody that can be located.
    for (const harmonic of [1, 2, 3, 5]) {
      const tone = context.createOscillator();
      const level = context.createGain();
      level.gain.value = 1 / harmonic / 2;
      tone.frequency.value = hertz * harmonic;
      tone.connect(level).connect(gain);
      tone.start(begin);
      tone.stop(end);
    }
  }
}

const whole = (value: SoundState): SoundState => value;
export const useSoundState = (): SoundState => useStore(state, whole);
