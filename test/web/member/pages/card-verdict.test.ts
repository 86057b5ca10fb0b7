import { load } from 'cheerio'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Campaign } from '../../../../src/plumbing/storage/schema/campaign.ts'
import type { CardFacts } from '../../../../src/cards/card-opening.ts'
import { recordCard } from '../../../../src/cards/openings.ts'
import { aCampaign } from '../../../support/builders.ts'
import { formOf } from '../../../support/site.ts'
import { shopOfFile } from '../../../support/shop.ts'

/* A member of a card_open campaign taps 我已开卡，领取优惠券, and reads on the campaign page why nothing came. */

const start = Date.parse('2026-11-20T00:00:00+08:00')
const minute = 60_000
const day = 24 * 60 * minute
let nowMs = start + day
const clock = { now: () => new Date(nowMs) }
const { services, site, merchant, stock } = await shopOfFile({ redis: false, clock })
const campaign = await aCardCampaign()

beforeEach(() => {
  nowMs = start + day
})

function aCardCampaign(changes: Parameters<typeof aCampaign>[2] = {}): Promise<Campaign> {
  const window = { starts_at: new Date(start), ends_at: new Date(start + 10 * day) }
  return aCampaign(services, stock, { kind: 'card_open', ...window, ...changes })
}

let serial = 0
/** A member whose card is known by these facts. */
async function memberWith(...cards: Partial<CardFacts>[]): Promise<string> {
  serial += 1
  const openid = `member-${serial}`
  for (const [index, facts] of cards.entries()) {
    const card = { source: 'landing', cardId: 'pCard', cardCode: `code-${serial}-${index}`, openid } as const
    await recordCard(services, merchant, { ...card, ...facts })
  }
  return openid
}
async function tapped(openid: string, on = campaign): Promise<string> {
  const address = `/m/${merchant.slug}/c/${on.slug}`
  const phone = site.phoneOf(merchant, openid)
  const form = formOf((await phone.get(address)).text)
  const { location } = await phone.post(`${address}/claims`, form)
  return load((await phone.get(location)).text)('.notice').text()
}
const now = () => new Date(nowMs)
const before = new Date(start - day)

describe('a member who taps 我已开卡', () => {
  it('without a card that we know reads that there is none, and who gets the coupon', async () => {
    const said = await tapped(await memberWith())
    expect(said).toContain('还没有查到您的开卡记录')
    expect(said).toContain('活动期间新开卡的会员')
  })

  it('with a card from before reads that the coupon is for new ones', async () => {
    const said = await tapped(await memberWith({ takenAt: before, activeAt: now() }))
    expect(said).toContain('这份优惠券送给活动期间新开卡的会员')
    expect(said).not.toContain('没有查到')
  })

  it('with a card that a friend handed on reads that it does not take part', async () => {
    expect(await tapped(await memberWith({ takenAt: now(), activeAt: now(), gifted: true }))).toContain(
      '好友转赠的会员卡不参加',
    )
  })

  it('with a card that is not active yet reads what to do', async () => {
    expect(await tapped(await memberWith({ takenAt: now() }))).toContain('会员卡还没有激活')
  })

  it('with a card whose taking nobody has told yet reads that WeChat is waited for, and that old cards do not count', async () => {
    const said = await tapped(await memberWith({ activeAt: now() }))
    expect(said).toContain('正在等微信确认您的开卡时间')
    expect(said).toContain('以前开的卡没有这份优惠券')
  })

  it('with such a card after ten minutes reads that nothing came', async () => {
    const openid = await memberWith({ activeAt: now() })
    nowMs += 10 * minute
    expect(await tapped(openid)).toContain('暂时没有收到微信的开卡确认')
  })

  it('with several cards reads of the one that may still bring the coupon', async () => {
    const old = { takenAt: before, activeAt: now() }
    expect(await tapped(await memberWith(old, { activeAt: now() }))).toContain('正在等微信确认')
    expect(await tapped(await memberWith({ ...old, gifted: true }, old))).toContain('活动期间新开卡的会员')
  })

  it('reads nothing of a card that the campaign does not take', async () => {
    const gold = await aCardCampaign({ card_ids: ['pGold'] })
    expect(await tapped(await memberWith({ takenAt: before, activeAt: now() }), gold)).toContain('没有查到')
  })

  it('where any card earns, without one, reads that the coupon comes with it', async () => {
    const said = await tapped(await memberWith(), await aCardCampaign({ cards: 'any' }))
    expect(said).toBe('还没有查到您的开卡记录，开卡后优惠券会自动到账')
  })
})

it('the page of who was turned away once, and whose card has been proven since, says no more that it was', async () => {
  const openid = await memberWith({ takenAt: now(), activeAt: now() })
  const seen = await site.phoneOf(merchant, openid).get(`/m/${merchant.slug}/c/${campaign.slug}?reason=not_eligible`)
  expect(load(seen.text)('.notice').text()).toBe('')
  expect(seen.text).toContain('<form')
})

it('two members who tap at the same moment read each of their own card', async () => {
  const [old, gifted] = [
    await memberWith({ takenAt: before, activeAt: now() }),
    await memberWith({ takenAt: now(), activeAt: now(), gifted: true }),
  ]
  const said = await Promise.all([tapped(old), tapped(gifted), tapped(old)])
  expect(said.map((words) => words.includes('转赠'))).toEqual([false, true, false])
})
