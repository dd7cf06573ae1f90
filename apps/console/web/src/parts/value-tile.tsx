import type { ReactElement, ReactNode } from 'react';
import { UNKNOWN } from '../domain/numbers.ts';

/**
 * One number with its unit. A value that is not current is not shown at all: `---` stands in its place, and no unit that could be
 * taken for part of a number.
 */
export function ValueTile({
  label,
  value,
  unit,
  under,
  current,
  small = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly under?: ReactNode;
  readonly current: boolean;
  readonly small?: boolean;
}): ReactElement {
  const shown = current ? value : UNKNOWN;
  return (
    <div className={small ? 'value-tile small' : 'value-tile'}>
      <span className="label">{label}</span>
      <span className={shown === UNKNOWN ? 'value stale' : 'value'}>
        <span className="num">{shown}</span>
        {shown === UNKNOWN ? (
          <span className="visually-hidden">not known</span>
        ) : (
          <span className="unit">{unit}</span>
        )}
      </span>
      {under === undefined ? null : <span className="under">{current ? under : ''}</span>}
    </div>
  );
}
