import { defineConfig } from 'vitest/config'

/** Who names files or one project asks about those: only `npm test` says how much of the source is covered. */
const [command, ...asked] = process.argv.slice(2)
const words = asked.filter((word) => !word.startsWith('-'))
const isWhole = command === 'run' && words.toSorted().join() === 'fast,slow'

/**
 * Slow by nature: these take servers away, drive a browser, play thousands of schedules or run the suite on planted bugs.
 * Everything else is fast and answers within a minute (`npm run test:fast`); a test outside these folders that waits for
 * seconds belongs into one of them.
 */
const slow = ['faults', 'browser', 'simulation', 'mutants'].map((folder) => `test/${folder}/**/*.test.ts`)

const common = {
  setupFiles: ['test/support/keys-at-hand.ts'],
  // Files run side by side, each on databases of its own.
  pool: 'forks' as const,
  testTimeout: 30_000,
  hookTimeout: 30_000,
  teardownTimeout: 20_000,
}

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    reporters: ['default', './test/support/plain-summary.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'fast',
          include: ['test/**/*.test.ts'],
          // What needs more than PostgreSQL, Redis and a browser is run by vitest.ops.config.ts.
          exclude: [...slow, 'test/long/**', 'test/ops/**'],
          // A worker loads the source once for all its files: that halves the time. So nothing may be replaced by vi.mock.
          isolate: false,
          // One more than the cores of a small machine: some of them wait for a time limit, and the others go on meanwhile.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...common, name: 'slow', include: slow, maxWorkers: 2, sequence: { groupOrder: 2 } } },
      // Minutes by themselves: no part of `npm test`, which every change waits for.
      {
        test: {
          ...common,
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    coverage: {
      enabled: isWhole,
      provider: 'v8',
      include: ['src/**/*.ts', 'sandbox/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90 },
    },
  },
})
