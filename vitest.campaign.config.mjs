import { defineConfig } from 'vitest/config';

/** Long runs, one file at a time, only ever started by name: `npm run campaign -- <name>`. */
const source = {
  resolve: { conditions: ['@bcmed/source'] },
  ssr: { resolve: { conditions: ['@bcmed/source'] } },
};

export default defineConfig({
  ...source,
  test: {
    include: ['**/*.campaign.spec.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    setupFiles: ['./test/patience.ts'],
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 4 * 60 * 60 * 1000,
    hookTimeout: 5 * 60 * 1000,
  },
});
