import { load } from 'cheerio'
import { afterAll, describe, expect, it, vi } from 'vitest'
import * as landings from '../../../../src/cards/landing.ts'
import { findGrant } from '../../../../src/grants/grants.ts'
import * as rewards from '../../../../src/payments/reward.ts'
import { aGrant } from '../../../support/grants.ts'
import { shopOfFile } from '../../../support/shop.ts'

// What these two find out has tests of its own; here it is given, so that every answer is seen as a page.
const openFromLanding = vi.spyOn(landings, 'openFromLanding')
const rewardFor = vi.spyOn(rewards, 'rewardFor')

const { services, site, merchant, stock, ...shop } = await shopOfFile({ redis: false })
const campaign = await shop.campaign()

afterAll(() => void vi.restoreAllMocks())

async function visit(path: string, openid = 'openid-1') {
  const seen = await site.phoneOf(merchant, openid).get(`/m/${merchant.slug}/${path}`)
  const $ = load(seen.text)
  return {
    status: seen.status,
    text: $('main').text(),
    refresh: $('meta[http-equiv=refresh]').attr('content')?.replace("; url='\x1f'", ''),
  }
}

const grantOf = (state: 'sent' | 'reserved' | 'refused', refundedAt?: Date) =>
  aGrant(services, campaign, stock, { openid: 'openid-1', coupons: [state], refundedAt })

describe('the page after opening a card', () => {
  const landed = (landing: landings.Landing) => void openFromLanding.mockResolvedValue(landing)

  it('shows the coupon that arrived', async () => {
    landed({ kind: 'opened', awards: [{ kind: 'existing', grantId: await grantOf('sent') }] })
    const page = await visit('card-opened?card_id=p1')
    expect(page.text).toContain('开卡礼已发放')
    expect(page.refresh).toBeUndefined()
  })

  it('goes on to the grant while the coupon is on its way', async () => {
    const id = await grantOf('reserved')
    landed({ kind: 'opened', awards: [{ kind: 'existing', grantId: id }] })
    expect((await visit('card-opened?card_id=p1')).refresh).toBe(`2; url=/m/${merchant.slug}/grants/${id}`)
  })

  it.each<[string, landings.Landing, string]>([
    ['there is nothing to give', { kind: 'opened', awards: [] }, '目前没有可领的开卡礼'],
    ['it is sold out', { kind: 'opened', awards: [{ kind: 'turned_away', reason: 'sold_out' }] }, '优惠券已被领完'],
    ['the card is not active', { kind: 'not_active' }, '会员卡还没有激活'],
    ['there is no such card', { kind: 'invalid' }, '没有找到您的会员卡'],
    ['nobody tells when it was taken', { kind: 'unproven' }, '暂时没有收到微信的开卡确认'],
    ['the card is from before', { kind: 'not_new' }, '这份开卡礼送给活动期间新开卡的会员'],
    ['a friend handed it on', { kind: 'gifted' }, '好友转赠的会员卡不参加'],
    ['WeChat cannot be asked', { kind: 'later' }, '正在确认您的会员卡'],
  ])('says so when %s', async (_, landing, words) => {
    landed(landing)
    const page = await visit('card-opened?card_id=p1')
    expect(page.text).toContain(words)
    expect(page.refresh).toBe(landing.kind === 'later' ? '5' : undefined)
  })

  it('looks again ever later while WeChat cannot be asked: its quota may be gone for the day', async () => {
    landed({ kind: 'later' })
    const pauses = []
    for (let look = 0; look < 4; look += 1) pauses.push((await visit('card-opened?card_id=p1', 'patient')).refresh)
    expect(pauses).toEqual(['5', '15', '60', '60'])
  })

  it.each([
    [0, '5'],
    [60_000, '15'],
    [180_000, '60'],
  ])(
    'waits for WeChat’s word when the card was taken, and looks again ever later: after %i ms in %s s',
    async (sinceMs, seconds) => {
      landed({ kind: 'waiting', sinceMs })
      const page = await visit('card-opened?card_id=p1')
      expect(page.text).toContain('正在等微信确认您的开卡时间')
      expect(page.refresh).toBe(seconds)
    },
  )

  it('shows nothing of another member’s card', async () => {
    landed({ kind: 'not_yours' })
    const page = await visit('card-opened?card_id=p1')
    expect([page.status, page.text]).toEqual([404, expect.stringContaining('这里的内容属于另一位会员')])
  })

  it('is found without a question mark, and nothing is decoded twice', async () => {
    landed({ kind: 'invalid' })
    expect((await visit('card-opened&card_id=p1&encrypt_code=a%252Bb%3D&outer_str=')).status).toBe(200)
    expect(openFromLanding.mock.lastCall?.[3]).toEqual({
      card_id: 'p1',
      encrypt_code: 'a%2Bb=',
      outer_str: '',
    })
  })
})

describe('the page after paying', () => {
  const earned = (reward: rewards.Reward) => void rewardFor.mockResolvedValue(reward)
  const granted = async (id: string) => {
    const grant = await findGrant(services.db, merchant.id, id)
    if (grant) earned({ kind: 'granted', grants: [grant] })
  }

  it('shows the coupon that arrived', async () => {
    await granted(await grantOf('sent'))
    expect((await visit('paid?out_trade_no=1')).text).toContain('消费奖励已到账')
  })

  it('goes on to the grant while the coupon is on its way', async () => {
    await granted(await grantOf('reserved'))
    expect((await visit('paid?out_trade_no=1')).refresh).toMatch(/^2; url=\/m\//)
  })

  it('says that a refunded payment earns nothing', async () => {
    await granted(await grantOf('refused', new Date()))
    expect((await visit('paid?out_trade_no=1')).text).toContain('订单已退款')
  })

  const about = { campaign: { slug: 'spend', title: '消费有礼' } }
  it.each<[string, rewards.Reward, string]>([
    [
      'money is missing',
      { kind: 'nothing', reason: 'not_eligible', detail: { ...about, missing: 1050, unit: 'fen' } },
      '还差 10.50 元，就能领到「消费有礼」优惠券',
    ],
    [
      'payments are missing',
      { kind: 'nothing', reason: 'not_eligible', detail: { ...about, missing: 2, unit: 'payments' } },
      '还差 2 笔付款',
    ],
    [
      'it used our coupon',
      { kind: 'nothing', reason: 'not_eligible', detail: { ...about, usedOurCoupon: true } },
      '用了本店的优惠券，不参加「消费有礼」',
    ],
    ['it is sold out', { kind: 'nothing', reason: 'day_sold_out', detail: {} }, '今日已发完，明天 0 点继续'],
    ['no campaign takes it', { kind: 'nothing', reason: 'not_eligible', detail: {} }, '这笔付款没有可领的奖励'],
    ['it is not paid yet', { kind: 'not_paid' }, '还没有查到付款结果'],
    ['it cannot be decided now', { kind: 'later' }, '正在核对您的消费奖励'],
    ['there is no such order', { kind: 'unknown_order' }, '没有找到这笔订单'],
  ])('says so when %s', async (_, reward, words) => {
    earned(reward)
    const page = await visit('paid?out_trade_no=1')
    expect(page.text).toContain(words)
    expect(page.refresh).toBe(reward.kind === 'not_paid' || reward.kind === 'later' ? '3' : undefined)
  })
})
