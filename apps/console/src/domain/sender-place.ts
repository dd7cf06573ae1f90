import type { StreamEvent } from '@bcmed/events';

const DIGITS = 20;

/** Where an event stands in its sender's chain, as a text that sorts. */
export function placeOf({ chain = '', sequence = '' }: StreamEvent): string {
  return `${chain} ${sequence.padStart(DIGITS, '0')}`;
}

/** Whether an event of the same chain stands before or at one that was heard: it was sent again. */
export function isAgain(place: string, heard: string): boolean {
  return place.slice(0, -DIGITS) === heard.slice(0, -DIGITS) && place <= heard;
}
