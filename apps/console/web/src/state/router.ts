import { Store, useStore } from './store.ts';

/** Where the person is: the path in parts, and what stands behind `?`. */
export interface Place {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly path: string;
}

const here = (): Place => ({
  parts: location.pathname.split('/').filter(Boolean).map(decodeURIComponent),
  query: new URLSearchParams(location.search),
  path: location.pathname,
});

export const place = new Store<Place>(here());
addEventListener('popstate', () => place.set(here()));

/** Goes to a page of the console; the heading of the page takes the focus, as after a full load. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  place.set(here());
  scrollTo(0, 0);
}

const whole = (value: Place): Place => value;
export const usePlace = (): Place => useStore(place, whole);
