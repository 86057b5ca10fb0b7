import { load } from 'cheerio'
import { describe, expect, test } from 'vitest'
import { keepExamination } from '../../../src/doctor/examinations.ts'
import { finding } from '../../../src/doctor/findings.ts'
import { aCampaign, aStock } from '../../support/builders.ts'
import { aGrant } from '../../support/grants.ts'
import { formOf, openDesk } from './campaign-desk.ts'

const desk = await openDesk()
const { shop, list, people, see, send, stored, form, clock } = desk

describe('publishing', () => {
  test('repeats the promise, takes the code in the same step, and gives members the coupon', async () => {
    const fields = form({ title: '发布我' })
    const saved = await send(`${list}/new`, { ...fields, do: 'publish' })
    expect(saved.location).toBe(`${list}/${fields.slug}/publish`)
    clock.advance(11 * 60_000)
    const { words, $ } = await see(saved.location)
    expect(words).toContain('最多 1,000 张 × 10 元 = 10,000 元')
    expect($('[type=checkbox]').length).toBe(1)
    const ready = { revision: $('[name=revision]').val() as string, seen: $('[name=seen]').val() as string }
    const wrong = await send(saved.location, { ...ready, code: '000000' })
    expect([wrong.status, wrong.$('[role=alert] a').attr('href')]).toEqual([422, '#f-code'])
    expect(wrong.$('[name=seen]').attr('checked')).toBeDefined()
    expect((await stored(fields.slug!))!.state).toBe('draft')
    const done = await send(saved.location, { ...ready, code: people.owner!.code() })
    expect(done.location).toBe(`${list}/${fields.slug}?done=published`)
    expect((await see(done.location)).words).toContain('活动已发布')
    expect((await stored(fields.slug!))!.state).toBe('published')
  })

  test('is stopped by the check, and asks for what is only a risk', async () => {
    const few = await aStock(shop.services, shop.merchant, { max_coupons: 10 })
    const fields = form({ 'coupons-0-stock': few.stock_id })
    await send(`${list}/new`, { ...fields, do: 'save' })
    const address = `${list}/${fields.slug}/publish`
    const { $, words } = await see(address)
    const seen = $('[name=seen]').val() as string
    expect(words).toContain('活动最多要发 1,000 张')
    expect(words).toMatch(/我已知道以上 \d 点/)
    const unticked = await send(address, { revision: '1' })
    expect([unticked.status, unticked.$('[role=alert] a').attr('href')]).toEqual([422, '#f-seen'])
    await shop.services.db.updateTable('stocks').set({ status: 'paused' }).where('id', '=', few.id).execute()
    const stopped = await send(address, { revision: '1', seen })
    expect([stopped.status, stopped.$('button:contains("确认发布")').length]).toEqual([422, 0])
    expect((await stored(fields.slug!))!.state).toBe('draft')
    await shop.services.db.updateTable('stocks').set({ status: 'running' }).where('id', '=', few.id).execute()
    expect((await send(address, { revision: '1', seen })).status).toBe(303)
  })

  test('asks nothing of somebody who has set everything up and examined it', async () => {
    const { sandbox } = shop.services.config
    sandbox.on = true
    await keepExamination(shop.services, shop.merchant, {
      by: 'test',
      findings: [finding('secret_right', { appid: 'wx1' })],
    })
    const fields = form()
    await send(`${list}/new`, { ...fields, do: 'save' })
    const { $, words } = await see(`${list}/${fields.slug}/publish`)
    expect([words, $('[type=checkbox]').length]).toEqual([expect.stringContaining('没有发现问题'), 0])
    expect((await send(`${list}/${fields.slug}/publish`, { revision: '1' })).location).toContain('done=published')
    sandbox.on = false
    await shop.services.db.deleteFrom('examinations').execute()
  })

  test('asks again when something else is asked than what was ticked, and not because a count went on', async () => {
    const few = await aStock(shop.services, shop.merchant, { max_coupons: 10 })
    const fields = form({ 'coupons-0-stock': few.stock_id })
    await send(`${list}/new`, { ...fields, do: 'save' })
    const address = `${list}/${fields.slug}/publish`
    const seen = (await see(address)).$('[name=seen]').val() as string
    const change = (set: object) => shop.services.db.updateTable('stocks').set(set).where('id', '=', few.id).execute()
    await change({ on_shelf: false })
    const other = await send(address, { revision: '1', seen })
    expect([other.status, other.words]).toEqual([422, expect.stringContaining('检查结果和刚才不同了')])
    expect(other.$('[name=seen]').attr('checked')).toBeUndefined()
    expect(other.words).toContain('已下架')
    await change({ on_shelf: true, max_coupons: 9, synced_at: clock.now() })
    expect((await send(address, { revision: '1', seen })).status).toBe(303)
  })
})

