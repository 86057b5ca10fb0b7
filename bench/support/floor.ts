import { createPrivateKey, createPublicKey, randomUUID, sign, verify } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import Koa from 'koa'
import pg from 'pg'
import { Agent, request } from 'undici'

/**
 * The floor of the claim and tap benchmarks: a bare Koa handler that does the least that the job needs: no sessions, no
 * forms, no logs, no pages, no checks. Path /claim: one Lua call, one insert, one asynchronous RSA signature, one
 * keep-alive POST, one RSA verification, one update. Path /tap: one Lua call.
 */
const { DATABASE_URL, REDIS_URL, WECHAT_PAY_URL, PRIVATE_KEY, PUBLIC_KEY } = process.env as Record<string, string>
const signAsync = promisify(sign)
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
const redis = new Redis(REDIS_URL as string)
const http = new Agent({ connections: 64 })
const privateKey = createPrivateKey(PRIVATE_KEY as string)
const publicKey = createPublicKey(PUBLIC_KEY as string)

redis.defineCommand('floorAdmit', {
  numberOfKeys: 2,
  lua: `if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
        redis.call('SET', KEYS[1], 1)
        return redis.call('INCR', KEYS[2])`,
})
const commands = redis as unknown as { floorAdmit(member: string, total: string): Promise<number> }

async function claim(openid: string): Promise<string> {
  const number = await commands.floorAdmit(`floor:${openid}`, 'floor:total')
  const id = randomUUID()
  await pool.query('insert into floor_claims (id, openid, number) values ($1, $2, $3)', [id, openid, number])
  const path = `/v3/marketing/favor/users/${openid}/coupons`
  const body = JSON.stringify({
    stock_id: '16246120',
    out_request_no: id,
    appid: 'wx0123456789abcdef',
    stock_creator_mchid: '1267388801',
  })
  const timestamp = Math.floor(Date.now() / 1000)
  const message = Buffer.from(`POST\n${path}\n${timestamp}\n${id}\n${body}\n`)
  const signature = (await signAsync('sha256', message, privateKey)).toString('base64')
  const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="1601400973",nonce_str="${id}",timestamp="${timestamp}",serial_no="0",signature="${signature}"`
  const headers = { authorization, 'content-type': 'application/json' }
  const answer = await request(`${WECHAT_PAY_URL}${path}`, { method: 'POST', headers, body, dispatcher: http })
  const text = await answer.body.text()
  const proof = Buffer.from(`${answer.headers['wechatpay-timestamp']}\n${answer.headers['wechatpay-nonce']}\n${text}\n`)
  const good = verify('sha256', proof, publicKey, Buffer.from(String(answer.headers['wechatpay-signature']), 'base64'))
  if (!good) throw new Error('bad signature')
  const couponId = (JSON.parse(text) as { coupon_id: string }).coupon_id
  await pool.query('update floor_claims set coupon_id = $2 where id = $1', [id, couponId])
  return couponId
}

const app = new Koa()
app.use(async (ctx) => {
  const openid = ctx.path.slice(ctx.path.lastIndexOf('/') + 1)
  if (ctx.path.startsWith('/claim/')) ctx.body = await claim(openid)
  else ctx.body = String(await commands.floorAdmit(`floor:${openid}`, 'floor:total'))
})

await pool.query(
  'create table if not exists floor_claims (id uuid primary key, openid text, number integer, coupon_id text)',
)
const server = createServer(app.callback()).listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
process.once('SIGTERM', () => process.exit(0))
