import { createCipheriv, createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Hash } from 'wechatpay-axios-plugin'
import { openInboxLoop } from '../../../src/inbox/loop.ts'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { aStock } from '../../support/builders.ts'
import { aSpendCampaign } from '../../support/spend.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

let wired: SandboxShop
let key: Secret
let nowMs = Date.parse('2026-11-23T12:00:00+08:00')

beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', redis: false, clock: { now: () => new Date(nowMs) } })
  key = new Secret(wired.sandbox.world.accounts.find(({ mchid }) => mchid === '1601400973')!.apiV2Key)
  await aSpendCampaign(wired.services, await aStock(wired.services, wired.merchant), { basis: 'settlement' })
})
beforeEach(() => wired.services.db.deleteFrom('inbox').execute())
afterAll(() => wired[Symbol.asyncDispose]())

let serial = 0
type Fields = Record<string, string>

function paid(changes: Fields = {}): Fields {
  serial += 1
  return {
    appid: wired.merchant.officialAccount.appid,
    mch_id: '1601400973',
    nonce_str: 'n',
    is_subscribe: 'Y',
    openid: `v2-${serial}`,
    trade_type: 'MICROPAY',
    bank_type: 'OTHERS',
    total_fee: '6000',
    fee_type: 'CNY',
    cash_fee: '6000',
    transaction_id: `42002${serial}`,
    out_trade_no: `v2-order-${serial}`,
    time_end: '20261123115900',
    attach: ' <&> ',
    result_code: 'SUCCESS',
    return_code: 'SUCCESS',
    ...changes,
  }
}
const xml = (fields: Fields, root = 'xml') =>
  `<${root}>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('\n')}</${root}>`
/** By another implementation than the one that checks it. */
const signOf = (fields: Fields, type: 'MD5' | 'HMAC-SHA256' = 'MD5', by = key): string =>
  Hash.sign(type, fields, by.reveal())
const signed = (fields: Fields, type: 'MD5' | 'HMAC-SHA256' = 'MD5') =>
  xml({ ...fields, coupon_count: '', sign: signOf(fields, type) })
/** The same text for the sign, in fewer fields: `appid` swallows all up to `mch_id`. */
function folded(fields: Fields): string {
  const sign = signOf(fields)
  const names = Object.keys(fields).toSorted()
  const swallowed = names.filter((name) => name > 'appid' && name < 'mch_id' && fields[name] !== '')
  const appid = [fields.appid, ...swallowed.map((name) => `${name}=${fields[name]}`)].join('&')
  const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !swallowed.includes(name)))
  const message = { ...rest, appid }
  if (signOf(message) !== sign) throw new Error('the fold changes the sign')
  return xml({ ...message, sign })
}
const sealed = (fields: Fields) => {
  const aesKey = createHash('md5').update(key.reveal()).digest('hex')
  const cipher = createCipheriv('aes-256-ecb', aesKey, null)
  return Buffer.concat([cipher.update(xml(fields, 'root')), cipher.final()]).toString('base64')
}
const ofRefund = { return_code: 'SUCCESS', mch_id: '1601400973' }
const refundOf = ({ transaction_id, out_trade_no }: Fields): Fields => ({
  transaction_id: transaction_id!,
  out_trade_no: out_trade_no!,
  refund_id: '50302',
  total_fee: '6000',
  refund_fee: '6000',
  refund_status: 'SUCCESS',
  success_time: '2026-11-23 11:59:30',
})
async function tell(body: string, mchid = '1601400973') {
  const url = `${wired.site.url}/notify/${wired.merchant.slug}/pay/${mchid}`
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/xml' } })
  return { status: answer.status, body: await answer.text() }
}
async function signType(type: 'MD5' | 'HMAC-SHA256'): Promise<void> {
  const { db, catalog } = wired.services
  const changed = { api_v2_sign_type: type, updated_at: new Date((nowMs += 1_000)) }
  await db.updateTable('accounts').set(changed).where('mchid', '=', '1601400973').execute()
  catalog.forget()
}
const apply = () => openInboxLoop(wired.services).drain()
const inbox = () => wired.services.db.selectFrom('inbox').selectAll().execute()
const grants = ({ openid }: Fields) =>
  wired.services.db.selectFrom('grants').selectAll().where('openid', '=', openid!).execute()
const payment = ({ transaction_id }: Fields) =>
  wired.services.db.selectFrom('payments').selectAll().where('transaction_id', '=', transaction_id!).executeTakeFirst()

test.each(['MD5', 'HMAC-SHA256'] as const)(
  'a %s sign covers every field but the empty ones, in any letters',
  async (type) => {
    await signType(type)
    const fields = paid({ empty: '', coupon_id_0: 'c', Zebra: '1', attach: ' 汉字 & <x> ' })
    expect(await tell(signed(fields, type))).toMatchObject({ status: 200 })
    expect(await tell(signed(fields, type).replace('汉字', '汉子'))).toMatchObject({ status: 401 })
    await signType('MD5')
  },
)

