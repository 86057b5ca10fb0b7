import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'

/**
 * Licences under which anyone may use, change and pass on the code as long as its notice stays with it; MIT-0 (nodemailer)
 * does not even ask for that.
 */
const allowed = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '0BSD',
  'Unlicense',
]

/** Packages whose package.json does not name the licence as SPDX does: the licence, and where it is written. */
const byHand: Record<string, { licence: string; writtenIn: string }> = {
  'htmx.org': { licence: '0BSD', writtenIn: 'its file LICENSE: "Zero-Clause BSD"' },
  'pause-stream': { licence: 'MIT OR Apache-2.0', writtenIn: 'its file LICENSE: "Dual Licensed MIT and Apache 2"' },
}

export type Licensed = { name: string; version: string; licence: string | undefined }
type Manifest = { version?: string; license?: unknown; dev?: boolean; link?: boolean }

/**
 * Every package that a production install of `folder` may contain, by package-lock.json, with the licence that its own
 * package.json states. A package for another platform is not installed here; then the licence is from the lock file.
 */
export function productionPackages(folder: string): Licensed[] {
  const { packages } = readJson(join(folder, 'package-lock.json')) as { packages: Record<string, Manifest> }
  const installed = Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.dev && !entry.link)
  return installed.map(([path, entry]) => {
    const file = join(folder, path, 'package.json')
    const manifest = existsSync(file) ? (readJson(file) as Manifest) : entry
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    return { name, version: entry.version ?? '', licence: byHand[name]?.licence ?? textOf(manifest.license) }
  })
}

/** One sentence for each package that is not under an allowed licence. */
export function licenceFaults(packages: Licensed[]): string[] {
  return packages
    .filter(({ licence }) => licence === undefined || !isAllowed(licence))
    .map(({ name, version, licence }) => `${name} ${version}: ${licence ?? 'states no licence'}`)
}

/** SPDX: of `A OR B` one is enough, of `A AND B` both are needed. */
function isAllowed(licence: string): boolean {
  const words = licence.replaceAll(/[()]/g, '')
  return words.split(' OR ').some((choice) => choice.split(' AND ').every((name) => allowed.includes(name.trim())))
}

function textOf(license: unknown): string | undefined {
  return typeof license === 'string' && license !== '' ? license : undefined
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** One line for each licence with all its packages. */
function print(packages: Licensed[]): void {
  const licences = new Set(packages.map(({ licence }) => licence))
  for (const each of [...licences].toSorted()) {
    const names = packages.filter(({ licence }) => licence === each).map(({ name, version }) => `${name} ${version}`)
    stdout.write(`${each ?? 'no licence stated'}: ${[...new Set(names)].toSorted().join(', ')}\n\n`)
  }
  for (const [name, { licence, writtenIn }] of Object.entries(byHand)) {
    stdout.write(`${name} is taken for ${licence} by ${writtenIn}\n`)
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const packages = productionPackages(fileURLToPath(new URL('..', import.meta.url)))
  print(packages)
  const faults = licenceFaults(packages)
  for (const fault of faults) stderr.write(`not on the list of allowed licences: ${fault}\n`)
  exit(faults.length > 0 ? 1 : 0)
}
