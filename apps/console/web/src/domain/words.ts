/** Names that the services write with hyphens, as people say them: `bed-3` is Bed 3, `icu-1` is ICU 1. */
export function placeName(token: string | null | undefined): string {
  if (token === null || token === undefined || token === '') return 'No place';
  const match = /^([a-z]+)-(.+)$/.exec(token);
  if (match === null) return token;
  const [, word = '', rest = ''] = match;
  const shown = word.length <= 3 && word !== 'bed' ? word.toUpperCase() : capital(word);
  return `${shown} ${rest}`;
}

export const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** A stable word such as `front-panel` or `hardHigh` in plain letters. */
export const spoken = (word: string): string =>
  word
    .replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replaceAll('-', ' ');

/** A long pseudonym or hash, short enough for a line; the whole stands in the title. */
export const shortened = (text: string, keep = 8): string =>
  text.length <= keep * 2 + 1 ? text : `${text.slice(0, keep)}…${text.slice(-4)}`;

/** `1 pump`, `3 pumps`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export const list = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;

const ACTIONS: Readonly<Record<string, string>> = {
  'set-rate': 'Set the rate',
  start: 'Start',
  stop: 'Stop',
  'set-vtbi': 'Set the volume to be infused',
  bolus: 'Bolus',
  'set-target': 'Set the target',
};
export const actionName = (action: string): string => ACTIONS[action] ?? capital(spoken(action));
