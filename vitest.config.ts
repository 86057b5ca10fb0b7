import { defineConfig } from 'vitest/config'

/** Who names files asks about these files: only the whole suite says how much of the source is covered. */
const [command, ...asked] = process.argv.slice(2)
const isWhole = command === 'run' && asked.every((word) => word.startsWith('-'))

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    reporters: ['default', './test/support/plain-summary.ts'],
    // Files run side by side, each on a database of its own.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 20_000,
    coverage: {
      enabled: isWhole,
      provider: 'v8',
      include: ['src/**/*.ts', 'sandbox/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90 },
    },
  },
})
