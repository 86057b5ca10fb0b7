import { describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { applyOpening } from '../../src/cards/apply-opening.ts'
import { claim } from '../../src/claims/claim.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { aCampaign } from '../support/builders.ts'
import { aPayment, aSpendCampaign } from '../support/spend.ts'
import { shopOfFile } from '../support/shop.ts'

const window = { starts_at: new Date('2026-11-01T00:00:00+08:00'), ends_at: new Date('2026-11-30T23:59:59+08:00') }
let now = window.ends_at
const { services, merchant, stock } = await shopOfFile({
  redis: false,
  clock: { now: () => now },
  stock: { available_begin: window.starts_at, available_end: new Date('2026-12-31T23:59:59+08:00') },
})

const claimAs = (campaign: Campaign, openid: string) =>
  claim(services, { merchant, campaign, openid, claimKey: `key-of-${openid}` })

describe.each([
  ['the first instant', window.starts_at, undefined],
  ['the last instant', window.ends_at, undefined],
  ['a millisecond before the first', new Date(window.starts_at.getTime() - 1), 'not_started'],
  ['a millisecond after the last', new Date(window.ends_at.getTime() + 1), 'ended'],
] as const)('at %s of a campaign', (words, at, closed) => {
  const verdict = closed ? 'brings nothing' : 'counts'
  const openid = `member-${at.getTime()}`

  test(`a tap ${verdict}`, async () => {
    now = at
    const answer = await claimAs(await aCampaign(services, stock, window), openid)
    expect(answer.reason).toBe(closed)
    expect(answer.status).toBe(closed ? 'refused' : 'pending')
  })

  test(`a card opened then ${verdict}, at once and on a tap`, async () => {
    now = at
    const campaign = await aCampaign(services, stock, { ...window, kind: 'card_open', card_ids: [`p${at.getTime()}`] })
    const card = { cardId: `p${at.getTime()}`, cardCode: words, source: 'event', channel: undefined } as const
    const settled = await applyOpening(services, merchant, { ...card, openid, vouchedAt: at, activeAt: at })
    expect(settled).toMatchObject([closed ? { verdict: { kind: 'not_new' } } : { awarded: { kind: 'granted' } }])
    now = window.ends_at
    expect((await claimAs(campaign, openid)).reason).toBe(closed ? 'not_eligible' : 'already_claimed')
  })

  test(`a payment made then ${verdict}, at once and on a tap`, async () => {
    now = at
    const campaign = await aSpendCampaign(services, stock, {}, window)
    const payment = aPayment(services, { openid, paidAt: at })
    await recordPayment(services, merchant, payment)
    const outcomes = await applyPayment(services, merchant, payment.transactionId)
    const awards = outcomes.find((outcome) => outcome.campaign.id === campaign.id)?.awards ?? []
    expect(awards.map((one) => one.kind)).toEqual(closed ? [] : ['granted'])
    now = window.ends_at
    const answer = await claimAs(campaign, openid)
    expect(answer.reason).toBe(closed ? 'not_eligible' : 'already_claimed')
  })
})
