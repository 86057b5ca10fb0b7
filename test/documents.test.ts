import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig } from '../src/plumbing/config/config.ts'
import { Unusable } from '../src/plumbing/unusable.ts'
import { outcomes } from '../src/ledger/outcomes/outcomes.ts'
import { goodsTagSets } from '../src/stocks/goods-tags.ts'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const readme = read('README.md')
const readmeForMerchants = read('README.zh-CN.md')
const runbook = read('docs/runbook.md')
const example = read('.env.example')

/** Every name that the configuration reads. */
const names = [
  ...new Set(
    read('src/plumbing/config/config.ts')
      .match(/^ {2}[A-Z_]+(?=: )/gm)
      ?.map((name) => name.trim()),
  ),
]

/** `NAME=value` lines of the example, in the production block or above it. */
function settings(lines: RegExp): Record<string, string> {
  return Object.fromEntries([...example.matchAll(lines)].map(([, name, value]) => [name, value]))
}

test('every setting stands in the table of the README and in the example', () => {
  expect(names.length).toBeGreaterThan(15)
  for (const name of names) {
    expect(readme).toContain(`\`${name}\``)
    expect(example).toMatch(new RegExp(`^(# )?${name}=`, 'm'))
  }
})

test('the example is the development set-up as it stands', () => {
  const config = readConfig({
    ...settings(/^([A-Z_]+)=(.*)$/gm),
    DATA_DIR: '/tmp',
    MASTER_KEY: random,
    COOKIE_KEYS: random,
  })
  expect(config).toMatchObject({ production: false, role: 'all', databaseUrl: undefined, redisUrls: [] })
  expect(config.sandbox).toEqual({ on: true, port: 3001 })
})

test("the example's production block lacks nothing but its keys", () => {
  const block = settings(/^# ([A-Z_]+)=(.*)$/gm)
  expect(() => readConfig(block)).toThrow(Unusable)
  expect(readConfig({ ...block, MASTER_KEY: random, COOKIE_KEYS: random, METRICS_TOKEN: random }).production).toBe(true)
})

/** 32 bytes in base64, unlike each other. */
const random = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64')

test('every library stands in the README with its reason', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) expect(readme).toContain(`\`${name}\``)
})

test('the map is the list of rooms, and both are what stands in the source', () => {
  const rooms = JSON.parse(read('lint/rooms.json')) as [name: string, sentence: string][]
  const [, map = ''] = /```\nsrc\/.*\n([\s\S]*?)```/.exec(readme) ?? []
  const [, inSource = ''] = /^([\s\S]*?)\nsandbox\//.exec(map) ?? []
  const lines = [...inSource.matchAll(/^ {2}(\S+?)\/? +(.*)$/gm)].map(([, name, sentence]) => [name, sentence])
  expect(lines).toEqual(rooms.map(([name, sentence]) => [name, sentence]))
  const standing = readdirSync(new URL('../src', import.meta.url))
  expect(rooms.map(([name]) => name).toSorted()).toEqual(standing.toSorted())
})

test('every folder of the source stands in the map, and every file that the map names is there', () => {
  const [, map = ''] = /```\nsrc\/([\s\S]*?)```/.exec(readme) ?? []
  const source = ['src', 'sandbox'].flatMap((folder) =>
    readdirSync(new URL(`../${folder}`, import.meta.url), { withFileTypes: true, recursive: true }),
  )
  const folders = source.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  for (const folder of new Set(folders)) expect(map).toContain(`${folder}/`)
  const files = new Set(source.map((entry) => entry.name))
  for (const [file] of map.matchAll(/[\w-]+\.ts(?!\w)/g)) expect(files).toContain(file)
})

test("merchants read of each of WeChat's answers why and what to do, and of all six sets of tags", () => {
  for (const { name, operator } of outcomes.filter((row) => row.name !== 'sent')) {
    expect(readmeForMerchants).toContain(`\`${name}\``)
    expect(readmeForMerchants).toContain(operator.cause)
    expect(readmeForMerchants).toContain(operator.cure)
  }
  for (const { tags } of goodsTagSets) {
    const rows = readmeForMerchants.split('\n').map((line) => new Set(line.match(/`[A-Z_]+`/g)))
    expect(rows).toContainEqual(new Set(tags.map((tag) => `\`${tag}\``)))
  }
})

test('the runbook says of every halt what to do, and of every metric what it means', () => {
  for (const { name } of outcomes.filter((row) => row.verdict === 'halt')) expect(runbook).toContain(`\`${name}\``)
  for (const metric of read('src/plumbing/telemetry/metrics.ts').match(/paycoupon_\w+/g) ?? [])
    expect(runbook).toContain(metric)
})

test('what the code cites about WeChat stands in docs/wechat.md, and nothing else', () => {
  const cited = new Set<string>()
  for (const folder of ['src', 'sandbox', 'test', 'migrations']) {
    const files = readdirSync(new URL(`../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const text = read(`${folder}/${file}`).replace(/\n\s*(\*|\/\/) /g, ' ')
      for (const [, name, numbers = ''] of text.matchAll(citation)) {
        for (const number of numbers.split(', ')) cited.add(`${name} ${number}`)
      }
    }
  }
  const known = new Set([...read('docs/wechat.md').matchAll(/^\| `wechat\/(\S+ [\w.]+)/gm)].map(([, row]) => row))
  expect([...known].toSorted()).toEqual([...cited].toSorted())
})

/** `wechat/pay-v3.md 3.3, 3.4`, as comments and outcome rows have it. */
const citation = /((?:pay-v3|official-account|payment-triggers)\.md) ((?:intro|\d+(?:\.\d+)?)(?:, \d+(?:\.\d+)?)*)/g
