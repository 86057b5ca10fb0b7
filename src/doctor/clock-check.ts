import { request } from 'undici'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'

/** WeChat and we refuse messages that are five minutes off; a clock that is one minute off may soon be. */
const skewSecondsAtMost = 60
const askTimeoutMs = 5_000

/**
 * Compares our clock with the Date header of an answer; every answer has one, also the refusal of this unsigned call.
 */
export async function checkClock({ config, http, clock }: Services): Promise<Finding> {
  const url = config.wechat.payUrl
  try {
    const options = { dispatcher: http, headersTimeout: askTimeoutMs, bodyTimeout: askTimeoutMs }
    const { headers, body } = await request(`${url}/v3/certificates`, {
      ...options,
      headers: { accept: 'application/json', 'user-agent': 'paycoupon-doctor' },
      signal: AbortSignal.timeout(askTimeoutMs),
    })
    await body.dump()
    const theirs = Date.parse(String(headers.date))
    if (Number.isNaN(theirs)) return finding('clock_unknown', { url, word: 'no Date header' })
    const seconds = Math.round(Math.abs(clock.now().getTime() - theirs) / 1_000)
    return finding(seconds <= skewSecondsAtMost ? 'clock_right' : 'clock_off', { seconds })
  } catch (error) {
    return finding('clock_unknown', { url, word: (error as NodeJS.ErrnoException).code ?? (error as Error).name })
  }
}
