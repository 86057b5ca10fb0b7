import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../../src/plumbing/config/config.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'
import { createApp } from '../../src/web/app.ts'
import type { DeathPoint } from './death-points.ts'

/** What a parent sends to this process; it answers with its address. */
export type Doom = { config: Omit<Config, 'masterKeys'> & { masterKeys: string[] }; at: DeathPoint | 'never' }

/** A web process as in production, except that it kills itself at the point that its parent names, if any. */
process.once('message', (doom: Doom) => {
  void run(doom)
})
process.once('disconnect', () => process.exit(1))

async function run({ config, at }: Doom): Promise<void> {
  const masterKeys = config.masterKeys.map((key) => Buffer.from(key, 'base64'))
  const services = await openServices(
    { ...config, masterKeys },
    { log: openLog('silent'), processName: `web ${process.pid}` },
  )
  const server = createServer(createApp(doomed(services, at)).callback())
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
}

function doomed(services: Services, at: Doom['at']): Services {
  const { gate, ledger } = services
  return {
    ...services,
    gate: { ...gate, admit: mortal(gate.admit, at, { before: 'before the gate', after: 'between gate and ledger' }) },
    ledger: {
      ...ledger,
      settleSent: mortal(ledger.settleSent, at, {
        before: 'after the answer, before it is written down',
        after: 'after it is written down, before the member is answered',
      }),
    },
    pay(account) {
      const client = services.pay(account)
      return {
        ...client,
        call: mortal(client.call, at, {
          before: 'between ledger and signing',
          after: 'after WeChat has sent, before the answer is read',
        }) as typeof client.call,
      }
    },
  }
}

function mortal<A extends unknown[], R>(
  act: (...args: A) => Promise<R>,
  at: Doom['at'],
  points: { before?: DeathPoint; after?: DeathPoint },
): (...args: A) => Promise<R> {
  return async (...args) => {
    if (at === points.before) process.kill(process.pid, 'SIGKILL')
    const result = await act(...args)
    if (at === points.after) process.kill(process.pid, 'SIGKILL')
    return result
  }
}
