/** How many more attempts somebody has, at a moment. */
export interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export type Taken =
  | { readonly ok: true; readonly bucket: Bucket }
  | { readonly ok: false; readonly bucket: Bucket; readonly retryAfterMs: number };

/** Takes one attempt of a bucket that fills evenly up to a minute's worth. */
export function take(before: Bucket | undefined, nowMs: number, perMinute: number): Taken {
  const everyMs = 60_000 / perMinute;
  const refilled = before ? Math.max(0, nowMs - before.atMs) / everyMs : perMinute;
  const left = Math.min(perMinute, (before?.left ?? 0) + refilled);
  if (left >= 1) return { ok: true, bucket: { left: left - 1, atMs: nowMs } };
  return { ok: false, bucket: { left, atMs: nowMs }, retryAfterMs: Math.ceil((1 - left) * everyMs) };
}

/** Whether a bucket is full again, so that nothing is lost by forgetting it. */
export function isFull({ left, atMs }: Bucket, nowMs: number, perMinute: number): boolean {
  return left + (nowMs - atMs) / (60_000 / perMinute) >= perMinute;
}
