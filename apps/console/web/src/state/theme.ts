import { Store, useStore } from './store.ts';

/** Light by day, night by night, or as the device says. */
export type Theme = 'light' | 'night';
const SLOT = 'bcmed-theme';

const initial = (): Theme => {
  const kept = localStorage.getItem(SLOT);
  if (kept === 'light' || kept === 'night') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'light';
};

export const theme = new Store<Theme>(initial());
const show = (): void => void (document.documentElement.dataset['theme'] = theme.value);
theme.subscribe(show);
show();

export function setTheme(next: Theme): void {
  localStorage.setItem(SLOT, next);
  theme.set(next);
}

const whole = (value: Theme): Theme => value;
export const useTheme = (): Theme => useStore(theme, whole);
