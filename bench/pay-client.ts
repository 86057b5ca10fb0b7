import { fork } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { Decorator } from 'wechatpay-axios-plugin'
import WechatpayNode from 'wechatpay-node-v3'
import { systemClock } from '../src/plumbing/clock.ts'
import { Secret } from '../src/plumbing/secrets/secret.ts'
import type { Wall } from '../src/plumbing/walls/wall.ts'
import { openPayClient } from '../src/wechat/pay/client.ts'
import { sendCoupon } from '../src/wechat/pay/favor.ts'
import { sign } from '../src/wechat/pay/signature.ts'
import { aWall } from '../test/support/walls.ts'
import { type BenchRow, median, printRow } from './bench.ts'
import type { ServerKeys } from './support/signed-server.ts'

const concurrency = 32
const rounds = 5
const warmUpMs = 1_000
const roundMs = 1_000

/** One signed call whose signed answer was verified; throws when anything is wrong. */
type Call = () => Promise<void>

/**
 * Figure #4 of `npm run bench`: signed and verified calls per second against the same local server, each contender in
 * turn for a second, five times; medians. For comparison, this machine's RSA-2048 signing rate on the thread pool.
 */
export async function benchPayClient(): Promise<BenchRow> {
  const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await using server = await startServer(platform.privateKey)
  const wall = aWall({ connections: concurrency })

  const contenders: Record<string, Call> = {
    ours: oursAgainst(server.url, merchant.privateKey, platform.publicKey, wall),
    'wechatpay-axios-plugin': axiosPluginAgainst(server.url, merchant.privateKey, platform.publicKey),
    'wechatpay-node-v3': nodeV3Against(server.url, merchant.privateKey, platform.publicKey),
    'RSA-2048 signing': async () => void (await sign(coupon, merchant.privateKey)),
  }
  const rates = await compare(contenders)
  await wall.destroy()
  const ours = rates.ours!
  const against = Object.entries(rates).flatMap(([name, value]) => (name === 'ours' ? [] : [{ name, value }]))
  const better = Math.max(rates['wechatpay-axios-plugin']!, rates['wechatpay-node-v3']!)
  return {
    line: 4,
    what: `signed calls of the WeChat Pay client, concurrency ${concurrency}`,
    ours,
    against,
    ratio: ours / better,
    reach: '>= 3 x the better client',
    unit: 'calls/s',
  }
}

async function compare(contenders: Record<string, Call>): Promise<Record<string, number>> {
  const rates: Record<string, number[]> = {}
  for (const call of Object.values(contenders)) await rate(call, warmUpMs)
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, call] of Object.entries(contenders)) (rates[name] ??= []).push(await rate(call, roundMs))
  }
  return Object.fromEntries(Object.entries(rates).map(([name, list]) => [name, median(list)]))
}

/** Calls per second while `concurrency` callers make one call after the other. */
async function rate(call: Call, ms: number): Promise<number> {
  const begun = performance.now()
  let done = 0
  const caller = async (): Promise<void> => {
    while (performance.now() - begun < ms) {
      await call()
      done += 1
    }
  }
  await Promise.all(Array.from({ length: concurrency }, caller))
  return (done * 1000) / (performance.now() - begun)
}

const serial = 'PUB_KEY_ID_0116014009732026112300382175000001'
const merchantSerial = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1'
const mchid = '1601400973'
const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
const couponFields = {
  stock_id: '16246120',
  out_request_no: '1601400973-20261123-01JDXM3Z5W9V8T7R6Q5P4N3M2K',
  appid: 'wx0123456789abcdef',
  stock_creator_mchid: '1267388801',
}
const coupon = JSON.stringify(couponFields)

