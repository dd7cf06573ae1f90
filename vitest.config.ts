import { defineConfig } from 'vitest/config';

/**
 * Three costs, told by the file name: `x.spec.ts` is pure and takes milliseconds, `x.int.spec.ts` speaks to real
 * servers, `test/*.e2e.spec.ts` runs the built services together. `x.extra.spec.ts` needs more than npm and Debian
 * packages bring and skips itself loudly; `x.campaign.spec.ts` is long and runs only by `npm run campaign`.
 */
const source = {
  resolve: { conditions: ['@bcmed/source'] },
  ssr: { resolve: { conditions: ['@bcmed/source'] } },
};
/** Whoever waits for a condition waits longer than vitest's one second; it costs nothing when the condition comes. */
const patience = {
  setupFiles: ['./test/seeded.ts', './test/patience.ts'],
  expect: { poll: { timeout: 20_000 } },
};
const never = ['**/node_modules/**', '**/dist/**', '**/*.campaign.spec.ts'];

export default defineConfig({
  ...source,
  test: {
    reporters: ['default'],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: [
            '{libs,services,apps}/*/{src,test}/**/*.spec.ts',
            'apps/*/web/src/**/*.spec.ts',
            'contracts/{src,test}/**/*.spec.ts',
            'test/**/*.spec.ts',
          ],
          exclude: [...never, '**/*.int.spec.ts', '**/*.e2e.spec.ts', '**/*.extra.spec.ts'],
          setupFiles: ['./test/seeded.ts'],
          // A property test on a busy machine is slow, not wrong.
          testTimeout: 30_000,
        },
      },
      {
        ...source,
        test: {
          name: 'integration',
          include: ['**/*.int.spec.ts', '**/*.extra.spec.ts'],
          exclude: never,
          ...patience,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...source,
        test: {
          name: 'end-to-end',
          include: ['**/*.e2e.spec.ts'],
          exclude: never,
          ...patience,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
