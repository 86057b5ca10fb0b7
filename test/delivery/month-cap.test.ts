import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

/** 5,000 yuan of one creator in a calendar month (docs/wechat/pay-v3.md 3.3). */
const capped: SendAnswer = { status: 400, code: 'INVALID_REQUEST', message: '暂时无法领取,请联系商家处理' }

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const at = (time: string) => new Date(`2027-${time}+08:00`)
const goTo = (time: string) => room.clock.advance(at(time).getTime() - room.clock.now().getTime())
const drain = () => openDeliveryLoop(room.services).drain()
const slots = () => room.services.db.selectFrom('slots').selectAll().execute()
async function campaignUntil(end: string) {
  const stock = await aStock(room.services, room.merchant, { available_end: at(end) })
  return aCampaign(room.services, stock, { ends_at: at('12-01T00:00:00') })
}

test('who has had 5,000 yuan this month gets the coupon on the first of the next, by itself', async () => {
  goTo('03-20T12:00:00')
  const campaign = await campaignUntil('05-01T00:00:00')
  room.wechat.otherwise = capped
  const answer = await claim(room.services, { merchant: room.merchant, campaign, openid: 'rich', claimKey: 'tap' })
  expect(answer).toMatchObject({ status: 'pending', message: expect.stringMatching('下个月 1 日自动发放') as string })
  const taken = await slots()
  expect(taken).not.toEqual([])

  goTo('03-31T23:59:59')
  await drain()
  expect(room.wechat.calls).toHaveLength(1)
  expect(await slots()).toEqual(taken)

  room.wechat.otherwise = 'commit'
  goTo('04-01T00:15:00')
  await drain()
  expect(room.wechat.coupons.size).toBe(1)
  expect(await room.halts()).toEqual([])
})

test('a stock that ends before the next month is refused, its places go to others, and the page says so', async () => {
  goTo('05-20T12:00:00')
  const campaign = await campaignUntil('06-01T00:00:00')
  room.wechat.otherwise = capped
  const answer = await claim(room.services, { merchant: room.merchant, campaign, openid: 'late', claimKey: 'tap' })
  expect(answer).toMatchObject({
    status: 'refused',
    message: '您本月领取的微信支付优惠券已达上限，这批券下个月已不能发放',
  })
  expect(await slots()).toEqual([])
})

test('without WeChat’s signature nobody is put off for weeks by one word', async () => {
  room.wechat.next = [{ ...capped, signed: false }, 'commit']
  const row = await room.owe('lucky', await campaignUntil('11-01T00:00:00'))
  await drain()
  expect(await room.coupon(row)).toMatchObject({ state: 'sent' })
})
