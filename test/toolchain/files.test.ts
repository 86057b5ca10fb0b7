import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/** A file holds one thing: half of them fit on a screen. */
const medianAtMost = 45
const linesAtMost = 200

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join('src', file), 'utf8') }))

describe('the files of src', () => {
  it(`are small: half of them have no more than ${medianAtMost} lines, none more than ${linesAtMost}`, () => {
    const counts = sources.map(({ file, text }) => ({ file, lines: text.trimEnd().split('\n').length }))
    expect(counts.filter(({ lines }) => lines > linesAtMost)).toEqual([])
    const sorted = counts.map(({ lines }) => lines).toSorted((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(medianAtMost)
  })

  // Circles of single files are the linter's (import/no-cycle), which is tried in lint.test.ts.
  it.each([1, 2])('stand in folders that do not import each other, taken %i deep', (depth) => {
    expect(mutual(sources, depth)).toEqual([])
  })
})

it('two folders that import each other are found, also when one is within the other', () => {
  const planted = [
    { file: 'a/one/x.ts', text: `import type { y } from '../two/y.ts'` },
    { file: 'a/two/y.ts', text: `export { z } from '../z.ts'` },
    { file: 'a/z.ts', text: `import {\n  x,\n} from './one/x.ts'\nconst y = await import('./two/y.ts')` },
    { file: 'b/w.ts', text: `import './../a/z.ts'` },
  ]
  expect(mutual(planted, 1)).toEqual([])
  expect(mutual(planted, 2)).toEqual(['a and a/two'])
})

type Source = { file: string; text: string }

/** The pairs of folders, cut to `depth`, of which each has a file that imports one of the other's. */
function mutual(files: Source[], depth: number): string[] {
  const known = new Set(files.flatMap(({ file, text }) => stepsFrom(file, text, depth)))
  return [...known]
    .map((step) => step.split(' imports ') as [string, string])
    .filter(([from, to]) => from < to && known.has(`${to} imports ${from}`))
    .map(([from, to]) => `${from} and ${to}`)
}

function stepsFrom(file: string, text: string, depth: number): string[] {
  const from = folderOf(file, depth)
  const imports = [...text.matchAll(/(?:from|import|import\() ?'(\.[^']+)'/g)].map(([, path]) => path!)
  return imports
    .map((path) => relative('.', join(dirname(file), path)))
    .filter((target) => !target.startsWith('..'))
    .map((target) => folderOf(target, depth))
    .filter((to) => to !== from)
    .map((to) => `${from} imports ${to}`)
}

/** Loose files of `src` are rooms of their own, ordered by the linter. */
function folderOf(file: string, depth: number): string {
  const folders = dirname(file).split('/').slice(0, depth)
  return folders[0] === '.' ? file : folders.join('/')
}
