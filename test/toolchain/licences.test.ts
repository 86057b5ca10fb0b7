import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { licenceFaults, productionPackages } from '../../scripts/licences.ts'

test('every package of a production install is under an allowed licence', () => {
  const packages = productionPackages(resolve('.'))
  expect(packages.length).toBeGreaterThan(50)
  expect(packages.map(({ name }) => name)).toContain('koa')
  expect(packages.map(({ name }) => name)).not.toContain('vitest')
  expect(licenceFaults(packages)).toEqual([])
})

test.each([
  ['MIT', []],
  ['(MIT OR GPL-3.0-only)', []],
  ['MIT AND BSD-3-Clause', []],
  ['GPL-3.0-only', ['thing 1.0.0: GPL-3.0-only']],
  ['MIT AND GPL-3.0-only', ['thing 1.0.0: MIT AND GPL-3.0-only']],
  ['SEE LICENSE IN LICENSE.txt', ['thing 1.0.0: SEE LICENSE IN LICENSE.txt']],
  [undefined, ['thing 1.0.0: states no licence']],
])('a package under %s', (licence, faults) => {
  expect(licenceFaults([{ name: 'thing', version: '1.0.0', licence }])).toEqual(faults)
})

test("the licence is what the package itself states, and the lock's where it is not installed", () => {
  const folder = mkdtempSync(join(tmpdir(), 'paycoupon-licences-'))
  const write = (file: string, content: object) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), JSON.stringify(content))
  }
  write('package-lock.json', {
    packages: {
      '': { version: '0.1.0', license: 'UNLICENSED' },
      'node_modules/changed': { version: '2.0.0', license: 'MIT' },
      'node_modules/silent': { version: '1.0.0' },
      'node_modules/a/node_modules/@scope/other-platform': { version: '3.0.0', license: 'ISC', optional: true },
      'node_modules/for-tests': { version: '1.0.0', license: 'GPL-3.0-only', dev: true },
      'node_modules/pause-stream': { version: '0.0.11' },
    },
  })
  write('node_modules/changed/package.json', { license: 'GPL-3.0-only' })
  write('node_modules/silent/package.json', { licenses: [{ type: 'MIT' }] })
  write('node_modules/pause-stream/package.json', { license: ['MIT', 'Apache2'] })

  const packages = productionPackages(folder)
  rmSync(folder, { recursive: true })
  expect(packages).toEqual([
    { name: 'changed', version: '2.0.0', licence: 'GPL-3.0-only' },
    { name: 'silent', version: '1.0.0', licence: undefined },
    { name: '@scope/other-platform', version: '3.0.0', licence: 'ISC' },
    { name: 'pause-stream', version: '0.0.11', licence: 'MIT OR Apache-2.0' },
  ])
})
