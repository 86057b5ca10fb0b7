import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const installTimeoutMs = 600_000

/** The folder of PostgreSQL's server programs, newest first; installs the package where it is missing. */
export function findPostgres(): string {
  return findOrInstall('postgresql', () => {
    const debian = '/usr/lib/postgresql'
    const versions = existsSync(debian) ? readdirSync(debian).map(Number).filter(Boolean) : []
    const folders = versions.sort((a, b) => b - a).map((version) => join(debian, String(version), 'bin'))
    return [...folders, ...pathFolders()].find(
      (folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')),
    )
  })
}

/** The redis-server program; installs the package where it is missing. */
export function findRedis(): string {
  return findOrInstall('redis-server', () => findProgram(['redis-server']))
}

/**
 * What `find` finds, after installing Debian's `packageName` when it found nothing at first and we may install (root, or sudo
 * without a password). Throws a sentence with the command to run otherwise.
 */
export function findOrInstall(packageName: string, find: () => string | undefined, install = aptInstall): string {
  const found = find() ?? (install(packageName) ? find() : undefined)
  if (found) return found
  throw new Error(
    `the tests need ${packageName}, which is not installed here: run  sudo apt-get install -y ${packageName}`,
  )
}

/** The first of the names that is a program on PATH. */
export function findProgram(names: string[]): string | undefined {
  return pathFolders()
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram)
}

function aptInstall(packageName: string): boolean {
  if (!findProgram(['apt-get'])) return false
  const asRoot = process.getuid?.() === 0
  if (!asRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) return false
  console.log(`paycoupon tests: installing ${packageName} with apt-get`)
  const command = ['/bin/sh', '-c', aptScript, 'install', packageName]
  const [program, ...rest] = asRoot ? command : ['sudo', '-n', ...command]
  try {
    execFileSync(program!, rest, { stdio: ['ignore', 'ignore', 'inherit'], timeout: installTimeoutMs })
    return true
  } catch {
    return false
  }
}

/** The policy file keeps Debian from starting the package's own server: we start a private one and leave nothing running. */
const aptScript = `
set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod +x $policy
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$1"
`

function pathFolders(): string[] {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter(Boolean)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
