import type { ReactElement } from 'react';
import type { Series } from '../domain/live.ts';

const WIDTH = 100;
const HEIGHT = 30;

/** A short trend without axes, over the last `spanMs`; holes stay holes. */
export function Spark({
  series,
  nowMs,
  spanMs,
  label,
}: {
  readonly series: Series | undefined;
  readonly nowMs: number;
  readonly spanMs: number;
  readonly label: string;
}): ReactElement {
  const points = (series?.atMs ?? []).flatMap((atMs, index) =>
    atMs >= nowMs - spanMs ? [{ atMs, value: series?.values[index] ?? null }] : [],
  );
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (known.length < 2) return <span className="spark muted small">no trend yet</span>;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  // A quiet line stays quiet: 20 units are the least that fills the height.
  const middle = (low + high) / 2;
  const reach = Math.max(high - low, 20) / 2;
  let pen = 'M';
  const path = points
    .map(({ atMs, value }) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const x = WIDTH * (1 - (nowMs - atMs) / spanMs);
      const y = HEIGHT / 2 - ((value - middle) / reach) * (HEIGHT / 2 - 2);
      const step = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = 'L';
      return step;
    })
    .join('');
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={path} />
    </svg>
  );
}
