import type { Dispatcher } from 'undici'
import { type Actor, actAs } from './context.ts'
import type { OfficialAccount } from './official-account.ts'
import type { PlatformSeal } from './platform-seal.ts'
import type { Random } from './random.ts'
import type { Steps } from './steps.ts'
import type { VirtualTime } from './virtual-time.ts'
import { handlingMs, type SendRequest, type Wechat, type WechatAnswer } from './wechat.ts'
import type { NetworkFault } from './wechat-rules.ts'

type Handler = Dispatcher.DispatchHandler

export type NetworkParts = {
  steps: Steps
  time: VirtualTime
  random: Random
  wechat: Wechat
  official: OfficialAccount
  seal: PlatformSeal
}

/** A request is not under way for longer: networks lose what is late. */
const underwayMs = 60_000

/** What happens at WeChat goes on whatever becomes of the process that asked. */
const wechatItself: Actor = { name: 'wechat', alive: true, stalledUntil: 0 }

/**
 * Where a process's calls to WeChat go instead of the network: connecting, WeChat's doing and its answer are a step each,
 * the last two not the process's own. Below signed-exchange.ts, so that its two hosts and their fail-over are inside.
 */
export function openWechatNetwork(parts: NetworkParts): (process: Actor) => Dispatcher['dispatch'] {
  return (process) => (options, handler) => {
    void exchange(parts, process, options, handler)
    return true
  }
}

async function exchange(parts: NetworkParts, process: Actor, options: Dispatcher.DispatchOptions, handler: Handler) {
  const { steps, random, time } = parts
  const line = { aborted: false }
  const controller = { abort: () => void (line.aborted = true), aborted: false, paused: false, reason: null } as never
  const hear = (act: () => void) => process.alive && !line.aborted && actAs(process, act)
  const host = String(options.origin).includes('backup') ? 'backup' : 'main'
  const isSend = options.method === 'POST' && options.path.endsWith('/coupons')
  const fault = isSend ? random.weighted(parts.wechat.rules.faults) : 'none'

  await steps.park(process, 'network', `${host} connect`)
  if (fault === 'unreachable')
    return hear(() => handler.onResponseError?.(controller, failure('connect ECONNREFUSED', 'ECONNREFUSED')))
  actAs(process, () => handler.onRequestStart?.(controller, {}))
  if (line.aborted) return
  const delay = (seconds: number[]) => (fault === 'slow' ? random.pick(seconds) * 1_000 : 0)
  await steps.park(wechatItself, 'network', `${host} arrive`, {
    delayMs: delay([1, 4, 7, 11, 40]),
    atMostMs: underwayMs,
  })
  const request = isSend ? readSend(options) : undefined
  if (request) parts.wechat.inHand.add(request)
  await steps.park(wechatItself, 'network', `${host} commit`, { atMostMs: handlingMs })
  const answer = answerTo(parts, options, request, fault)
  if (request) parts.wechat.inHand.delete(request)
  await steps.park(wechatItself, 'network', `${host} answer`, { delayMs: delay([0, 2, 6, 12]) })
  if (fault === 'silent after') return
  if (fault === 'reset before' || fault === 'reset after')
    return hear(() => handler.onResponseError?.(controller, failure('other side closed', 'UND_ERR_SOCKET')))
  hear(() => {
    const { status, body, headers } = parts.seal.sealed(answer, time.date(), fault === 'bad signature')
    handler.onResponseStart?.(controller, status, headers, '')
    handler.onResponseData?.(controller, Buffer.from(body))
    handler.onResponseEnd?.(controller, {})
  })
}

function readSend({ path, body }: Dispatcher.DispatchOptions): SendRequest {
  const said = JSON.parse(String(body)) as { out_request_no: string; stock_id: string }
  const openid = decodeURIComponent(/users\/([^/]+)\/coupons/.exec(path)?.[1] ?? '')
  return { openid, number: said.out_request_no, stockId: said.stock_id }
}

export type UnsealedAnswer = WechatAnswer & { signed: boolean }

function answerTo(
  { wechat, official, random }: NetworkParts,
  options: Dispatcher.DispatchOptions,
  send: SendRequest | undefined,
  fault: NetworkFault,
): UnsealedAnswer {
  const busy = { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统繁忙，请稍后重试' }, signed: false }
  const url = new URL(options.path, 'http://wechat')
  if (url.pathname.startsWith('/v3/') && !send) {
    const [, openid = ''] = /\/users\/([^/]+)\/coupons$/.exec(url.pathname) ?? []
    return { ...wechat.list(decodeURIComponent(openid), url.searchParams.get('stock_id')), signed: true }
  }
  if (!send)
    return { status: 200, body: official.answer(url.pathname, JSON.parse(String(options.body ?? '{}'))), signed: true }
  if (fault === 'reset before') return busy
  if (fault === 'busy before') return busy
  if (fault === 'too many')
    return { status: 429, body: { code: 'FREQUENCY_LIMITED', message: '请求过于频繁' }, signed: random.chance(0.5) }
  const answer = wechat.send(send, random)
  if (fault === 'busy after') return busy
  return { ...answer, signed: answer.status === 200 || random.chance(wechat.rules.refusalsAreSigned) }
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code })
}