function oursAgainst(url: string, privateKey: KeyObject, publicKey: KeyObject, wall: Wall): Call {
  const client = openPayClient(
    {
      mchid,
      serialNo: merchantSerial,
      privateKey: new Secret(pem(privateKey)),
      apiV3Key: new Secret('0'.repeat(32)),
      publicKeyId: serial,
      publicKey: pem(publicKey),
    },
    {
      mainUrl: url,
      backupUrl: url,
      wall,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      certificates: { load: async () => [], save: async () => {} },
    },
  )
  return async () => {
    const reply = await sendCoupon(client, { openid, body: coupon })
    if (reply.kind !== 'ok' || reply.body.coupon_id === '') throw new Error(JSON.stringify(reply))
  }
}

function axiosPluginAgainst(url: string, privateKey: KeyObject, publicKey: KeyObject): Call {
  const certs = { [serial]: pem(publicKey) }
  const client = new Decorator({ mchid, serial: merchantSerial, privateKey: pem(privateKey), certs, baseURL: url })
  return async () => {
    const path = 'v3/marketing/favor/users/{openid}/coupons'
    const reply = (await client.request(path, 'POST', couponFields, { openid })) as { data: { coupon_id?: string } }
    if (!reply.data.coupon_id) throw new Error('no coupon')
  }
}

/**
 * The package knows only WeChat's own address, returns no headers and does not verify by itself. Here it signs with its
 * own code, sends with the superagent that it ships with, called as the package calls it, and verifies with its own
 * `verifySign`.
 */
function nodeV3Against(url: string, privateKey: KeyObject, publicKey: KeyObject): Call {
  const client = new VerifyingPay(url, privateKey, publicKey)
  return async () => {
    const reply = await client.send()
    if (!reply.coupon_id) throw new Error('no coupon')
  }
}

type Superagent = {
  post(url: string): {
    send(body: object): { set(headers: object): Promise<{ text: string; headers: Record<string, string> }> }
  }
}

class VerifyingPay extends WechatpayNode {
  readonly #url: string
  readonly #superagent: Superagent

  constructor(url: string, privateKey: KeyObject, publicKey: KeyObject) {
    super({
      appid: couponFields.appid,
      mchid,
      serial_no: merchantSerial,
      publicKey: Buffer.from(pem(publicKey)),
      privateKey: Buffer.from(pem(privateKey)),
    })
    WechatpayNode.certificates[serial] = pem(publicKey)
    this.#url = url
    const require = createRequire(import.meta.url)
    this.#superagent = createRequire(require.resolve('wechatpay-node-v3'))('superagent') as Superagent
  }

  async send(): Promise<{ coupon_id?: string }> {
    const path = `/v3/marketing/favor/users/${openid}/coupons`
    const authorization = this.buildAuthorization('POST', path, couponFields)
    const headers = {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'User-Agent': '127.0.0.1',
      Authorization: authorization,
    }
    const answer = await this.#superagent
      .post(this.#url + path)
      .send(couponFields)
      .set(headers)
    const verified = await this.verifySign({
      timestamp: answer.headers['wechatpay-timestamp']!,
      nonce: answer.headers['wechatpay-nonce']!,
      serial: answer.headers['wechatpay-serial']!,
      signature: answer.headers['wechatpay-signature']!,
      body: answer.text,
    })
    if (!verified) throw new Error('not verified')
    return JSON.parse(answer.text) as { coupon_id?: string }
  }
}

function pem(key: KeyObject): string {
  return key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string
}

/** The server runs in a process of its own, so that the measured event loop does not do its work. */
async function startServer(privateKey: KeyObject): Promise<{ url: string } & AsyncDisposable> {
  const child = fork(fileURLToPath(new URL('support/signed-server.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  })
  const keys: ServerKeys = { serial, privateKey: pem(privateKey) }
  const { port } = await new Promise<AddressInfo>((resolve, reject) => {
    child.once('message', (address) => resolve(address as AddressInfo))
    child.once('exit', () => reject(new Error('the local server did not start')))
    child.send(keys)
  })
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void child.kill(),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printRow(await benchPayClient())
