import type { Clock } from '../src/plumbing/clock.ts'
import { openControl, type SandboxControl } from './control.ts'
import { controlRoutes } from './control-routes.ts'
import { openListener, type Listener } from './listener.ts'
import { pageRoutes } from './pages/page-routes.ts'
import { openRouter } from './router.ts'
import { wechatRoutes } from './routes.ts'
import { openState, type StateOptions } from './state.ts'
import type { World } from './world.ts'

export type SandboxOptions = StateOptions & {
  /** 0: any free port. */
  port: number
  host?: string
  /** A second port that plays WeChat Pay's backup host, 0 for any free port; absent: the main port. */
  backupPort?: number
  /** For benchmarks: no limit on sending, and no list of calls. Everything is still checked and signed. */
  cheap?: boolean
  log?: { error(details: object, words: string): void }
}

export type Sandbox = {
  /** Plays open.weixin.qq.com, api.weixin.qq.com and api.mch.weixin.qq.com. */
  url: string
  backupUrl: string
  world: World
  /** The time there: a service that is to agree with it reads its own time from here. */
  clock: Clock
  control: SandboxControl
  close(): Promise<void>
}

/**
 * Starts a small WeChat on this machine: everything that paycoupon calls, with faults on request, and a phone to tap
 * on.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const cheap = options.cheap ? { sendsPerSecond: Infinity, keptCalls: 0 } : {}
  const state = openState({ ...options, ...cheap })
  const control = openControl(state)
  const find = openRouter([...wechatRoutes, ...controlRoutes(control), ...pageRoutes(control)])
  const listen = (port: number, host: 'main' | 'backup') =>
    openListener({ state, find, port, address: options.host ?? '127.0.0.1', host, log: options.log })
  const listeners: Listener[] = [await listen(options.port, 'main')]
  if (options.backupPort !== undefined) listeners.push(await listen(options.backupPort, 'backup'))
  state.settings.url = listeners[0]!.url
  return {
    url: listeners[0]!.url,
    backupUrl: listeners.at(-1)!.url,
    world: options.world,
    clock: state.clock,
    control,
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()))
    },
  }
}
