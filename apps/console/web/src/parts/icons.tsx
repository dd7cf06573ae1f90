import type { ReactElement } from 'react';

const PATHS = {
  ward: 'M3 11l9-7 9 7M5 10v9h14v-9M9 19v-6h6v6',
  bell: 'M6 16V11a6 6 0 1112 0v5l2 2H4zM10 20a2 2 0 004 0',
  check: 'M5 12.5l4.500 4.500L19 7.500',
  approve: 'M4 5h16v11H9l-5 4zM8.500 10.500l2.500 2.500 4.500-4.500',
  people:
    'M9 11a3.500 3.500 0 100-7 3.500 3.500 0 000 7zM2.500 20c0-3.600 2.900-6 6.500-6s6.500 2.400 6.500 6M16 4.300a3.500 3.500 0 010 6.400M18 14.500c2.200.8 3.500 2.900 3.500 5.500',
  book: 'M5 4h11a3 3 0 013 3v13H8a3 3 0 01-3-3zM5 17a3 3 0 013-3h11M9 8h6',
  search: 'M10.500 17a6.500 6.500 0 100-13 6.500 6.500 0 000 13zM15.500 15.500L20 20',
  chain: 'M4 7h6v6H4zM14 11h6v6h-6zM10 10h2.500a1.500 1.500 0 011.500 1.500V14',
  stop: 'M8.500 3h7L21 8.500v7L15.500 21h-7L3 15.500v-7zM9 9h6v6H9z',
  play: 'M7 5l12 7-12 7z',
  pause: 'M8 5v14M16 5v14',
  unknown: 'M9 9a3 3 0 116 0c0 2-3 2.300-3 4.500M12 17.500v.100',
  off: 'M4 4l16 16M8 8a6 6 0 000 8M16 8a6 6 0 010 8',
  sun: 'M12 16a4 4 0 100-8 4 4 0 000 8zM12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.700 1.700M17.300 17.300L19 19M5 19l1.700-1.700M17.300 6.700L19 5',
  moon: 'M20 14.500A8.500 8.500 0 119.500 4a7 7 0 0010.500 10.500z',
  sound: 'M4 9.500v5h4l5 4v-13l-5 4zM16.500 9a4.500 4.500 0 010 6M19 6.500a8 8 0 010 11',
  mute: 'M4 9.500v5h4l5 4v-13l-5 4zM17 9.500l5 5M22 9.500l-5 5',
  key: 'M8.500 15a4.500 4.500 0 100-9 4.500 4.500 0 000 9zM12.500 12.500L20 20M16.500 16.500l2-2',
  close: 'M6 6l12 12M18 6L6 18',
  warn: 'M12 4l9 16H3zM12 10v5M12 17.500v.100',
  info: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5.500M12 7.500v.100',
  drop: 'M12 3c4 5 6 8 6 11a6 6 0 01-12 0c0-3 2-6 6-11z',
  plus: 'M12 5v14M5 12h14',
  swap: 'M4 8h13l-3-3M20 16H7l3 3',
  target: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 16a4 4 0 100-8 4 4 0 000 8zM12 12v.100',
  clock: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5.500l3.500 2',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words; never alone, unless its button has a name. */
export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
