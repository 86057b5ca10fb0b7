import { readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'

/** The rooms of `src` from top to bottom, and what each is for. */
export const rooms = JSON.parse(readFileSync(new URL('rooms.json', import.meta.url), 'utf8'))
const names = rooms.map(([name]) => name)

/**
 * Imports go downwards only: a room may import the rooms below it in the list, and outside `src` only what its own line
 * in the list allows. A folder or loose file that is not in the list is refused, so that every file belongs to a room.
 */
export const ownRooms = {
  create(context) {
    const { cwd, filename } = context
    const here = roomOf(cwd, filename)
    if (here === undefined) return {}
    if (!names.includes(here)) {
      return { Program: (node) => context.report({ node, message: `src/${here} is not in lint/rooms.json.` }) }
    }
    const check = (node, specifier) => {
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return
      const message = fault(cwd, here, resolve(dirname(filename), specifier))
      if (message) context.report({ node, message })
    }
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.value),
    }
  },
}

function fault(cwd, here, target) {
  const there = roomOf(cwd, target)
  if (there === here) return undefined
  if (there === undefined) {
    const outside = relative(cwd, target).split(sep)[0]
    const [, , ...allowed] = rooms.find(([name]) => name === here)
    return allowed.includes(outside) ? undefined : `${here} knows nothing of ${outside}/ outside src.`
  }
  if (!names.includes(there)) return `src/${there} is not in lint/rooms.json.`
  return names.indexOf(there) > names.indexOf(here) ? undefined : `${here} stands below ${there} and must not know it.`
}

/** The folder or loose file of `src` to which a path belongs; undefined outside `src`. */
function roomOf(cwd, path) {
  const [first, room] = relative(cwd, path).split(sep)
  return first === 'src' ? room : undefined
}
