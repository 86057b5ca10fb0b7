import { describe, expect, test } from 'vitest'
import { applyCampaign } from '../../../src/campaigns/apply.ts'
import { aStock, senderOf } from '../../support/builders.ts'
import { formOf, openDesk } from './campaign-desk.ts'

const desk = await openDesk()
const { shop, list, people, see, send, stored, form } = desk

describe('a template', () => {
  test('comes filled in up to the total, where the focus is', async () => {
    const named = await aStock(shop.services, shop.merchant, {
      name: '满50减5',
      available_end: new Date('2027-01-31T23:59:59+08:00'),
    })
    const { $ } = await see(`${list}/new?template=link&stock=${named.stock_id}`)
    const fields = formOf($, `${list}/new`)
    expect(fields).toMatchObject({
      kind: 'link',
      title: '满50减5',
      'coupons-0-stock': named.stock_id,
      'coupons-0-count': '1',
      per_member: '1',
      total: '',
      ends_day: '2027-01-31',
      ends_time: '23:59',
    })
    expect($('[autofocus]').attr('name')).toBe('total')
    const done = await send(`${list}/new`, { ...fields, total: '1000', do: 'save' })
    expect(done.location).toBe(`${list}/${fields.slug}?done=saved`)
    expect(await stored(fields.slug!)).toMatchObject({
      state: 'draft',
      limits: { per_member: 1, total: 1000 },
      ends_at: named.available_end,
    })
  })

  test('of spending takes yuan without a fault of a cent', async () => {
    const { $ } = await see(`${list}/new?template=spend_cumulative&stock=${desk.stock().stock_id}`)
    const fields = { ...formOf($, `${list}/new`), total: '10', 'tiers-0-at_least': '１,234.07', do: 'save' }
    expect((await send(`${list}/new`, fields)).status).toBe(303)
    expect(await stored(formOf($, `${list}/new`).slug!)).toMatchObject({
      kind: 'spend',
      spend: {
        mode: 'cumulative',
        tiers: [{ at_least: 123_407, coupons: [{ stock_id: desk.stock().stock_id, count: 1 }] }],
      },
    })
  })

  test.each(['0.1', '0.29', '1.1', '19.99', '8.2', '99999999.99'])('keeps %s yuan as it was typed', async (yuan) => {
    const fields = form({ kind: 'spend', mode: 'single', basis: 'payer_total', tier_rule: 'highest', excludes: 'yes' })
    const tier = { 'tiers-0-at_least': yuan, 'tiers-0-coupons-0-stock': desk.stock().stock_id }
    const { status, words } = await send(`${list}/new`, { ...fields, ...tier, do: 'save' })
    if (yuan === '99999999.99') return expect([status, words]).toEqual([422, expect.stringContaining('门槛要大于 0')])
    const { $ } = await see(`${list}/${fields.slug}/edit`)
    return expect(Number($('[name=tiers-0-at_least]').val())).toBe(Number(yuan))
  })
})

describe('what only a bill tells', () => {
  const spend = (overrides: Record<string, string> = {}) =>
    form({
      kind: 'spend',
      mode: 'single',
      basis: 'total',
      tier_rule: 'highest',
      excludes: 'yes',
      'tiers-0-at_least': '50',
      'tiers-0-coupons-0-stock': desk.stock().stock_id,
      'tiers-0-coupons-0-count': '1',
      ...overrides,
    })

  test.each([
    ['no', '0', { earn: false, within_days: 0 }],
    ['yes', '60', { earn: true, within_days: 60 }],
    ['yes', '92', undefined],
  ])('earns or not as the form says (%s, %s days), and the form shows it again', async (earns, days, meant) => {
    const fields = spend({ late_earns: earns, late_days: days })
    expect((await send(`${list}/new`, { ...fields, do: 'save' })).status).toBe(303)
    expect((await stored(fields.slug!))?.spend?.late_facts).toEqual(meant)
    const path = `${list}/${fields.slug}/edit`
    const { $ } = await see(path)
    const again = formOf($, path)
    expect(again).toMatchObject({ late_earns: earns, late_days: days })
    expect((await send(path, { ...again, do: 'save' })).status).toBe(303)
    expect((await stored(fields.slug!))?.spend?.late_facts).toEqual(meant)
  })

  test('cannot earn for longer than WeChat keeps a bill', async () => {
    const { status, $ } = await send(`${list}/new`, { ...spend({ late_days: '93' }), do: 'save' })
    expect(status).toBe(422)
    expect(
      $('.errors a, [role=alert] a')
        .map((_, one) => $(one).attr('href'))
        .get(),
    ).toContain('#f-late_days')
  })
})

