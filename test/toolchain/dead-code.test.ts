import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** A small program with each kind of user that an export may have. */
const files = {
  'src/main.ts': `import { used } from './claims/claim.ts'\nused()\nawait import('../sandbox/demo.ts')`,
  'src/cli.ts': `import './claims/claim.ts'`,
  'src/claims/claim.ts': `export const used = () => 1
    export const usedByTest = () => used()
    export const usedByBench = () => 2
    /** @internal A test needs it, and says why here. */
    export const usedByTestWithReason = () => 3
    export const usedBySandbox = () => 4`,
  'src/claims/left.ts': 'export const left = 1',
  'sandbox/demo.ts': `import { usedBySandbox } from '../src/claims/claim.ts'\nusedBySandbox()`,
  'migrations/0001.ts': 'export async function up(): Promise<void> {}',
  'bench/run.ts': `import { usedByBench } from '../src/claims/claim.ts'\nusedByBench()`,
  'test/claims/claim.test.ts': `import { usedByTest, usedByTestWithReason } from '../../src/claims/claim.ts'
    import { left } from '../../src/claims/left.ts'
    usedByTest() + usedByTestWithReason() + left`,
}

let project: string
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'paycoupon-dead-code-'))
  for (const name of ['knip.json', 'tsconfig.json', 'package.json']) cpSync(name, join(project, name))
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    writeFileSync(join(project, file), text)
  }
})
afterAll(() => rmSync(project, { recursive: true }))

test('what only tests and benches use is dead, unless it says why it is not; what the sandbox uses is not', async () => {
  expect(await found('--production')).toEqual(['src/claims/left.ts', 'usedByBench', 'usedByTest'])
})

test('the look at everything else counts tests as users', async () => {
  expect(await found()).toEqual([])
})

type Report = { issues: Record<'files' | 'exports', { name: string }[]>[] }

/** The files and exports that knip calls unused. */
async function found(...args: string[]): Promise<string[]> {
  const knip = resolve('node_modules/.bin/knip')
  const options = ['--reporter', 'json', '--include', 'files,exports', ...args]
  const output = await new Promise<string>((done) =>
    execFile(knip, options, { cwd: project }, (_, stdout) => done(stdout)),
  )
  const { issues } = JSON.parse(output) as Report
  return issues.flatMap((issue) => [...issue.files, ...issue.exports].map(({ name }) => name)).toSorted()
}
