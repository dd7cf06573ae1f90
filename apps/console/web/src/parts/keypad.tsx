import type { ReactElement } from 'react';
import { Button } from './basic.tsx';

const KEYS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '.', '0', '⌫'] as const;

/** Digits for fingers, beside a field that a keyboard fills as well. The first digit replaces what stood there. */
export function Keypad({
  value,
  fresh,
  onChange,
}: {
  readonly value: string;
  /** Whether the value is the old one, untouched. */
  readonly fresh: boolean;
  readonly onChange: (value: string) => void;
}): ReactElement {
  const press = (key: (typeof KEYS)[number]): void => {
    if (key === '⌫') onChange(fresh ? '' : value.slice(0, -1));
    else if (fresh) onChange(key === '.' ? '0.' : key);
    else if (key === '.' && value.includes('.')) return;
    else onChange(key === '.' && value === '' ? '0.' : value + key);
  };
  return (
    <div className="keypad" role="group" aria-label="Digits">
      {KEYS.map((key) => (
        <Button
          key={key}
          onClick={() => press(key)}
          aria-label={key === '⌫' ? 'Delete a digit' : key === '.' ? 'Point' : key}
        >
          {key}
        </Button>
      ))}
    </div>
  );
}
