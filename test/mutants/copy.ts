import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Edit, planted } from './mutant.ts'

/** What no test needs, and what may hold secrets. */
const leftOut = new Set(['node_modules', '.git', '.data', '.env', 'coverage', 'results'])

/** A copy of the whole tree in a temporary folder, to plant bugs in. */
export type Copy = {
  root: string
  /** Makes the edits, acts, and undoes them. Throws `Stale`. */
  withEdits<T>(edits: Edit[], act: () => Promise<T>): Promise<T>
  remove(): void
}

/** Copies the tree at `from`. Packages are links, each by itself, so that what tools keep beside them stays in the copy. */
export function copyTree(from: string): Copy {
  const root = mkdtempSync(join(tmpdir(), 'paycoupon-mutants-'))
  cpSync(from, root, { recursive: true, filter: (path) => path === from || !leftOut.has(basename(path)) })
  mkdirSync(join(root, 'node_modules'))
  for (const name of readdirSync(join(from, 'node_modules'))) {
    if (name !== '.vite') symlinkSync(join(from, 'node_modules', name), join(root, 'node_modules', name))
  }
  return {
    root,
    async withEdits(edits, act) {
      const before = edits.map(({ file }) => [file, readFileSync(join(root, file))] as const)
      try {
        for (const edit of edits) writeFileSync(join(root, edit.file), planted(root, edit))
        return await act()
      } finally {
        for (const [file, text] of before) writeFileSync(join(root, file), text)
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