describe('what somebody else has changed', () => {
  test('stands beside what was typed (409), and nothing of it is lost', async () => {
    const fields = form({ title: '最初' })
    await send(`${list}/new`, { ...fields, do: 'save' })
    const address = `${list}/${fields.slug}/edit`
    const mine = { ...formOf((await see(address)).$, address), title: '我的<i>' }
    const theirs = { ...formOf((await see(address, 'operator')).$, address), title: '别人的', total: '5' }
    expect((await send(address, { ...theirs, do: 'save' }, 'operator')).status).toBe(303)
    const conflict = await send(address, { ...mine, do: 'save' })
    expect(conflict.status).toBe(409)
    for (const word of ['别人的', '我的<i>', '用我的版本覆盖', '放弃我的修改']) expect(conflict.words).toContain(word)
    expect((await stored(fields.slug!))!.title).toBe('别人的')
    const again = formOf(conflict.$, address)
    expect((await send(address, { ...again, do: 'save' })).status).toBe(303)
    expect(await stored(fields.slug!)).toMatchObject({ title: '我的<i>', limits: { total: 1000 }, revision: 3 })
  })
})

describe('an edit of what was published', () => {
  test('is shown before it is stored, with what it does, and costs a confirmation only where it costs money', async () => {
    const campaign = await aCampaign(shop.services, desk.stock(), { limits: { per_member: 1, total: 100 } })
    const address = `${list}/${campaign.slug}/edit`
    const fields = formOf((await see(address)).$, address)
    const less = await send(address, { ...fields, total: '50', title: '少一点', do: 'review' })
    expect(less.words).toContain('总量 50：已发 0 份，还能发 50 份')
    expect(less.words).toContain('保存修改')
    expect((await stored(campaign.slug))!.revision).toBe(1)
    const confirm = { ...formOf(less.$, address), do: 'confirm' }
    expect((await send(address, confirm)).location).toBe(`${list}/${campaign.slug}?done=changed`)
    const more = await send(address, { ...formOf((await see(address)).$, address), total: '500', do: 'review' })
    expect(more.words).toContain('总量从 50 提高到 500')
    expect((await send(address, { ...formOf(more.$, address), do: 'confirm' })).status).toBe(303)
    expect(await stored(campaign.slug)).toMatchObject({ limits: { total: 500 }, title: '少一点', revision: 3 })
    const notices = await shop.services.db.selectFrom('notices').selectAll().execute()
    expect(notices.at(-1)!.words).toContain('一个人确认，修改了')
  })

  test('is refused in Chinese, with the way out, where what was paid before would earn again', async () => {
    const coupons = [{ stock_id: desk.stock().stock_id, count: 1 }]
    const spend = {
      basis: 'payer_total',
      mode: 'single',
      window_days: 30,
      tiers: [{ at_least: 5_000, coupons }],
      tier_rule: 'highest',
      exclude_orders_using_our_coupons: true,
      hold_minutes: 0,
    } as const
    const campaign = await aCampaign(shop.services, desk.stock(), {
      kind: 'spend',
      coupons: [],
      spend: { ...spend, tiers: [...spend.tiers] },
    })
    await aGrant(shop.services, campaign, desk.stock(), { openid: 'oFrozen', coupons: ['sent'] })
    const address = `${list}/${campaign.slug}/edit`
    const fields = formOf((await see(address)).$, address)
    const refused = await send(address, { ...fields, 'tiers-0-at_least': '40', do: 'review' })
    expect(refused.status).toBe(422)
    expect(refused.words).toContain('满 50 元'.slice(2) + '这一档不能改或删除')
    expect(refused.words).toContain('请用“复制”新建一个活动')
    expect(refused.$('[role=alert]').text()).not.toMatch(/cannot|because/)
  })
})

