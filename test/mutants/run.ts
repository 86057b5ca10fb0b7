import { fileURLToPath } from 'node:url'
import { startPostgres, startRedis } from '../support/servers.ts'
import { copyTree } from './copy.ts'
import { type Edit, type Mutant, Stale } from './mutant.ts'
import { mutants } from './mutants.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/**
 * `npm run mutants [-- NAME…]`: plants each bug in a copy of the tree, runs the tests that must catch it, and says which
 * one did. Exit code 1 when one survives or says nothing any more.
 */

const atOnce = 2
/** Far more than the tests of one mutant take. */
const limitMs = 240_000
const names = process.argv.slice(2)
const unknown = names.filter((name) => !mutants.some((mutant) => mutant.name === name))
if (unknown.length > 0) {
  process.stderr.write(`no such mutant: ${unknown.join(', ')}\n`)
  process.exit(2)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const chosen = names.length > 0 ? mutants.filter(({ name }) => names.includes(name)) : [...mutants]
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const copies = Array.from({ length: atOnce }, () => copyTree(root))
process.on('exit', () => copies.forEach((copy) => copy.remove()))
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
const env = { TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url }

const begun = performance.now()
const seconds = (since: number) => `${Math.round((performance.now() - since) / 1_000)} s`
const say = (...columns: string[]) => process.stdout.write(`${columns.join('  ')}\n`)
let bad = 0
const complain = (...columns: string[]) => {
  bad += 1
  say(...columns)
}

/** One mutant, and what is said of it. */
async function judge({ withEdits, root: copy }: (typeof copies)[number], mutant: Mutant): Promise<void> {
  const { name, tests, guardedBy } = mutant
  const since = performance.now()
  const run = (...edits: Edit[]) => withEdits(edits, () => verdictOf(copy, tests, { workers: 1, env, limitMs }))
  let verdict = await run(mutant)
  let by = 'caught  '
  if (guardedBy) {
    const { guard } = guardedBy
    if (verdict.kind !== 'passed') {
      complain('UNGUARDED', name, seconds(since), `${guard} does not make it harmless: ${inWords(verdict)}`)
      return
    }
    const unguarded = await run(guardedBy)
    if (unguarded.kind !== 'passed') {
      complain('NO PROOF', name, seconds(since), `without ${guard} alone they fail already: ${inWords(unguarded)}`)
      return
    }
    verdict = await run(mutant, guardedBy)
    by = `guarded by ${guard}; without it caught`
  }
  if (verdict.kind === 'failed') say(by, name, seconds(since), inWords(verdict))
  else if (verdict.kind === 'passed') complain('SURVIVED', name, seconds(since), tests.join(' '))
  else complain('NO VERDICT', name, seconds(since), inWords(verdict))
}

function inWords(verdict: Exclude<Verdict, { kind: 'passed' }>): string {
  return verdict.kind === 'failed' ? `${verdict.file}: ${verdict.test}` : verdict.why
}

async function judgeOrStale(copy: (typeof copies)[number], mutant: Mutant): Promise<void> {
  await judge(copy, mutant).catch((error: unknown) => {
    if (!(error instanceof Stale)) throw error
    complain('STALE   ', mutant.name, error.message)
  })
}

const files = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
const sound = await verdictOf(copies[0]!.root, files, { workers: atOnce, env, limitMs: 5 * limitMs })
if (sound.kind === 'passed') {
  say('sound   ', `${sound.tests} tests in ${files.length} files pass without a bug`, seconds(begun))
  const waiting = [...chosen]
  const work = async (copy: (typeof copies)[number]) => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) await judgeOrStale(copy, mutant)
  }
  await Promise.all(copies.map(work))
  say(`${chosen.length - bad} of ${chosen.length} planted bugs are caught or guarded, ${seconds(begun)} in all`)
} else {
  complain('UNSOUND', inWords(sound))
}
await Promise.all([postgres.stop(), redis.stop()])
process.exit(bad > 0 ? 1 : 0)
