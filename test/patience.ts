import { vi } from 'vitest';

/** How long a test waits for a condition that it gave no time for: a busy machine is slow, not wrong. */
export const PATIENCE_MS = 20_000;

const { waitFor } = vi;

/** `vi.waitFor` without a time waits for {@link PATIENCE_MS} instead of one second; vitest has a setting of this for `expect.poll` only. */
vi.waitFor = (callback, options) =>
  typeof options === 'number'
    ? waitFor(callback, options)
    : waitFor(callback, { timeout: PATIENCE_MS, ...options });
