import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** A handler reads what was asked, calls one thing and answers. A long one keeps a story that belongs below it. */
const medianAtMost = 8
const linesAtMost = 15

const table = 'src/web/routes.ts'

test('what stands in the route table is short: no step above 15 lines, half of the handlers within 8', () => {
  const { handlers, guards } = stepsOf(readFileSync(table, 'utf8'))
  expect([handlers.length > 15, guards.length > 4]).toEqual([true, true])
  const measured = handlers.map((name) => [name, bodyLines(sourceOf(name), name.split('.').at(-1)!)] as const)
  const long = [...measured, ...guards.map((name) => [name, bodyLines(sourceOf(name), importedAs(name).name)] as const)]
  expect(long.filter(([, lines]) => lines > linesAtMost)).toEqual([])
  const lines = measured.map(([, count]) => count).toSorted((a, b) => a - b)
  expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(medianAtMost)
})

test('the lines of a body are those between its braces, however it is declared', () => {
  const source = [
    'export async function show(',
    '  ctx: Context<{ a: string }>,',
    '): Promise<void> {',
    '  if (ctx) {',
    '    // why',
    '  }',
    '}',
    'export const guard: Guard<State, { a: string }> = async ({',
    '  state,',
    '}, next) => {',
    '  return next()',
    '}',
  ].join('\n')
  expect([bodyLines(source, 'show'), bodyLines(source, 'guard')]).toEqual([3, 1])
  expect(() => bodyLines(source, 'other')).toThrow('other')
})

/** The last name of each row answers; those before it are guards. */
function stepsOf(source: string): { handlers: string[]; guards: string[] } {
  const rows = [...source.matchAll(/^ {2}(?:get|getOrHead|post)\(paths\.\w+, (.*)\)$/gm)].map(([, names]) =>
    names!.split(', '),
  )
  const handlers = rows.map((names) => names.at(-1)!)
  const guards = rows.flatMap((names) => names.slice(0, -1))
  return { handlers: [...new Set(handlers)], guards: [...new Set(guards)] }
}

/** Where a name of the route table comes from: `claims.create` by its module, `member` by the name that it has there. */
function importedAs(name: string): { name: string; file: string } {
  const [local] = name.split('.')
  for (const [, names = '', file = ''] of readFileSync(table, 'utf8').matchAll(/^import (.*) from '(\..*)'$/gm)) {
    const found = new RegExp(`(?:(\\w+) as )?\\b${local}\\b`).exec(names.replace('* as ', ''))
    if (found) return { name: found[1] ?? local!, file: join(dirname(table), file) }
  }
  throw new Error(`${table} imports no ${name}`)
}

function sourceOf(name: string): string {
  return readFileSync(importedAs(name).file, 'utf8')
}

/** Prettier ends the head of every function with a brace and sets the brace that closes it alone at the margin. */
function bodyLines(source: string, name: string): number {
  const lines = source.split('\n')
  const start = lines.findIndex((line) => new RegExp(`^export (?:async )?(?:function|const) ${name}\\b`).test(line))
  if (start < 0) throw new Error(`no ${name} is exported`)
  const head = lines.findIndex((line, index) => index >= start && /(?:=>|\)|\w>?) \{$/.test(line) && !/^\s/.test(line))
  const end = lines.indexOf('}', head)
  return end - head - 1
}