describe('the page of a campaign', () => {
  test('has its acts, figures, link, last grants and history', async () => {
    const fields = form({ title: '页面' })
    await send(`${list}/new`, { ...fields, do: 'save' })
    const campaign = (await stored(fields.slug!))!
    const grant = await aGrant(shop.services, campaign, desk.stock(), {
      openid: 'oABCDEFGHIJKLMNOPQRSTUVWX',
      coupons: ['sent'],
    })
    const { words, $, text } = await see(`${list}/${fields.slug}`)
    for (const word of ['草稿', '0 / 1,000', '发布活动', 'oABC****UVWX', '新建活动', '由 owner@example.com'])
      expect(words).toContain(word)
    expect(text).not.toContain('oABCDEFGHIJKLMNOPQRSTUVWX')
    expect($(`a[href$="/grants/${grant}"]`).length).toBeGreaterThan(0)
    const code = await people.owner!.phone.get(`${list}/${fields.slug}/code.svg`)
    expect(code.text).toContain('<svg')
    const forViewer = await see(`${list}/${fields.slug}`, 'viewer')
    expect(forViewer.words).not.toMatch(/发布活动|暂停活动|修改 检查/)
  })

  test('tells in words what each change was', async () => {
    const fields = form({ title: '先前' })
    await send(`${list}/new`, { ...fields, do: 'save' })
    const page = `${list}/${fields.slug}`
    const edited = formOf((await see(`${page}/edit`)).$, `${page}/edit`)
    await send(`${page}/edit`, { ...edited, title: '后来', total: '1200', do: 'save' })
    const { $, words } = await see(page)
    const latest = $('.event').first().text().replace(/\s+/g, ' ')
    expect(latest).toMatch(/改了 2 项：活动名称、总量.*活动名称 先前后来 总量 1,0001,200/)
    expect(words).not.toMatch(/[{}]|原始内容|\dZ/)
    const audit = (await see('/console/audit')).words
    expect(audit).toContain('活动名称：先前 → 后来；总量：1,000 → 1,200')
    expect(audit).not.toMatch(/\{"|T\d\d:\d\d|→ owner|command line/)
  })

  test('pauses, resumes, ends and copies', async () => {
    const { slug } = await aCampaign(shop.services, desk.stock())
    const page = `${list}/${slug}`
    for (const [change, state, word] of [
      ['pause', 'paused', '已暂停'],
      ['resume', 'published', '已恢复'],
      ['end', 'ended', '活动已结束'],
    ] as const) {
      const done = await send(`${page}/state`, { change }, 'operator')
      expect([done.location, (await stored(slug))!.state]).toEqual([`${page}?done=${change}`, state])
      expect((await see(done.location)).words).toContain(word)
    }
    expect((await send(`${page}/state`, { change: 'resume' })).status).toBe(409)
    const copied = await send(`${page}/copy`, { when: 'now', slug: `${slug}-2` })
    expect(copied.location).toBe(`${list}/${slug}-2?done=copied`)
    expect(await stored(`${slug}-2`)).toMatchObject({ state: 'draft' })
    const late = { when: 'later', starts_day: '2020-01-01', starts_time: '00:00', slug: `${slug}-3` }
    const refused = await send(`${page}/copy`, late)
    expect([refused.status, refused.$('[role=alert] a').attr('href')]).toEqual([422, '#f-starts_day'])
  })
})

describe('the list', () => {
  const titles = async (query: string) =>
    (await see(`${list}${query}`))
      .$('tbody th')
      .toArray()
      .map((one) => load(one).text().trim())
  const named = async (title: string, options: Parameters<typeof aCampaign>[2] = {}) => {
    const campaign = await aCampaign(shop.services, desk.stock(), options)
    await shop.services.db.updateTable('campaigns').set({ title }).where('id', '=', campaign.id).execute()
    return campaign
  }
  const day = 86_400_000
  const at = (days: number) => new Date(clock.now().getTime() + days * day)

  test('says of each how it stands, by one word, and finds it by that', async () => {
    const today = new Date(clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
    const full = await named('S full', { limits: { total: 2, per_day: 9 } })
    const dayFull = await named('S day_full', { limits: { total: 9, per_day: 1 } })
    await named('S draft', { state: 'draft' })
    await named('S coming', { starts_at: at(1) })
    await named('S open')
    await named('S paused', { state: 'paused' })
    await named('S over', { starts_at: at(-3), ends_at: at(-1) })
    const closed = await aStock(shop.services, shop.merchant, { status: 'paused' })
    const halted = await aCampaign(shop.services, closed)
    await shop.services.db.updateTable('campaigns').set({ title: 'S halted' }).where('id', '=', halted.id).execute()
    const place = (scope: string, number: number) => ({
      merchant_id: shop.merchant.id,
      scope,
      number,
      grant_id: '00000000-0000-7000-8000-000000000000',
    })
    await shop.services.db
      .insertInto('slots')
      .values([
        place(`campaign/${full.id}/total`, 1),
        place(`campaign/${full.id}/total`, 2),
        place(`campaign/${dayFull.id}/total`, 1),
        place(`campaign/${dayFull.id}/day/${today}`, 1),
      ])
      .execute()
    for (const standing of ['full', 'day_full', 'draft', 'coming', 'open', 'paused', 'over', 'halted']) {
      expect(await titles(`?state=${standing}&name=S+`)).toEqual([`S ${standing}`])
    }
    const { words } = await see(`${list}?name=S+full`)
    expect(words).toContain('2 / 2')
    // A refused coupon gives the first place back: the highest one is still held, and yet there is room.
    await shop.services.db
      .deleteFrom('slots')
      .where('scope', '=', `campaign/${full.id}/total`)
      .where('number', '=', 1)
      .execute()
    clock.advance(31_000)
    expect((await see(`${list}?name=S+full&state=open`)).words).toMatch(/进行中1 \/ 2/)
    expect(await titles('?state=full&name=S+')).toEqual([])
    expect(await titles('?state=nonsense&kind=x&before=q&name=S+')).toHaveLength(8)
  })

  test('goes on page by page without a gap, with its filters as chips that go away', async () => {
    for (let nth = 0; nth < 45; nth += 1) await named(`很多 ${nth}`)
    const seen: string[] = []
    for (let path: string | undefined = `${list}?name=%E5%BE%88%E5%A4%9A&state=open`; path;) {
      const { $ } = await see(path)
      seen.push(
        ...$('tbody th')
          .toArray()
          .map((one) => $(one).text().trim()),
      )
      path = $('a[rel=next]').attr('href')
    }
    expect(seen).toEqual(Array.from({ length: 45 }, (_, nth) => `很多 ${44 - nth}`))
    const { $, words } = await see(`${list}?name=%E5%BE%88%E5%A4%9A&state=open`)
    expect(words).toContain('状态：进行中')
    expect($('.chips a').first().attr('href')).toBe(`${list}?state=open`)
  })

  test('shows names as they are, whatever is in them', async () => {
    const odd = '<script>x</script>🎁\u202eابت "&'
    await named(odd)
    const { $, text } = await see(`${list}?name=%3Cscript`)
    expect($('tbody th').first().text().trim()).toBe(odd)
    expect(text).not.toContain('<script>x')
  })
})

test('a stock without a claiming link leads to a new campaign that gives it', async () => {
  const page = `/console/m/${shop.merchant.slug}/stocks/${desk.stock().stock_id}/claim`
  const { status, location } = await see(page)
  expect(status).toBe(303)
  expect((await see(location)).$('[name=coupons-0-stock]').val()).toBe(desk.stock().stock_id)
})
