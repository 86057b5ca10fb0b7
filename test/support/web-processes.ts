import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Config } from '../../src/plumbing/config/config.ts'
import type { Doom } from './web-process.ts'

export type WebProcess = {
  process: ChildProcess
  url: string
  /** The signal that ended it. */
  died: Promise<NodeJS.Signals | null>
  stop(): Promise<void>
}

/** Starts web-process.ts in a process of its own, on this ledger, Redis and WeChat. */
export async function startWebProcess(config: Config, at: Doom['at'] = 'never'): Promise<WebProcess> {
  const child = fork(fileURLToPath(new URL('./web-process.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] })
  const died = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null)
  const masterKeys = config.masterKeys.map((key) => key.toString('base64'))
  child.send({ config: { ...config, masterKeys }, at } satisfies Doom)
  const [url] = (await once(child, 'message')) as [string]
  const stop = async () => {
    child.disconnect()
    await died
  }
  return { process: child, url, died, stop }
}
