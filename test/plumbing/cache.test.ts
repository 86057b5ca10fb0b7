import { expect, test } from 'vitest'
import { kept, openCache } from '../../src/plumbing/cache.ts'

const second = 1_000
const brief = kept<string, number>({ most: 2, ageMs: second })
const lasting = kept<string, string | undefined>({ most: 2 })

function opened() {
  let now = 1_000_000
  const cache = openCache({ now: () => new Date(now) })
  let loads = 0
  const load = () => Promise.resolve((loads += 1))
  return { cache, load, step: (ms: number) => (now += ms) }
}

test('a crowd costs one load a second, and a change is seen after it', async () => {
  const { cache, load, step } = opened()
  const crowd = await Promise.all(Array.from({ length: 50 }, () => cache.read(brief, 'a', load)))
  expect(new Set(crowd)).toEqual(new Set([1]))
  step(999)
  expect(await cache.read(brief, 'a', load)).toBe(1)
  step(1)
  expect(await cache.read(brief, 'a', load)).toBe(2)
  cache.clear(brief)
  expect(await cache.read(brief, 'a', load)).toBe(3)
})

test('a clock that is set back an hour does not keep old data for an hour', async () => {
  const { cache, step } = opened()
  await cache.read(brief, 'a', () => Promise.resolve(1))
  step(-3_600_000)
  expect(cache.get(brief, 'a')).toBeUndefined()
  expect(await cache.read(brief, 'a', () => Promise.resolve(2))).toBe(2)
})

test('a load that failed is not kept', async () => {
  const { cache, load } = opened()
  await expect(cache.read(brief, 'a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  await new Promise(setImmediate)
  expect(await cache.read(brief, 'a', load)).toBe(1)
})

test('a load that fails late takes nothing away that was loaded meanwhile', async () => {
  const { cache, load, step } = opened()
  let fail: (error: Error) => void = () => {}
  const slow = cache.read(brief, 'a', () => new Promise((_, reject) => (fail = reject)))
  step(second)
  expect(await cache.read(brief, 'a', load)).toBe(1)
  fail(new Error('away'))
  await expect(slow).rejects.toThrow('away')
  expect(await cache.read(brief, 'a', load)).toBe(1)
})

test('a load is given what was known before, also when it has aged', async () => {
  const { cache, step } = opened()
  const next = (before: number | undefined) => Promise.resolve((before ?? 0) + 1)
  expect(await cache.read(brief, 'a', next)).toBe(1)
  step(second)
  expect(await cache.read(brief, 'a', next)).toBe(2)
})

test('nothing is there while it is loaded', async () => {
  const { cache, load } = opened()
  const loading = cache.read(brief, 'a', load)
  expect(cache.get(brief, 'a')).toBeUndefined()
  await loading
  expect(cache.get(brief, 'a')).toBe(1)
})

test('what is forgotten is loaded anew, and nothing else is', async () => {
  const { cache, load } = opened()
  await cache.read(brief, 'a', load)
  await cache.read(brief, 'b', load)
  cache.forget(brief, 'a')
  expect(await cache.read(brief, 'a', load)).toBe(3)
  expect(await cache.read(brief, 'b', load)).toBe(2)
})

test('the one that was not used for longest goes first, each part keeping its own', () => {
  const { cache } = opened()
  cache.set(brief, 'a', 1)
  cache.set(brief, 'b', 2)
  cache.get(brief, 'a')
  cache.set(brief, 'c', 3)
  cache.set(lasting, 'd', 'e')
  expect(['a', 'b', 'c'].map((key) => cache.get(brief, key))).toEqual([1, undefined, 3])
})

test('what is set ages; without an age it stays', () => {
  const { cache, step } = opened()
  cache.set(brief, 'a', 1)
  cache.set(lasting, 'a', 'b')
  step(second)
  expect(cache.get(brief, 'a')).toBeUndefined()
  expect(cache.get(lasting, 'a')).toBe('b')
})

test('what was made is made once, unless it is undefined', () => {
  const { cache } = opened()
  expect(cache.make(lasting, 'a', () => undefined)).toBeUndefined()
  expect(cache.make(lasting, 'a', () => 'made')).toBe('made')
  expect(cache.make(lasting, 'a', () => 'again')).toBe('made')
})

test('another version is made and loaded anew', async () => {
  const { cache, load } = opened()
  expect(cache.make(lasting, 'a', () => 'old', 1)).toBe('old')
  expect(cache.make(lasting, 'a', () => 'new', 2)).toBe('new')
  expect(await cache.read(brief, 'a', load, 1)).toBe(1)
  expect(await cache.read(brief, 'a', load, 1)).toBe(1)
  expect(await cache.read(brief, 'a', load, 2)).toBe(2)
})

test('two caches share nothing', () => {
  const [one, other] = [opened().cache, opened().cache]
  one.set(lasting, 'a', 'b')
  expect(other.get(lasting, 'a')).toBeUndefined()
})

test('names that do not exist do not push out those that do', async () => {
  const { cache, load } = opened()
  const unknown = kept<string, number | undefined>({ most: 2 })
  expect(await cache.read(unknown, 'known', load)).toBe(1)
  for (const name of ['x', 'y', 'z']) expect(await cache.read(unknown, name, async () => undefined)).toBeUndefined()
  expect(await cache.read(unknown, 'known', load)).toBe(1)
})

test('what is no longer kept is handed over to be closed, whatever the reason', () => {
  const { cache } = opened()
  const gone: string[] = []
  const closable = kept<string, string>({ most: 2, gone: (value) => void gone.push(value) })
  for (const name of ['a', 'b', 'c']) cache.make(closable, name, () => `of ${name}`)
  expect(gone).toEqual(['of a'])
  cache.make(closable, 'b', () => 'of b, newer', 'version 2')
  cache.forget(closable, 'c')
  expect(gone).toEqual(['of a', 'of b', 'of c'])
  cache.clear(closable)
  expect(gone).toEqual(['of a', 'of b', 'of c', 'of b, newer'])
})
