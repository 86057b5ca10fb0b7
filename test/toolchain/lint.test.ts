import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** A linter is trusted only after it has failed: each of these files breaks one rule of the house. */
const planted = {
  'src/claims/unawaited.ts': [
    'no-floating-promises',
    `import type { Kysely } from 'kysely'
     export async function forget(db: Kysely<{ t: { id: number } }>): Promise<void> { db.deleteFrom('t').execute() }`,
  ],
  'src/claims/builder.ts': [
    'await-thenable',
    `import type { Kysely } from 'kysely'
     export async function forget(db: Kysely<{ t: { id: number } }>): Promise<void> { await db.deleteFrom('t') }`,
  ],
  'src/claims/misused.ts': [
    'no-misused-promises',
    'export const wait = () => setTimeout(async () => { await work() }, 1)\nasync function work() {}',
  ],
  'src/claims/missing-case.ts': [
    'switch-exhaustiveness-check',
    `export function word(state: 'sent' | 'refused'): string { switch (state) { case 'sent': return 'yes' } return 'no' }`,
  ],
  'src/claims/any.ts': ['no-explicit-any', 'export const anything: any = 1'],
  'src/claims/time.ts': ['own-time', 'export const now = () => [new Date(), Date.now()]'],
  'src/claims/environment.ts': ['no-process-env', 'export const home = process.env.HOME'],
  'src/claims/long.ts': [
    'max-lines',
    'export const line = 1\n'.repeat(201).replaceAll(/line/g, () => `line${Math.random().toString(36).slice(2)}`),
  ],
  'src/claims/page.ts': ['rooms', `import { createApp } from '../web/app.ts'\nexport const app = createApp`],
  'src/claims/told.ts': ['rooms', `export { createApp } from '../web/app.ts'`],
  'src/web/begin.ts': ['rooms', `import { runCli } from '../cli/run.ts'\nexport const run = runCli`],
  'src/cards/fake.ts': ['rooms', `import { world } from '../../sandbox/world.ts'\nexport const fake = world`],
  'src/wechat/pay/ledger.ts': ['rooms', `import { x } from '../../ledger/ledger.ts'\nexport const y = x`],
  'src/attic/old.ts': ['rooms', 'export const old = 1'],
  'src/loose.ts': ['rooms', 'export const loose = 1'],
  'src/delivery/server.ts': ['no-restricted-imports', `import Koa from 'koa'\nexport const app = new Koa()`],
  'src/wechat/pay/rows.ts': [
    'no-restricted-imports',
    `import { openDatabase } from '../../plumbing/storage/database.ts'\nexport const open = openDatabase`,
  ],
  'sandbox/claims.ts': ['no-restricted-imports', `import { x } from '../src/ledger/ledger.ts'\nexport const y = x`],
  'src/cards/one.ts': ['no-cycle', `import { two } from './two.ts'\nexport const one = () => two`],
  'src/cards/two.ts': ['', `import { one } from './one.ts'\nexport const two = () => one`],
  'src/grants/one.ts': ['no-cycle', `import type { Two } from './two.ts'\nexport type One = Two`],
  'src/grants/two.ts': ['', `import type { One } from './one.ts'\nexport type Two = One | 2`],
  'test/claims/pause.ts': ['no-pauses', 'export const wait = () => new Promise((resolve) => setTimeout(resolve, 50))'],
  'test/claims/sleep.ts': [
    'no-pauses',
    `import { setTimeout } from 'node:timers/promises'\nexport const sleep = setTimeout`,
  ],
  'src/claims/clean.ts': ['', 'export const day = (at: Date) => new Date(at.getTime())'],
} as const satisfies Record<string, readonly [rule: string, text: string]>

test('the linter finds each planted fault, and nothing in a clean file', async () => {
  const project = mkdtempSync(join(tmpdir(), 'paycoupon-lint-'))
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'lint'])
    cpSync(name, join(project, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'))
  for (const [file, [, text]] of Object.entries(planted)) {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    writeFileSync(join(project, file), text)
  }
  const found = await lint(project)
  rmSync(project, { recursive: true })

  const wanted = Object.entries(planted).filter(([, [rule]]) => rule !== '')
  for (const [file, [rule]] of wanted) expect(found.get(file), file).toContain(rule)
  expect(found.get('src/claims/clean.ts')).toBeUndefined()
})

/** The rules broken in each file. */
async function lint(project: string): Promise<Map<string, string>> {
  const oxlint = resolve('node_modules/.bin/oxlint')
  const output = await new Promise<string>((done) =>
    execFile(oxlint, ['--type-aware', '--format=unix', 'src', 'sandbox', 'test'], { cwd: project }, (_, stdout) =>
      done(stdout),
    ),
  )
  const found = new Map<string, string>()
  for (const line of output.split('\n')) {
    const [, file = '', rule = ''] = /^([^:]+):\d+:\d+: .*\[(.*)\]$/.exec(line) ?? []
    if (file) found.set(file, `${found.get(file) ?? ''} ${rule}`)
  }
  return found
}