describe('a wrong form', () => {
  const cases: [string, Record<string, string>][] = [
    ['title', { title: '' }],
    ['title', { title: '很'.repeat(41) }],
    ['total', { total: '' }],
    ['total', { total: '1.5' }],
    ['total', { total: '-1' }],
    ['total', { total: '10', unlimited: 'yes' }],
    ['per_member', { per_member: '0' }],
    ['per_day', { per_day: 'x' }],
    ['starts_day', { starts_day: '2026-02-30' }],
    ['ends_day', { ends_day: '2020-01-01' }],
    ['coupons-0-stock', { 'coupons-0-stock': '' }],
    ['coupons-0-stock', { 'coupons-0-stock': '404404' }],
    ['coupons-0-count', { 'coupons-0-count': '61' }],
    ['slug', { slug: 'NEIN' }],
    ['slug', { slug: 'new' }],
    ['senders', { senders: '123' }],
    ['rules', { rules: 'x\u0007' }],
  ]
  test.each(cases)('names %s, in Chinese, and stores nothing: %j', async (field, wrong) => {
    const before = await shop.services.db.selectFrom('campaigns').select('id').execute()
    const { status, $ } = await send(`${list}/new`, { ...form(wrong), do: 'save' })
    expect(status).toBe(422)
    const links = $('.errors a, [role=alert] a')
    expect(links.map((_, one) => $(one).attr('href')).get()).toContain(`#f-${field}`)
    expect($(`#f-${field}`)).toHaveLength(1)
    for (const text of links.map((_, one) => $(one).text()).get()) {
      expect(text).toMatch(/[\u4e00-\u9fff]/)
      expect(text).not.toMatch(/must|needs|has not/)
    }
    expect(await shop.services.db.selectFrom('campaigns').select('id').execute()).toEqual(before)
  })

  test('keeps every word that was typed', async () => {
    const wrong = form({ title: '<b>"春"</b> 🎁 \u202e', total: '', rules: '第一行\n第二行', per_day: '7' })
    const { $ } = await send(`${list}/new`, { ...wrong, do: 'save' })
    expect(formOf($, `${list}/new`)).toMatchObject({ title: wrong.title!.trim(), per_day: '7', total: '' })
    expect($('textarea[name=rules]').text().trim()).toBe('第一行\n第二行')
    expect($('h1 b')).toHaveLength(0)
  })

  test('another row is a press away, and changes nothing', async () => {
    const { status, $ } = await send(`${list}/new`, { ...form(), do: 'more-coupons' })
    expect([status, $('[name=coupons-1-stock]').length]).toEqual([200, 1])
  })
})

describe('times', () => {
  test.each([
    ['2026-11-30', '00:00', '2026-12-31', '23:59', '2026-11-29T16:00:00.000Z', '2026-12-31T15:59:59.000Z'],
    ['2028-02-29', '07:59', '2028-02-29', '08:00', '2028-02-28T23:59:00.000Z', '2028-02-29T00:00:59.000Z'],
  ])(
    'are Beijing days whatever the zone of this machine: %s %s to %s %s',
    async (day, time, lastDay, lastTime, starts, ends) => {
      const fields = form({ starts_day: day, starts_time: time, ends_day: lastDay, ends_time: lastTime })
      const zone = process.env.TZ
      process.env.TZ = 'America/Los_Angeles'
      await send(`${list}/new`, { ...fields, do: 'save' })
      const { $ } = await see(`${list}/${fields.slug}/edit`)
      process.env.TZ = zone
      if (zone === undefined) delete process.env.TZ
      const campaign = (await stored(fields.slug!))!
      expect([campaign.starts_at.toISOString(), campaign.ends_at.toISOString()]).toEqual([starts, ends])
      expect(['starts_day', 'starts_time', 'ends_day', 'ends_time'].map((name) => $(`[name=${name}]`).val())).toEqual([
        day,
        time,
        lastDay,
        lastTime,
      ])
    },
  )

  test('and everything else of a file survive an edit that changes nothing, to the millisecond', async () => {
    const file = {
      slug: 'whole',
      kind: 'card_open',
      title: '开卡',
      rules: '一\n二',
      starts_at: '2026-11-01T08:09:10.123+08:00',
      ends_at: '2027-11-01T12:00:00+08:00',
      coupons: [{ stock_id: desk.stock().stock_id, count: 2 }],
      limits: { per_member: 2, per_day: 5 },
      card_ids: ['pOne', 'pTwo'],
      cards: 'any',
      gifted: true,
      channel: 'app',
      stackable: true,
      state: 'draft',
      sender_mchids: [senderOf(shop.merchant).mchid],
    }
    await applyCampaign(shop.services, shop.merchant, file)
    const { $ } = await see(`${list}/whole/edit`)
    const before = await stored('whole')
    const done = await send(`${list}/whole/edit`, { ...formOf($, `${list}/whole/edit`), do: 'save' })
    expect(done.status).toBe(303)
    expect(await stored('whole')).toEqual(before)
    const downloaded = await people.viewer!.phone.get(`${list}/whole/file.json`)
    expect(downloaded.headers.get('content-disposition')).toContain('whole.json')
    expect(await applyCampaign(shop.services, shop.merchant, JSON.parse(downloaded.text))).toContain(
      'campaign whole: nothing changed',
    )
  })
})
