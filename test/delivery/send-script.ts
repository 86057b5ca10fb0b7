import { randomBytes } from 'node:crypto'
import type { Clock } from '../../src/plumbing/clock.ts'
import { signedHeaders } from '../support/pay-answers.ts'
import { publicKeyPlatform } from '../support/pay-parties.ts'
import { type Answer, type Call, openScriptedHost, type Said } from '../support/scripted-host.ts'

/** What WeChat does with a send; `commit` is the honest way. */
export type SendAnswer =
  | 'commit'
  | 'commit and stay silent'
  | 'commit and hang up'
  | 'commit and sign wrongly'
  | 'commit and answer no JSON'
  | 'hang up'
  | { commitAfter: Promise<unknown> }
  | { status: number; code?: string; message?: string; subCode?: string; signed?: boolean; page?: string }

export type Send = { openid: string; number: string; stockId: string; host: 'main' | 'backup'; at: number }

/** A scripted WeChat on a main and a backup host, signed with a public key, which sends coupons and lists what it sent. */
export type SendingWeChat = AsyncDisposable & {
  urls: { payUrl: string; payBackupUrl: string }
  publicKeyId: string
  publicKey: string
  calls: Send[]
  /** Coupon ids by out_request_no. */
  coupons: Map<string, string>
  /** The next answers, in order; after them `otherwise`. */
  next: SendAnswer[]
  otherwise: SendAnswer | ((send: Send) => SendAnswer)
  /** What the query of a member's coupons answers: the list of what was committed, unless told otherwise. */
  list: { status: number; code: string; message: string } | { created(number: string): Date } | 'hang up'
  listed: number
}

export async function openSendingWeChat(clock: Clock): Promise<SendingWeChat> {
  const platform = publicKeyPlatform()
  const main = await openScriptedHost((call) => answer('main', call))
  const backup = await openScriptedHost((call) => answer('backup', call))
  const wechat: SendingWeChat = {
    urls: { payUrl: main.url, payBackupUrl: backup.url },
    publicKeyId: platform.serial,
    publicKey: platform.keys.publicKey,
    calls: [],
    coupons: new Map(),
    next: [],
    otherwise: 'commit',
    list: { created: () => clock.now() },
    listed: 0,
    async [Symbol.asyncDispose]() {
      for (const host of [main, backup]) await host[Symbol.asyncDispose]()
    },
  }

  function answer(host: Send['host'], call: Call): Answer {
    if (call.method === 'GET') return listing(call.query)
    const openid = decodeURIComponent(/users\/([^/]+)\/coupons/.exec(call.path)?.[1] ?? '')
    const body = JSON.parse(call.body) as { out_request_no: string; stock_id: string }
    const send = { openid, number: body.out_request_no, stockId: body.stock_id, host, at: performance.now() }
    wechat.calls.push(send)
    const { otherwise } = wechat
    return sending(wechat.next.shift() ?? (typeof otherwise === 'function' ? otherwise(send) : otherwise), send)
  }

  /** Every coupon that was committed, as the member's own: a test looks up one member at a time. */
  function listing(query: URLSearchParams): Answer {
    wechat.listed += 1
    const { list } = wechat
    if (list === 'hang up') return 'hang up'
    if ('status' in list) return signed(list.status, { code: list.code, message: list.message })
    const data = query.get('offset') !== '0' ? [] : [...wechat.coupons]
    return signed(200, {
      data: data.map(([number, couponId]) => ({
        stock_creator_mchid: query.get('creator_mchid'),
        stock_id: query.get('stock_id'),
        coupon_id: couponId,
        status: 'SENDED',
        create_time: list.created(number).toISOString(),
      })),
    })
  }

  function sending(said: SendAnswer, { number }: Send): Answer {
    if (said === 'hang up') return 'hang up'
    if (typeof said === 'object' && 'status' in said) {
      const { status, code, message = '', subCode, signed: isSigned = true, page } = said
      const whole = signed(status, page ?? { code, message }, subCode ?? '268435456')
      return isSigned ? whole : { ...whole, signature: undefined }
    }
    const couponId = wechat.coupons.get(number) ?? String(98_000_000 + wechat.coupons.size)
    wechat.coupons.set(number, couponId)
    if (said === 'commit and stay silent') return 'silence'
    if (said === 'commit and hang up') return 'hang up'
    const whole = signed(200, said === 'commit and answer no JSON' ? 'no JSON' : { coupon_id: couponId })
    if (typeof said === 'object') return { ...whole, after: said.commitAfter }
    return said === 'commit and sign wrongly' ? { ...whole, signature: (text) => signature(`${text} `) } : whole
  }

  function signed(status: number, body: unknown, subCode = '0'): Said {
    const requestId = `0800${randomBytes(8).toString('hex').toUpperCase()}-${subCode}`
    return { status, body, headers: { 'request-id': requestId }, signature }
  }

  function signature(text: string): Record<string, string> {
    return signedHeaders(platform, text, { timestamp: Math.floor(clock.now().getTime() / 1_000) })
  }
  return wechat
}
