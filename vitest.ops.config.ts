import { defineConfig } from 'vitest/config'

const common = {
  setupFiles: ['test/support/keys-at-hand.ts'],
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  teardownTimeout: 20_000,
  maxWorkers: 2,
}

/** `npm run test:ops`: what needs more than PostgreSQL, Redis and a browser, and the member's way through a real proxy. */
export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    reporters: ['default', './test/support/plain-summary.ts'],
    projects: [
      { test: { ...common, name: 'ops', include: ['test/ops/**/*.test.ts'], sequence: { groupOrder: 1 } } },
      {
        test: {
          ...common,
          name: 'behind nginx',
          include: [
            'test/browser/main-way.test.ts',
            'test/web/member/pages/*.test.ts',
            'test/web/member/login/sandbox-login.test.ts',
            'test/web/notify/*.test.ts',
            'test/web/api/*.test.ts',
          ],
          env: { TEST_PROXY: 'nginx' },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
