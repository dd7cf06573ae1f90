import { UNKNOWN } from './numbers.ts';

/** Clock and spans of time; always 24 hours, in the time zone of whoever looks. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayWithYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

export const clockOf = (ms: number | undefined): string => (ms === undefined ? UNKNOWN : clock.format(ms));
export const preciseClockOf = (ms: number): string => clockWithSeconds.format(ms);
export const dayOf = (ms: number): string => day.format(ms);

/** `14:03` today, `30 Nov 14:03` on another day, with the year when it is not this one. */
export function momentOf(ms: number, nowMs: number): string {
  if (dayWithYear.format(ms) === dayWithYear.format(nowMs)) return clock.format(ms);
  const sameYear = dayWithYear.format(ms).slice(-4) === dayWithYear.format(nowMs).slice(-4);
  return `${(sameYear ? day : dayWithYear).format(ms)} ${clock.format(ms)}`;
}

/** How much time is left, as a nurse plans with it: `2 h 05 min`, `12 min`, `under 1 min`. */
export function spanOf(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return UNKNOWN;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return 'under 1 min';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 100) return 'over 99 h';
  return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** How long something lasts already, to the second below a minute: `8 s`, `4 min`, `1 h 02 min`. */
export function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : spanOf(seconds);
}

/** A measured duration for people who measure: `38 ms`, `1.2 s`. */
export function durationOf(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
