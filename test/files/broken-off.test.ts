import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FaultName } from '../../sandbox/fault-table.ts'
import { giveCoupon } from '../../sandbox/pay/coupon.ts'
import { readyAt } from '../../src/files/wechat-file.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import type { FileKind } from '../../src/plumbing/storage/schema.ts'
import { movableClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { type Call, openScriptedHost } from '../support/scripted-host.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { aSpendCampaign } from '../support/spend.ts'

/*
 * The files of a day that come in pieces, forged, late, or in another order than they were made in: a file counts when
 * all of it is there and right, and then once.
 */

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

describe.each(['certificate', 'public_key'] as const)('the files of a day, keys as %s', (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let day: string
  let transactionId: string

  /** A payment at the till that only the bill tells of, and one with a coupon that only the flow tells of. */
  beforeEach(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode, slugs: ['demo'] } })
    const { control } = shop.sandbox
    const stockId = shop.stock.stock_id
    await aSpendCampaign(shop.services, shop.stock)
    control.addOrder({ tradeType: 'MICROPAY', total: 6_000, openid: shop.member('xiaoming') })
    const openid = shop.member('xiaohong')
    const { appid } = shop.merchant.officialAccount
    giveCoupon(control.state, { stockId, openid, appid, mchid: '1601400973', outRequestNo: 'by-hand-1' })
    const spec = { tradeType: 'MICROPAY' as const, useCoupon: true, goodsTag: control.stock(stockId).goods_tag[0]! }
    transactionId = control.addOrder({ openid, total: 4_000, ...spec }).transactionId
    await shop.services.db
      .updateTable('stocks')
      .set({ distributed_coupons: 1 })
      .where('stock_id', '=', stockId)
      .execute()
    day = beijingDay(clock.now())
    clock.advance(readyAt(day).getTime() - clock.now().getTime() + minuteMs)
  })
  afterEach(() => shop[Symbol.asyncDispose]())

  const fetchAll = async () => {
    await runNow(shop.services, 'bills')
    await runNow(shop.services, 'flows')
  }
  const fileOf = (kind: FileKind, of = day) =>
    shop.services.db
      .selectFrom('wechat_files')
      .selectAll()
      .where('kind', '=', kind)
      .where('day', '=', of)
      .where((eb) => eb.or([eb('stock_id', '=', shop.stock.stock_id), eb('mchid', '=', '1601400973')]))
      .executeTakeFirstOrThrow()
  const ledger = async () => {
    const { db } = shop.services
    return {
      payments: (await db.selectFrom('payments').select('id').execute()).length,
      grants: (await db.selectFrom('grants').select('id').execute()).length,
      uses: (await db.selectFrom('redemptions').select('id').execute()).length,
      pieces: (await db.selectFrom('wechat_file_pieces').select('file_id').execute()).length,
    }
  }
  const nothing = { payments: 0, grants: 0, uses: 0, pieces: 0 }

  const framings = ['by its length', 'in chunks', 'until it closes'] as const
  const forged = ['bad_signature', 'unknown_serial', 'clock_skew', 'unsigned', 'tampered_body'] as const

  /** Half of each file comes through a host between, which then ends the connection. */
  async function breakInTheMiddle(framing: (typeof framings)[number]): Promise<void> {
    const { settings } = shop.sandbox.control.state
    const { config } = shop.services
    const own = [settings.url, config.wechat.filesUrl] as const
    await using between = await openScriptedHost((call, response) => void passHalf(call, response))
    async function passHalf({ url, headers }: Call, response: ServerResponse): Promise<void> {
      const answer = await fetch(shop.sandbox.url + url, { headers: { authorization: headers.authorization! } })
      const bytes = Buffer.from(await answer.arrayBuffer())
      response.shouldKeepAlive = framing !== 'until it closes'
      response.useChunkedEncodingByDefault = framing === 'in chunks'
      if (framing === 'by its length') response.setHeader('Content-Length', bytes.length)
      response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroySoon())
    }
    settings.url = config.wechat.filesUrl = between.url
    await fetchAll()
    ;[settings.url, config.wechat.filesUrl] = own
    expect(between.calls.length).toBeGreaterThan(1)
  }
  async function spoil(fault: FaultName, ...endpoints: string[]): Promise<void> {
    for (const endpoint of endpoints) shop.sandbox.control.setFault({ fault, endpoint })
    await fetchAll()
    shop.sandbox.control.clearFaults()
  }
  const ways: Record<string, () => Promise<void>> = {
    ...Object.fromEntries(framings.map((framing) => [`broken ${framing}`, () => breakInTheMiddle(framing)])),
    // An answer about a flow needs no signature: of it there is half.
    ...Object.fromEntries(
      forged.map((fault) => [
        `an answer with ${fault}`,
        async () => {
          shop.sandbox.control.setFault({ fault: 'half_a_file', endpoint: 'use_flow' })
          await spoil(fault, 'bill')
        },
      ]),
    ),
    'half an answer': () => spoil('half_a_file', 'bill', 'use_flow', 'refund_flow'),
    'a changed byte': () => spoil('tampered_body', 'bill_download', 'flow_download'),
    'half a file': () => spoil('half_a_file', 'bill_download', 'flow_download'),
  }

  test('that are broken off, forged or halved bring nothing; the whole ones that come later are taken once', async () => {
    for (const [way, happen] of Object.entries(ways)) {
      await happen()
      expect([way, await ledger()]).toEqual([way, nothing])
      for (const { state } of [await fileOf('trade_bill'), await fileOf('use_flow')])
        expect([way, ['due', 'unverified'].includes(state)]).toEqual([way, true])
      clock.advance(31 * minuteMs)
    }
    for (const _ of [1, 2]) await fetchAll()
    expect(await ledger()).toMatchObject({ payments: 2, grants: 1, uses: 1 })
    expect([await fileOf('trade_bill'), await fileOf('use_flow')]).toMatchObject([
      { state: 'kept', rows: 2, hash_differences: 0 },
      { state: 'kept', rows: 1, hash_differences: 0 },
    ])
  })

  test('that come three days late, the newest first and the undone uses before the uses, are the same in the end', async () => {
    const { control } = shop.sandbox
    const late = [
      control.setFault({ fault: 'statement_creating', endpoint: 'bill' }),
      control.setFault({ fault: 'system_error', endpoint: 'use_flow' }),
    ]
    control.refund(transactionId)
    const next = beijingDay(clock.now())
    control.addOrder({ tradeType: 'MICROPAY', total: 6_000, openid: shop.member('xiaoming') })
    await fetchAll()
    clock.advance(readyAt(next).getTime() - clock.now().getTime() + minuteMs)
    await fetchAll()
    // The refund was a day after the use, and its flow is there first.
    expect(await fileOf('refund_flow', next)).toMatchObject({ state: 'kept', rows: 1 })
    expect(await shop.services.db.selectFrom('redemptions').selectAll().execute()).toMatchObject([
      { transaction_id: transactionId, returned_source: 'flow' },
    ])
    const { db } = shop.services
    const hold = (of: string, due: Date) =>
      db
        .updateTable('wechat_files')
        .set({ due_at: due })
        .where('day', '=', of)
        .where('state', 'not in', ['kept', 'none'])
        .execute()
    clock.advance(2 * dayMs)
    for (const { id } of late) control.clearFaults(id)
    await hold(day, new Date(clock.now().getTime() + 60 * minuteMs))
    await hold(next, clock.now())
    await fetchAll()
    expect([await fileOf('trade_bill'), await fileOf('trade_bill', next)]).toMatchObject([
      { state: 'not_ready' },
      { state: 'kept' },
    ])
    clock.advance(61 * minuteMs)
    for (const _ of [1, 2]) await fetchAll()
    expect([await fileOf('trade_bill'), await fileOf('use_flow')]).toMatchObject([{ state: 'kept' }, { state: 'kept' }])
    expect(await ledger()).toMatchObject({ payments: 3, grants: 2, uses: 1 })
    expect(await db.selectFrom('redemptions').selectAll().execute()).toMatchObject([{ returned_source: 'flow' }])
  })
})