describe('a till that still speaks v2 tells of a payment', () => {
  test.each(['MD5', 'HMAC-SHA256'] as const)('signed with %s: thanked in XML, and the coupon is owed', async (type) => {
    await signType(type)
    const fields = paid()
    const thanks = '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>'
    expect(await tell(signed(fields, type))).toEqual({ status: 200, body: thanks })
    await tell(signed(fields, type))
    expect(await inbox()).toHaveLength(1)
    await apply()
    expect(await grants(fields)).toHaveLength(1)
    expect((await payment(fields))?.paid_at).toEqual(new Date('2026-11-23T11:59:00+08:00'))
    await signType('MD5')
  })

  test('of a sub-merchant by its provider, whose own openid of the payer is not the member', async () => {
    const { appid } = wired.merchant.officialAccount
    const sub = {
      mch_id: '1267388801',
      appid: 'wxprovider',
      sub_mch_id: '1601400973',
      sub_appid: appid,
      sub_openid: 'v2-sub',
    }
    const provider = new Secret(wired.sandbox.world.accounts.find(({ mchid }) => mchid === '1267388801')!.apiV2Key)
    const fields = paid(sub)
    await tell(xml({ ...fields, sign: signOf(fields, 'MD5', provider) }), '1267388801')
    await apply()
    expect(await grants({ openid: 'v2-sub' })).toHaveLength(1)
  })

  test.each<[string, Fields]>([
    ['numbered, with types', { coupon_id_0: 'c0', coupon_fee_0: '500', coupon_type_0: 'NO_CASH' }],
    ['numbered, without types', { coupon_id_0: 'c0', coupon_fee_0: '500', settlement_total_fee: '5500' }],
    [
      'in one text',
      {
        promotion_detail:
          '{"promotion_detail":[{"promotion_id":"c0","activity_id":"1","type":"DISCOUNT","amount":500}]}',
        settlement_total_fee: '5500',
      },
    ],
    ['in a text that is broken', { promotion_detail: '{', settlement_total_fee: '5500' }],
  ])('with a coupon that nobody prefunded, %s: the settlement is less', async (_name, coupon) => {
    const fields = paid({ cash_fee: '5500', ...coupon })
    await tell(signed(fields))
    await apply()
    expect(await payment(fields)).toMatchObject({ total: 6000, payer_total: 5500, settlement: 5500 })
  })

  test('of an order with fifty coupons: read whole', async () => {
    const coupons = Array.from({ length: 50 }, (_, n) => [
      [`coupon_id_${n}`, `${8_000_000_000 + n}`],
      [`coupon_fee_${n}`, '10'],
      [`coupon_type_${n}`, 'CASH'],
    ])
    const fields = paid({ cash_fee: '5500', ...(Object.fromEntries(coupons.flat()) as Fields) })
    expect((await tell(signed(fields))).status).toBe(200)
    await apply()
    expect(await payment(fields)).toMatchObject({ payer_total: 5500 })
  })

  test('of an order that was placed with the appid of the shop’s mini program: thanked, and it earns nothing here', async () => {
    const fields = paid({ appid: 'wxminiprogram00001' })
    expect((await tell(signed(fields))).status).toBe(200)
    await apply()
    expect(await payment(fields)).toBeUndefined()
    expect(await grants(fields)).toEqual([])
  })

  test('that failed: thanked and nothing more', async () => {
    const fields = paid({ result_code: 'FAIL' })
    expect((await tell(signed(fields))).status).toBe(200)
    await apply()
    expect(await payment(fields)).toBeUndefined()
  })

  test('and of its refund', async () => {
    const fields = paid()
    await tell(signed(fields))
    expect((await tell(xml({ ...ofRefund, req_info: sealed(refundOf(fields)) }))).status).toBe(200)
    await apply()
    nowMs += 60_000
    await apply()
    expect(await wired.services.db.selectFrom('refunds').selectAll().execute()).toMatchObject([
      { refund: 6000, refunded_at: new Date('2026-11-23T11:59:30+08:00') },
    ])
    expect((await grants(fields)).filter((grant) => grant.refunded_at === null)).toEqual([])
  })
})

describe('a v2 message is refused in XML and not kept', () => {
  test.each<[string, () => string]>([
    ['a wrong sign', () => xml({ ...paid(), sign: '0'.repeat(32) })],
    ['no sign', () => xml(paid())],
    [
      'an amount changed afterwards',
      () => signed(paid()).replace('<total_fee><![CDATA[6000', '<total_fee><![CDATA[9000'),
    ],
    ['a document type with entities', () => `<!DOCTYPE x [<!ENTITY a "b">]>${signed(paid())}`],
    ['no XML', () => '<xml><a>'],
    ['an element twice', () => signed(paid()).replace('</xml>', '<attach>again</attach></xml>')],
    ['a payment of another number', () => signed(paid({ mch_id: '1267388801' }))],
    ['a weaker sign than the account has', () => signed(paid(), 'HMAC-SHA256')],
    ['fields folded into one, with the old sign', () => folded(paid())],
    ['another root', () => xml(paid(), 'root')],
    ['a refund sealed with another key', () => xml({ ...ofRefund, req_info: 'AAAA' })],
    ['a refund that holds no XML', () => xml({ ...ofRefund, req_info: sealed({}).slice(0, -4) })],
    [
      'a refund of another number',
      () => xml({ ...ofRefund, mch_id: '1267388801', req_info: sealed(refundOf(paid())) }),
    ],
    ['a payment that the inbox may have forgotten', () => signed(paid({ time_end: '20261018115900' }))],
    [
      'a refund that the inbox may have forgotten',
      () => xml({ ...ofRefund, req_info: sealed({ ...refundOf(paid()), success_time: '2026-10-18 11:59:30' }) }),
    ],
    ['4,000 different elements', () => xml(Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`a${n}`, ''])))],
    ['ten pages of text', () => signed(paid({ attach: 'x'.repeat(20_000) }))],
  ])('%s', async (_name, body) => {
    const answer = await tell(body())
    expect(answer.status).toBe(401)
    expect(answer.body).toContain('<return_code><![CDATA[FAIL]]></return_code>')
    expect(await inbox()).toEqual([])
  })

  test('a number without an APIv2 key', async () => {
    await wired.services.db
      .updateTable('accounts')
      .set({ api_v2_key_sealed: null })
      .where('mchid', '=', '1267388801')
      .execute()
    wired.services.catalog.forget()
    expect((await tell(signed(paid()), '1267388801')).status).toBe(401)
  })
})
