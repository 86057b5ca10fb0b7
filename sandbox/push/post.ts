import { sleep } from '../http.ts'

/** One message that the sandbox sends. It is made again for every attempt, because signatures contain the time. */
export type Outgoing = { url: string; headers: Record<string, string>; body: string }

export type PushAttempt = { status: number; body: string; fault?: string }
export type PushReport = { url: string; accepted: boolean; attempts: PushAttempt[] }

/** WeChat closes the connection after this (docs/wechat/pay-v3.md 5.3, docs/wechat/official-account.md 4.4). */
const answerTimeoutMs = 5000

/** Posts until a 2xx accepts it, once more after each of `retryMs`. Never throws: the report has every answer. */
export async function post(make: () => Outgoing | Promise<Outgoing>, retryMs: number[] = []): Promise<PushReport> {
  const attempts: PushAttempt[] = []
  for (const waitMs of [0, ...retryMs]) {
    if (waitMs > 0) await sleep(waitMs)
    const outgoing = await make()
    const attempt = await postOnce(outgoing)
    attempts.push(attempt)
    const accepted = attempt.status >= 200 && attempt.status < 300
    if (accepted || attempts.length > retryMs.length) return { url: outgoing.url, accepted, attempts }
  }
  throw new Error('unreachable: the last attempt returns')
}

async function postOnce({ url, headers, body }: Outgoing): Promise<PushAttempt> {
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs)
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    return { status: response.status, body: await response.text() }
  } catch (fault) {
    return { status: 0, body: '', fault: (fault as Error).name }
  }
}
