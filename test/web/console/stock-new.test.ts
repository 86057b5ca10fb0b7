import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyAudit } from '../../../src/operators/audit/chain.ts'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import { goodsTagSets } from '../../../src/stocks/goods-tags.ts'
import { aMerchant, aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser, tokenOf } from '../../support/console.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const provider = '1267388801'
const list = '/console/m/demo/stocks'

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  const clock = movableClock()
  const people: Record<string, ConsoleBrowser> = {}
  let shop: SandboxShop
  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    const services = Object.assign(shop.services, { clock })
    const here = ofMerchant(shop.merchant.id)
    for (const role of ['owner', 'operator', 'viewer'] as const)
      people[role] = await consoleBrowser(services, shop.site, `${role}@example.com`, { ...here, role })
    const ofNumber = { ...ofProvider(provider), role: 'provider' as const }
    people.provider = await consoleBrowser(services, shop.site, 'provider@example.com', ofNumber)
    await aMerchant(services, { slug: 'mall' })
  }, 60_000)
  afterAll(() => shop[Symbol.asyncDispose]())

  const words = (text: string) => load(text)('main').text().replace(/\s+/g, ' ')
  const see = async (path: string, who = 'owner') => {
    const seen = await people[who]!.phone.get(path)
    return { ...seen, $: load(seen.text), words: words(seen.text) }
  }
  const send = async (action: string, fields: Record<string, string> | URLSearchParams, who = 'owner') => {
    const form = new URLSearchParams(fields)
    form.set('_csrf', tokenOf((await people[who]!.phone.get('/console/account')).text))
    const seen = await people[who]!.phone.post(action, form)
    return { ...seen, $: load(seen.text), words: words(seen.text) }
  }
  /** What the form says before anybody has typed, with `change`. */
  async function form(change: Record<string, string> = {}, path = `${list}/new`): Promise<URLSearchParams> {
    const { $ } = await see(path)
    const fields = new URLSearchParams($('form.form').serialize())
    for (const [name, value] of Object.entries(change)) fields.set(name, value)
    return fields
  }
  const own = () => shop.merchant.accounts.find(({ role }) => role === 'sender')!.mchid
  const calls = () => shop.sandbox.control.countCalls('stock_create')
  const made = () => shop.services.db.selectFrom('made_stocks').selectAll().execute()

  test('the form as it is gives a 填写单 with everything that the platform asks, and stores nothing', async () => {
    const done = await send(`${list}/new`, await form())
    expect(done.status).toBe(303)
    const { status, words: said, $ } = await see(done.location)
    expect(status).toBe(200)
    for (const part of [
      '服务商平台 · 营销中心 · 代金券 · 创建全场券',
      '2元代金券',
      '预充值',
      '2.00 元',
      '满 5.00 元',
      '1000 张',
    ])
      expect(said).toContain(part)
    expect($('#sheet').text()).toContain(`可发券商户：${own()}`)
    expect($('#sheet').text()).toContain('订单优惠标记：MUTEX_STORE、MUTEX_ONLINE')
    expect($('[data-copy="2"]')).toHaveLength(1)
    expect(said).toMatch(/用接口创建 微信的创建接口没有“可发券商户”字段/)
    expect($('a:contains("沙箱")')).toHaveLength(0)
    expect([calls(), await made()]).toEqual([0, []])
  })

  test.each<[field: string, value: string, said: string]>([
    ['name', '一二三四五六七八九十', '批次名称最多 9 个汉字'],
    ['name', '测试券', '不能有“测试”'],
    ['amount', '2.005', '面额是金额（元），最多两位小数'],
    ['amount', '1001', '面额最多 1,000 元'],
    ['threshold', '2', '使用门槛要大于面额'],
    ['total', '4', '发放总量至少 5 张'],
    ['per_member', '61', '每人限领最多 60 张'],
    ['day_budget', '9999', '单天预算不能超过总预算'],
    ['begin', '2020-01-01T10:00', '可用时间的开始不能早于现在'],
    ['begin', '', '请填写可用时间的开始'],
    ['end', '2099-01-01T10:00', '可用时间的结束最晚是开始后 90 天'],
    ['tags', 'MUTEX_STORE,NO_MUTEX_ONLINE', '请选择订单优惠标记'],
    ['merchants', 'abc', '可用商户是微信支付的商户号'],
    ['senders', 'abc', '可发券商户要填微信支付的商户号'],
    ['senders', Array.from({ length: 11 }, (_, n) => 1_900_000_000 + n).join(' '), '最多 10 个'],
    ['day_begin', '25:00', '写成 09:00'],
    ['valid_days', '91', '1 到 90'],
    ['jump', 'MINI_PROGRAM', '请填写小程序 AppID'],
    ['notes', '🎁', '使用说明不能有表情符号'],
    ['creator', '1999999999', '制券商户号'],
    ['kind', 'x', '请填写资金方式'],
  ])('%s %s is told in Chinese at its field, and what was filled in stays', async (field, value, said) => {
    const { status, $ } = await send(`${list}/new`, await form({ [field]: value, comment: '留下' }))
    const at = field === 'jump' ? 'jump_appid' : field
    expect([status, $(`#f-${at}-error`).text()]).toEqual([422, expect.stringContaining(said)])
    expect($('[role=alert] li').text()).toContain(said)
    expect($('#f-comment').val()).toBe('留下')
    const { $: checked, status: ok } = await see(
      `${list}/new?${(await form({ [field]: value })).toString()}&check=${at}`,
    )
    expect([ok, checked(`#f-${at}-error`).text()]).toEqual([200, expect.stringContaining(said)])
    expect(checked('.wrong')).toHaveLength(1)
  })

  test('yuan become fen exactly, and times Beijing ones to their last second', async () => {
    const fields = await form({ amount: '0.57', threshold: '1.14', total: '1000', creator: own(), senders: '' })
    const { words: said } = await see((await send(`${list}/new`, fields)).location)
    for (const part of ['0.57 元', '满 1.14 元', '570.00 元', '23:59:59', '面额小于 1 元']) expect(said).toContain(part)
  })

  test.each(goodsTagSets.map(({ tags, meaning }) => [tags.join(','), meaning]))(
    '%s may be chosen',
    async (tags, meaning) => {
      const { words: said } = await see((await send(`${list}/new`, await form({ tags }))).location)
      expect(said).toContain(meaning)
    },
  )

  test('the preview follows the fields of the address, without a check', async () => {
    const { $, status } = await see(`${list}/new?name=%3Cb%3Ex&amount=12.5&threshold=30&total=10`)
    expect([status, $('#preview .ticket-name').text()]).toEqual([200, '<b>x'])
    expect($('#preview').text()).toContain('¥12.50')
    expect($('.wrong')).toHaveLength(0)
    const again = await send(`${list}/new`, await form({ amount: 'x', do: 'preview' }))
    expect([again.status, (await see(again.location)).$('#preview .ticket')]).toMatchObject([303, { length: 0 }])
  })

  test('a note of a thousand characters is taken', async () => {
    const done = await send(`${list}/new`, await form({ notes: '说'.repeat(1_000) }))
    expect([done.status, done.words]).toEqual([200, expect.stringContaining('说'.repeat(1_000))])
  })

  describe('by the call', () => {
    const query = async (change = {}) => (await form({ creator: own(), senders: '', ...change })).toString()
    const withCode = async (who = 'owner') =>
      people[who]!.submit('/console/confirm', '/console/confirm', { code: people[who]!.code() })

    test('a stock whose creator sends it is made once, after a code, with a row of the audit', async () => {
      await withCode()
      const stock = await query()
      const sheet = await see((await send(`${list}/new`, new URLSearchParams(stock))).location)
      const at = sheet.$('a:contains("用接口创建")').attr('href')!
      expect((await see(at)).words).toContain('总预算 ¥2,000.00')
      const done = await send(`${list}/new/create`, { stock })
      expect([done.status, done.location]).toEqual([303, expect.stringContaining(`${list}/import?stock=`)])
      expect((await see(done.location)).words).toContain('已在微信创建批次')
      const again = await send(`${list}/new/create`, { stock })
      expect(again.location).toBe(done.location)
      expect(calls()).toBe(1)
      const [entry] = await shop.services.db
        .selectFrom('audit_entries')
        .selectAll()
        .where('act', '=', 'stock_created')
        .execute()
      expect(entry).toMatchObject({ by: 'owner@example.com', merchant_id: shop.merchant.id })
      expect(JSON.stringify(entry!.changes)).toContain('2元代金券')
    })

    test('nothing is made without a fresh code, by another role, or where the call has no field for it', async () => {
      const { entries } = await verifyAudit(shop.services.db)
      const before = calls()
      await withCode()
      for (const change of [
        { senders: '1900000109' },
        { day_begin: '09:00' },
        { valid_days: '7' },
        { excluded: 'a' },
      ]) {
        const stock = await query({ ...change, name: '另一批' })
        expect((await send(`${list}/new/create`, { stock })).status).toBe(422)
      }
      clock.advance(11 * 60_000)
      const stale = await send(`${list}/new/create`, { stock: await query({ name: '另一批' }) })
      expect([stale.status, stale.location]).toEqual([303, expect.stringContaining('/console/confirm')])
      expect((await send(`${list}/new/create`, { stock: await query({ name: '另一批' }) }, 'operator')).status).toBe(
        403,
      )
      expect((await see(`${list}/new`, 'viewer')).status).toBe(403)
      expect(calls()).toBe(before)
      expect((await verifyAudit(shop.services.db)).entries).toBe(entries)
    })

    test('what WeChat refuses, or does not answer, is told, and the same 填写单 can be sent again', async () => {
      await withCode()
      const stock = await query({ name: '第三批' })
      shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'stock_create' })
      const unknown = await send(`${list}/new/create`, { stock })
      shop.sandbox.control.clearFaults()
      expect([unknown.status, unknown.words]).toEqual([422, expect.stringContaining('请再创建一次')])
      shop.sandbox.control.setFault({ fault: 'not_enough', endpoint: 'stock_create' })
      const refused = await send(`${list}/new/create`, { stock })
      shop.sandbox.control.clearFaults()
      expect([refused.status, refused.words]).toEqual([422, expect.stringMatching(/没有创建：微信返回：.*NOT_ENOUGH/)])
      expect((await send(`${list}/new/create`, { stock })).status).toBe(303)
    })
  })

  describe('批次管理', () => {
    const page = `/console/p/${provider}/stocks`

    test('lists what the number made for its merchants, a page at a time, and no other', async () => {
      const { services, merchant } = shop
      for (let n = 0; n < 25; n += 1) await aStock(services, merchant, { stock_id: `99${1000 + n}`, name: '多' })
      await aStock(services, merchant, { stock_id: '990001', creator_mchid: '1900009999' })
      const seen: string[] = []
      for (let path: string | undefined = page; path;) {
        const { $ } = await see(path, 'provider')
        seen.push(
          ...$('tbody th a')
            .toArray()
            .map((one) => $(one).text().trim()),
        )
        path = $('a[rel=next]').attr('href')
      }
      expect(seen).toHaveLength(new Set(seen).size)
      expect(seen).toEqual(expect.arrayContaining(['991000', '991024', shop.stock.stock_id]))
      expect(seen).not.toContain('990001')
      expect((await see(`${page}?merchant=mall`, 'provider')).words).toContain('这个商户还没有导入批次')
      expect((await see(page, 'provider')).$('a:contains("暂停发放")').attr('href')).toMatch(/#state$/)
    })

    test('one form gives a 填写单 for each chosen merchant with its own numbers', async () => {
      const fields = new URLSearchParams((await see(`${page}/new`, 'provider')).$('form.form').serialize())
      const none = await send(`${page}/new`, fields, 'provider')
      expect([none.status, none.$('#f-merchant-error').text()]).toEqual([
        422,
        expect.stringContaining('至少选择一个商户'),
      ])
      fields.append('merchant', 'demo')
      fields.append('merchant', 'mall')
      const done = await send(`${page}/new`, fields, 'provider')
      const { $, words: said } = await see(done.location, 'provider')
      expect(said).toContain('2 张填写单')
      expect($('#sheet-demo').text()).toContain(`可发券商户：${own()}`)
      expect($('#sheet-demo').text()).toContain(`商户名称：${shop.merchant.name}`)
      expect($('#sheet-mall').text()).not.toContain(own())
      fields.set('amount', 'x')
      expect((await send(`${page}/new`, fields, 'provider')).$('#f-amount-error').text()).toContain('面额')
    })

    test('is not found by people of a merchant', async () => {
      for (const path of [page, `${page}/new`]) expect((await see(path)).status).toBe(404)
    })
  })
})

test('without any key of the provider the form and its 填写单 are there', async () => {
  const clock = movableClock()
  await using plain = await openShop({ redis: false, clock })
  const services = Object.assign(plain.services, { clock })
  const owner = await consoleBrowser(services, plain.site, 'o@example.com', {
    ...ofMerchant(plain.merchant.id),
    role: 'owner',
  })
  const at = `/console/m/${plain.merchant.slug}/stocks/new`
  const page = load((await owner.phone.get(at)).text)
  const fields = Object.fromEntries(new URLSearchParams(page('form.form').serialize()))
  const done = await owner.submit(at, at, fields)
  expect((await owner.phone.get(done.location)).text).toContain('填写单')
})
