import type { Reporter, TestModule } from 'vitest/node'

/** Prints `<n> passed, <m> failed` alone on the last line: a sum that any build server can read. */
export default class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const results = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))
    const passed = results.filter((state) => state === 'passed').length
    // A file that does not load has no tests, and an error outside a test belongs to none: both are failures all the same.
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandled.length
    const failed = results.filter((state) => state === 'failed').length + broken
    process.once('exit', () => process.stdout.write(`\n${passed} passed, ${failed} failed\n`))
  }
}
