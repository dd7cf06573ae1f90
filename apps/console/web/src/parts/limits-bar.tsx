import type { ReactElement } from 'react';
import type { Limits } from '../domain/library.ts';
import { limitNumber } from '../domain/reckon.ts';
import { plain } from '../domain/numbers.ts';

const WIDTH = 400;

/** Where a dose lies between the limits of the library; on a scale of powers, since limits lie tenfold apart. */
export function LimitsBar({
  limits,
  value,
  unit,
}: {
  readonly limits: Limits;
  readonly value: number | undefined;
  readonly unit: string;
}): ReactElement | null {
  const high = limitNumber(limits.hardHigh);
  if (high === undefined || high <= 0) return null;
  const marks = [
    { name: 'hard low', at: limitNumber(limits.hardLow) },
    { name: 'soft low', at: limitNumber(limits.softLow) },
    { name: 'soft high', at: limitNumber(limits.softHigh) },
    { name: 'hard high', at: high },
  ].flatMap(({ name, at }) => (at === undefined || at <= 0 ? [] : [{ name, at }]));
  const low = Math.min(marks[0]?.at ?? high / 100, high / 20);
  const [from, to] = [Math.log(low / 2), Math.log(high * 1.6)];
  const x = (at: number): number =>
    Math.min(WIDTH - 4, Math.max(4, (WIDTH * (Math.log(Math.max(at, low / 2)) - from)) / (to - from)));
  const soft = [limitNumber(limits.softLow) ?? low / 2, limitNumber(limits.softHigh) ?? high] as const;
  const words = marks.map(({ name, at }) => `${name} ${plain(at, 4)}`).join(', ');
  return (
    <figure className="limits">
      <svg viewBox={`0 0 ${WIDTH} 40`} role="img" aria-label={`Limits in ${unit}: ${words}`}>
        <rect x="0" y="14" width={WIDTH} height="8" rx="4" fill="var(--sunken)" stroke="var(--line)" />
        <rect
          x={x(soft[0])}
          y="14"
          width={x(soft[1]) - x(soft[0])}
          height="8"
          fill="var(--good)"
          opacity="0.55"
        />
        {marks.map(({ name, at }) => (
          <g key={name}>
            <line
              x1={x(at)}
              x2={x(at)}
              y1="9"
              y2="27"
              stroke="var(--ink)"
              strokeWidth={name.startsWith('hard') ? 3 : 1.5}
            />
            <text x={x(at)} y="38" fontSize="11" textAnchor="middle" fill="var(--muted)">
              {plain(at, 4)}
            </text>
          </g>
        ))}
        {value === undefined || value <= 0 ? null : (
          <path d={`M${x(value) - 7} 1h14l-7 12z`} fill="var(--accent)" />
        )}
      </svg>
      <figcaption className="small muted">
        Green: between the soft limits. Thick: hard limits, which nobody can override. In {unit}.
      </figcaption>
    </figure>
  );
}
