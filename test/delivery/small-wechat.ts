import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '../../src/plumbing/clock.ts'
import { close, listen } from '../support/listen.ts'

/** What WeChat does with a send; `commit` is the honest way. */
export type Answer =
  | 'commit'
  | 'commit and stay silent'
  | 'commit and hang up'
  | 'commit and sign wrongly'
  | 'commit and answer no JSON'
  | 'hang up'
  | { status: number; code?: string; message?: string; subCode?: string; signed?: boolean; page?: string }

export type Call = { openid: string; number: string; stockId: string; host: 'main' | 'backup'; at: number }

export type SmallWeChat = AsyncDisposable & {
  urls: { payUrl: string; payBackupUrl: string }
  publicKeyId: string
  publicKey: string
  calls: Call[]
  /** Coupon ids by out_request_no. */
  coupons: Map<string, string>
  /** The next answers, in order; after them `otherwise`. */
  next: Answer[]
  otherwise: Answer | ((call: Call) => Answer)
  /** What the query of a member's coupons answers: the list of what was committed, unless told otherwise. */
  list: { status: number; code: string; message: string } | { created(number: string): Date } | 'hang up'
  listed: number
}

/** Only the send call, on a main and a backup host, signed with a public key: one answer after the other, as told. */
export async function startSmallWeChat(clock: Clock): Promise<SmallWeChat> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicKeyId = 'PUB_KEY_ID_0116000000000000000000000000000001'
  // Kept open longer than any test pauses: the only exchanges that break are those that a test breaks.
  const server = () => createServer({ keepAliveTimeout: 65_000 })
  const hosts = { main: server(), backup: server() }

  const wechat: SmallWeChat = {
    urls: { payUrl: await listen(hosts.main), payBackupUrl: await listen(hosts.backup) },
    publicKeyId,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    calls: [],
    coupons: new Map(),
    next: [],
    otherwise: 'commit',
    list: { created: () => clock.now() },
    listed: 0,
    async [Symbol.asyncDispose]() {
      for (const server of Object.values(hosts)) await close(server)
    },
  }

  async function handle(host: Call['host'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const openid = decodeURIComponent(/users\/([^/]+)\/coupons/.exec(request.url ?? '')?.[1] ?? '')
    if (request.method === 'GET') return answerList(request, response)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { out_request_no: string; stock_id: string }
    const call = { openid, number: body.out_request_no, stockId: body.stock_id, host, at: performance.now() }
    wechat.calls.push(call)
    const { otherwise } = wechat
    answer(wechat.next.shift() ?? (typeof otherwise === 'function' ? otherwise(call) : otherwise), call, response)
  }

  /** Every coupon that was committed, as the member's own: a test looks up one member at a time. */
  function answerList(request: IncomingMessage, response: ServerResponse): void {
    wechat.listed += 1
    const { list } = wechat
    if (list === 'hang up') return void response.socket?.destroy()
    const query = new URL(request.url ?? '', 'http://wechat').searchParams
    const refused = 'status' in list
    const coupons = refused || query.get('offset') !== '0' ? [] : [...wechat.coupons]
    const text = JSON.stringify(
      refused
        ? { code: list.code, message: list.message }
        : {
            data: coupons.map(([number, couponId]) => ({
              stock_creator_mchid: query.get('creator_mchid'),
              stock_id: query.get('stock_id'),
              coupon_id: couponId,
              status: 'SENDED',
              create_time: list.created(number).toISOString(),
            })),
          },
    )
    response.writeHead(refused ? list.status : 200, { 'request-id': '08001122-0', ...signature(text) })
    response.end(text)
  }

  function answer(said: Answer, { number }: Call, response: ServerResponse): void {
    if (said === 'hang up') return void response.socket?.destroy()
    if (typeof said === 'object') {
      const { status, code, message = '', subCode, signed = true, page } = said
      const text = page ?? JSON.stringify({ code, message })
      const requestId = `0800${randomBytes(8).toString('hex').toUpperCase()}-${subCode ?? '268435456'}`
      response.writeHead(status, { 'request-id': requestId, ...(signed && signature(text)) })
      return void response.end(text)
    }
    const couponId = wechat.coupons.get(number) ?? String(98_000_000 + wechat.coupons.size)
    wechat.coupons.set(number, couponId)
    if (said === 'commit and stay silent') return
    if (said === 'commit and hang up') return void response.socket?.destroy()
    const text = said === 'commit and answer no JSON' ? 'no JSON' : JSON.stringify({ coupon_id: couponId })
    const headers = signature(said === 'commit and sign wrongly' ? `${text} ` : text)
    response.writeHead(200, { 'request-id': `0800${randomBytes(8).toString('hex').toUpperCase()}-0`, ...headers })
    response.end(text)
  }

  function signature(text: string): Record<string, string> {
    const timestamp = String(Math.floor(clock.now().getTime() / 1_000))
    const nonce = randomBytes(16).toString('hex')
    const signer = createSign('RSA-SHA256').update(`${timestamp}\n${nonce}\n${text}\n`)
    return {
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-serial': publicKeyId,
      'wechatpay-signature': signer.sign(privateKey, 'base64'),
    }
  }

  hosts.main.on('request', (request, response) => void handle('main', request, response))
  hosts.backup.on('request', (request, response) => void handle('backup', request, response))
  return wechat
}
