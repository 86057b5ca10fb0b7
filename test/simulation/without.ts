import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { copyTree } from '../mutants/copy.ts'
import { cures } from './cures.ts'

/**
 * Takes a cure out of a copy of the tree and runs the simulation there until a seed fails. Returns the exit code: 0 when
 * one did, 1 when none of the seeds did, 2 when there is no such cure.
 */
export async function runWithout(name: string, seeds: string): Promise<number> {
  const cure = cures.find((one) => one.name === name)
  if (!cure) {
    console.error(`no such cure: ${name}; there are ${cures.map((one) => one.name).join(', ')}`)
    return 2
  }
  console.log(`${name}: ${cure.harm}`)
  const copy = copyTree(fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''))
  process.once('exit', () => copy.remove())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const mix = cure.mix === undefined ? [] : ['--mix', cure.mix]
  const options = ['--seeds', seeds, '--until-failure', '--whole', ...mix]
  return copy.withEdits(cure.edits, async () => {
    const command = ['--import', 'tsx', 'test/simulation/simulate.ts', ...options]
    const child = spawn(process.execPath, command, { cwd: copy.root, stdio: ['ignore', 'pipe', 'inherit'] })
    process.once('exit', () => child.kill())
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      process.stdout.write(chunk)
    })
    await new Promise((resolve) => child.once('close', resolve))
    // Only a seed that was judged counts, not a simulation that broke down.
    const isFound = /^seed \d+ fails/m.test(said) && !/^ {2}(?:-> )?stuck: /m.test(said)
    console.log(isFound ? `${name} is found` : `${name} is not found in seeds ${seeds}`)
    return isFound ? 0 : 1
  })
}
