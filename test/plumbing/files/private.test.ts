import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { closeFolder, makePrivateFolder } from '../../../src/plumbing/files/private.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'paycoupon-private-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8)

test('a folder that everybody shares, as /tmp, stays open', () => {
  const shared = folder()
  chmodSync(shared, 0o1777)
  makePrivateFolder(shared)
  expect(modeOf(shared)).toBe('1777')
})

test('what a link leads to stays as it is', () => {
  const [inside, outside] = [folder(), folder()]
  mkdirSync(join(inside, 'base'), { mode: 0o755 })
  for (const file of [join(inside, 'base/1'), join(outside, 'other')]) {
    writeFileSync(file, '')
    chmodSync(file, 0o644)
  }
  symlinkSync(outside, join(inside, 'link'))
  chmodSync(outside, 0o755)
  closeFolder(inside)
  expect([inside, join(inside, 'base'), join(inside, 'base/1')].map(modeOf)).toEqual(['700', '700', '600'])
  expect([outside, join(outside, 'other')].map(modeOf)).toEqual(['755', '644'])
})
