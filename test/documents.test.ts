import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../src/plumbing/config/config.ts'
import { Unusable } from '../src/plumbing/unusable.ts'
import { outcomes } from '../src/ledger/outcomes/outcomes.ts'
import { goodsTagSets } from '../src/stocks/goods-tags.ts'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const readme = read('README.md')
const readmeForMerchants = read('README.zh-CN.md')
const configuration = read('docs/operator/configuration.md')
const halts = read('docs/operator/halts.md')
const metricsAndLog = read('docs/operator/metrics-and-log.md')
const libraries = read('docs/developer/libraries.md')
const example = read('.env.example')

/** Every name that the configuration reads. */
const names = [
  ...new Set(
    read('src/plumbing/config/environment.ts')
      .match(/^ {2}[A-Z_]+(?=: )/gm)
      ?.map((name) => name.trim()),
  ),
]

/** `NAME=value` lines of the example, in the production block or above it. */
function settings(lines: RegExp): Record<string, string> {
  return Object.fromEntries([...example.matchAll(lines)].map(([, name, value]) => [name, value]))
}

test('every setting is explained, and is in the example', () => {
  expect(names.length).toBeGreaterThan(15)
  for (const name of names) {
    expect(configuration).toContain(`\`${name}\``)
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
  expect(config.sandbox).toEqual({ on: true, port: 3001, pagesUrl: 'http://127.0.0.1:3001' })
})

test("the example's production block lacks nothing but its keys", () => {
  const block = settings(/^# ([A-Z_]+)=(.*)$/gm)
  expect(() => readConfig(block)).toThrow(Unusable)
  expect(readConfig({ ...block, MASTER_KEY: random, COOKIE_KEYS: random, METRICS_TOKEN: random }).production).toBe(true)
})

/** 32 bytes in base64, unlike each other. */
const random = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64')

test('every library is listed with its reason', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) expect(libraries).toContain(`\`${name}\``)
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

test('operators read of every halt what to do, and of every metric what it means', () => {
  for (const { name } of outcomes.filter((row) => row.verdict === 'halt')) expect(halts).toContain(`\`${name}\``)
  for (const metric of read('src/plumbing/telemetry/metrics.ts').match(/paycoupon_\w+/g) ?? [])
    expect(metricsAndLog).toContain(metric)
})

test('operators read of every warning when it begins and what to do', () => {
  const kinds = [...read('src/alerts/warning-words.ts').matchAll(/^ {2}(\w+): \{$/gm)].map(([, kind]) => kind)
  expect(kinds.length).toBeGreaterThan(9)
  for (const kind of kinds) expect(read('docs/operator/runbook.md')).toContain(`| \`${kind}\` `)
})

test('the README is short, and names the two commands', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(210)
  expect(readme).toContain('npm ci && npm start')
  expect(readme).toContain('npm ci && npm test')
})

const inDocs = readdirSync(new URL('../docs', import.meta.url), { recursive: true, encoding: 'utf8' })
const pages = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
  inDocs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
)

test.each(pages)('every link of %s leads to a file, and to a heading of it', (page) => {
  const prose = withoutCode(read(page))
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(([, link, source]) => link ?? source ?? '')
  for (const link of links.filter((address) => !/^[a-z]+:/.test(address))) {
    const [path = '', anchor] = decodeURI(link).split('#')
    const file = path === '' ? page : join(dirname(page), path)
    expect(existsSync(new URL(`../${file}`, import.meta.url)), `${page} links to ${link}`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(read(file)), `${page} links to ${link}`).toContain(anchor)
  }
})

test('every page is linked from the README', () => {
  const ofOurs = pages.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/wechat'))
  for (const page of ofOurs) expect(readme, page).toContain(`](${page})`)
})

test('the index of what tests stand on names every file there, and no other', () => {
  const index = read('test/support/README.md')
    .match(/^\| `[\w-]+\.ts`/gm)!
    .map((cell) => cell.slice(3, -1))
  const files = readdirSync(new URL('support', import.meta.url)).filter((name) => name.endsWith('.ts'))
  expect(index.toSorted()).toEqual(files.toSorted())
})

/** The anchors that a browser finds on GitHub: headings in small letters, without punctuation. */
function anchorsOf(text: string): string[] {
  const headings = withoutFences(text).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, '')
}

function withoutFences(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '')
}

test('each citation of a fact about WeChat names a page and a heading of docs/wechat, and each heading is cited', () => {
  const cited = new Set<string>()
  for (const folder of ['src', 'sandbox', 'test', 'migrations']) {
    const files = readdirSync(new URL(`../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      for (const citation of citationsIn(read(`${folder}/${file}`))) cited.add(citation)
    }
  }
  const headings = readdirSync(new URL('../docs/wechat', import.meta.url)).flatMap((page) =>
    [...read(`docs/wechat/${page}`).matchAll(/^#+ (\d\S*) /gm)].map(([, number]) => `docs/wechat/${page} ${number}`),
  )
  expect([...cited].toSorted()).toEqual(headings.toSorted())
})

test('a citation is found as it is written, so that one without its whole path is no heading', () => {
  const wrapped = 'docs/wechat/pay-v3.md 3.3, 3.4'.replace(' ', '\n * ')
  const comment = `/**\n * One thing (${wrapped}), another (docs/wechat/payment-triggers.md 2).\n */`
  const found = ['docs/wechat/pay-v3.md 3.3', 'docs/wechat/pay-v3.md 3.4', 'docs/wechat/payment-triggers.md 2']
  for (const left of ['', 'docs/', 'docs/wechat/']) {
    const without = (text: string) => text.replaceAll(left, '')
    expect(citationsIn(without(comment))).toEqual(found.map(without))
  }
  const unknown = ['pay-v9', 'pay-v3'].map((page) => `docs/wechat/${page}.md`)
  expect(citationsIn(unknown.join(' and '))).toEqual(unknown)
})

/** `docs/wechat/pay-v3.md 3.3, 3.4`, as comments and outcome rows have it, is two; a page without a number is one. */
function citationsIn(code: string): string[] {
  const text = code.replace(/\n\s*(\*|\/\/) /g, ' ')
  return [...text.matchAll(citation)].flatMap(([, page, numbers]) =>
    numbers === undefined ? [`${page}`] : numbers.split(', ').map((number) => `${page} ${number}`),
  )
}

const citation =
  /((?:[\w-]+\/)*(?:wechat(?:\/[\w-]+)?|pay-v3|official-account|payment-triggers)\.md)(?: (\d+(?:\.\d+)?(?:, \d+(?:\.\d+)?)*))?/g
