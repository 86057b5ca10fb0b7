import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type Child = { process: ChildProcess; port: number; startMs: number; stop(): Promise<void> }

/** The same flags as `npm start`. */
export const nodeFlags = ['--heap-growing-percent=40', '--max-semi-space-size=16', '--import', 'tsx']

const startTimeoutMs = 30_000

/** Starts a program of ours in a process of its own and waits until it prints the address on which it listens. */
export async function startChild(program: string, env: Record<string, string>): Promise<Child> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const begun = performance.now()
  const child = spawn(process.execPath, [...nodeFlags, file], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${program} did not start`)), startTimeoutMs)
    let printed = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const found = /http:\/\/[^\s:]+:(\d+)/.exec(printed)?.[1]
      if (!found) return
      clearTimeout(timer)
      resolve(Number(found))
    })
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${printed}`)))
  })
  const startMs = performance.now() - begun
  const stop = async () => {
    child.removeAllListeners('exit')
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  return { process: child, port, startMs, stop }
}
