import { firstOwnerAddress } from './operators/first-owner.ts'
import { type Config, readConfig } from './plumbing/config/config.ts'
import { openLog } from './plumbing/telemetry/log.ts'
import { maskText } from './plumbing/telemetry/mask-text.ts'
import { startProcessMetrics } from './plumbing/telemetry/metrics.ts'
import { endOnUncaught } from './plumbing/telemetry/uncaught.ts'
import { start } from './start.ts'

/**
 * After this time the process ends even with work unfinished: every owed coupon is in the ledger, and another process
 * sends it.
 */
const stopTimeoutMs = 20_000

endOnUncaught(openLog('fatal'))
try {
  const config = readConfig()
  startProcessMetrics()
  const { running, greeting } = config.sandbox.on ? await startWithSandbox(config) : await startPlain(config)
  process.stdout.write(greeting)
  endOn('SIGTERM', running)
  endOn('SIGINT', running)
} catch (error) {
  process.stderr.write(`${maskText((error as Error).message)}\n`)
  process.exit(1)
}

/** The sandbox is loaded only where it runs. */
async function startWithSandbox(config: Config) {
  const { startDemo } = await import('../sandbox/demo.ts')
  return startDemo(config)
}

async function startPlain(config: Config) {
  const running = await start(config)
  const ownerLink = running.url && (await firstOwnerAddress(running.services))
  const greeting = running.url
    ? `paycoupon listens on ${running.url} for ${config.publicUrl}\n`
    : `paycoupon worker runs${running.opsUrl ? `, its health on ${running.opsUrl}` : ''}\n`
  const owner = ownerLink
    ? `the console has no owner yet; whoever opens this once, within an hour, becomes it: ${ownerLink}\n`
    : ''
  return { running, greeting: greeting + owner }
}

function endOn(signal: 'SIGTERM' | 'SIGINT', running: { stop(): Promise<void> }) {
  process.once(signal, () => {
    setTimeout(() => process.exit(1), stopTimeoutMs).unref()
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
}
