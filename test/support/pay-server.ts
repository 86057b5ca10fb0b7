import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { Formatter, Rsa } from 'wechatpay-axios-plugin'
import { close, listen } from './listen.ts'
import { merchant, type PlatformKey } from './pay-parties.ts'

export type Received = { method: string; url: string; headers: IncomingHttpHeaders; body: string }
export type Answer = (request: Received, response: ServerResponse) => void

export type PayServer = AsyncDisposable & {
  url: string
  received: Received[]
  /** What to answer from now on. */
  answer(how: Answer): void
  close(): Promise<void>
}

/** A local host that stands where WeChat Pay stands and answers as it is told. */
export async function openPayServer(how: Answer): Promise<PayServer> {
  let current = how
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const got = { method: request.method!, url: request.url!, headers: request.headers, body }
      received.push(got)
      current(got, response)
    })
  })
  return {
    url: await listen(server),
    received,
    answer: (next) => void (current = next),
    close: () => close(server),
    [Symbol.asyncDispose]: () => close(server),
  }
}

export type Signing = {
  timestamp?: string | number
  nonce?: string
  signature?: string
  serial?: string
  type?: string
}

/** WeChat's signature headers over a body, made by the other implementation. */
export function signedHeaders(platform: PlatformKey, body: string, over: Signing = {}): Record<string, string> {
  const timestamp = String(over.timestamp ?? Formatter.timestamp())
  const nonce = over.nonce ?? Formatter.nonce()
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': over.serial ?? platform.serial,
    'Wechatpay-Signature':
      over.signature ?? Rsa.sign(Formatter.response(timestamp, nonce, body), platform.keys.privateKey),
    ...(over.type === undefined ? {} : { 'Wechatpay-Signature-Type': over.type }),
  }
}

/** Answers every call with a signed JSON body. */
export function signed(
  platform: PlatformKey,
  body: unknown,
  options: Signing & { status?: number; requestId?: string } = {},
): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (_, response) => {
    response.writeHead(options.status ?? 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Request-ID': options.requestId ?? '08E7CA050A0B9C06-0',
      ...signedHeaders(platform, text, options),
    })
    response.end(text)
  }
}

/** Answers without a signature, as WeChat's gateways do. */
export function unsigned(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (_, response) => response.writeHead(status, headers).end(body)
}

/** What WeChat does with a call of the merchant: takes the header apart and verifies it, here with the other implementation. */
export function signatureHolds(request: Received): boolean {
  const [, scheme, list] = /^(\S+) (.*)$/.exec(request.headers.authorization ?? '') ?? []
  const parts = Object.fromEntries(list!.split(',').map((pair) => /^(\w+)="(.*)"$/.exec(pair)!.slice(1)))
  const message = Formatter.request(request.method, request.url, parts.timestamp, parts.nonce_str, request.body)
  return (
    scheme === 'WECHATPAY2-SHA256-RSA2048' &&
    parts.mchid === merchant.mchid &&
    parts.serial_no === merchant.serialNo &&
    Rsa.verify(message, parts.signature, merchant.keys.publicKey)
  )
}
