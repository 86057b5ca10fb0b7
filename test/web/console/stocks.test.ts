import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyAudit } from '../../../src/operators/audit/chain.ts'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import { goodsTagSets } from '../../../src/stocks/goods-tags.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { applyInbox, aSentCoupon, payWithCoupon } from '../../support/coupons.ts'
import { type ConsoleBrowser, consoleBrowser, tokenOf } from '../../support/console.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const provider = '1267388801'

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  const clock = movableClock()
  const people: Record<string, ConsoleBrowser> = {}
  let shop: SandboxShop
  let nextId = 9_100_000
  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    const services = Object.assign(shop.services, { clock })
    const here = ofMerchant(shop.merchant.id)
    for (const role of ['owner', 'operator', 'finance', 'viewer'] as const)
      people[role] = await consoleBrowser(services, shop.site, `${role}@example.com`, { ...here, role })
    const ofNumber = { ...ofProvider(provider), role: 'provider' as const }
    people.provider = await consoleBrowser(services, shop.site, 'provider@example.com', ofNumber)
    await aMerchant(services, { slug: 'mall' })
  }, 60_000)
  afterAll(() => shop[Symbol.asyncDispose]())

  const list = '/console/m/demo/stocks'
  const see = async (path: string, who = 'owner') => {
    const seen = await people[who]!.phone.get(path)
    return { ...seen, $: load(seen.text), words: load(seen.text)('main').text().replace(/\s+/g, ' ') }
  }
  const send = async (action: string, fields: Record<string, string>, who = 'owner') => {
    const _csrf = tokenOf((await people[who]!.phone.get('/console/account')).text)
    const seen = await people[who]!.phone.post(action, { _csrf, ...fields })
    return { ...seen, words: load(seen.text)('main').text().replace(/\s+/g, ' ') }
  }
  type Change = Parameters<SandboxShop['sandbox']['control']['changeStock']>[1]
  function atWeChat(change: Change = {}): string {
    const stock_id = String((nextId += 1))
    const { senders, stock_creator_mchid } = shop.world.stocks[0]!
    shop.sandbox.control.addStock({ stock_id, senders, stock_creator_mchid, goods_tag: ['MUTEX_STORE'], ...change })
    return stock_id
  }
  const stored = (id: string) =>
    shop.services.db.selectFrom('stocks').selectAll().where('stock_id', '=', id).executeTakeFirst()
  const lastAudit = () =>
    shop.services.db.selectFrom('audit_entries').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()

  describe('the import', () => {
    test.each(goodsTagSets.map(({ tags }) => [tags]))(
      'of %s shows the row lit, stores nothing, then stores it',
      async (tags) => {
        const id = atWeChat({ goods_tag: [...tags], stock_name: '全场满减' })
        const { $, status, words } = await see(`${list}/import?stock=${id}`)
        expect([status, words]).toEqual([200, expect.stringContaining('全场满减')])
        expect($('tr[aria-current] th').text().trim()).toBe(tags.join('、'))
        expect(await stored(id)).toBeUndefined()
        const done = await send(`${list}/import`, { stock: id })
        expect([done.status, done.location]).toEqual([303, `${list}/${id}?done=imported`])
        expect(await stored(id)).toMatchObject({ goods_tags: [...tags], goods_tags_from: 'wechat', on_shelf: true })
        expect(await lastAudit()).toMatchObject({
          act: 'stock_imported',
          subject: `批次 ${id}`,
          by: 'owner@example.com',
        })
        expect((await see(done.location)).words).toContain('已导入')
      },
    )

    test.each([[['MUTEX_STORE', 'NO_MUTEX_ONLINE']], [['OTHER']]])(
      'of %s is refused, with words for the provider',
      async (tags) => {
        const id = atWeChat({ goods_tag: tags })
        const { $, words } = await see(`${list}/import?stock=${id}`)
        expect(words).toContain('不能导入：订单优惠标记不在六种允许的组合内')
        expect($('#to-provider').text()).toContain(`批次 ${id}`)
        expect($('button:contains("导入")')).toHaveLength(0)
        const refused = await send(`${list}/import`, { stock: id })
        expect([refused.status, refused.words]).toEqual([422, expect.stringContaining('不在六种允许的组合内')])
        expect(await stored(id)).toBeUndefined()
      },
    )

    test('of hidden tags asks for the set, and keeps it as what the merchant says', async () => {
      const id = atWeChat({ hides_goods_tag: true })
      expect((await see(`${list}/import?stock=${id}`)).$('input[name=tags]')).toHaveLength(6)
      for (const tags of ['', 'NO_MUTEX_STORE', 'x'.repeat(500)]) {
        const refused = await send(`${list}/import`, { stock: id, tags })
        expect([refused.status, load(refused.text)('[role=alert] a').attr('href')]).toEqual([422, '#f-tags'])
      }
      expect(await stored(id)).toBeUndefined()
      expect((await send(`${list}/import`, { stock: id, tags: 'MUTEX_ONLINE,NO_MUTEX_ONLINE' })).status).toBe(303)
      expect(await stored(id)).toMatchObject({
        goods_tags: ['MUTEX_ONLINE', 'NO_MUTEX_ONLINE'],
        goods_tags_from: 'operator',
      })
      expect((await see(`${list}/${id}`)).words).toContain('商户声明')
    })

    test('names the field and the cause when the number is none, unknown, or not to be sent', async () => {
      for (const [number, said] of [
        ['abc', '批次号是一串数字'],
        ['404404', '没有这个批次'],
      ]) {
        const { status, $ } = await see(`${list}/import?stock=${number}`)
        expect([status, $('[role=alert] a').attr('href')]).toEqual([422, '#f-stock'])
        expect($('#f-stock-error').text()).toContain(said)
      }
      const id = atWeChat({ status: 'stoped' })
      expect((await see(`${list}/import?stock=${id}`)).words).toContain('批次已永久停止')
      expect((await send(`${list}/import`, { stock: id })).status).toBe(422)
      expect(await stored(id)).toBeUndefined()
    })

    test('says so when WeChat does not answer', async () => {
      const id = atWeChat()
      shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'stock_detail' })
      const { status, words } = await see(`${list}/import?stock=${id}`)
      shop.sandbox.control.clearFaults()
      expect([status, words]).toEqual([422, expect.stringContaining('微信支付没有正常回答')])
    })
  })

  describe('the list', () => {
    const names = async (query: string, who?: string) =>
      (await see(`${list}${query}`, who))
        .$('tbody th')
        .toArray()
        .map((one) => load(one).text().trim())

    test('shows what WeChat told, and never 0 redemptions without a source', async () => {
      const { stock_id } = shop.stock
      const { $, words } = await see(list)
      const row = $('tbody tr').filter((_, one) => $(one).find('th').text().includes(stock_id))
      for (const part of [shop.stock.name, provider, '满减', '运行中', '上架', '前']) expect(row.text()).toContain(part)
      expect(row.find('[data-label="已核销"]').text()).toBe('—')
      expect(words).toContain(`stock callback demo --set`)
    })

    test('shows the redemptions with their source, without those of a coupon that came back', async () => {
      const campaign = await shop.campaign()
      const [first, second] = [shop.member('uses-one'), shop.member('uses-two')]
      for (const openid of [first, second]) {
        const couponId = await aSentCoupon(shop, openid, campaign)
        payWithCoupon(shop, openid)
        await shop.sandbox.control.push({ kind: 'coupon_use', couponId })
      }
      await applyInbox(shop)
      const used = async () => {
        const { $ } = await see(list)
        const row = $('tbody tr').filter((_, one) => $(one).find('th').text().includes(shop.stock.stock_id))
        return row.find('[data-label="已核销"]').text()
      }
      expect(await used()).toBe('2微信核销通知，刚刚')
      expect((await see(`${list}/${shop.stock.stock_id}`)).words).toMatch(/已核销 ?2 ?微信核销通知，刚刚/)
      const { coupon_id } = await shop.services.db
        .selectFrom('redemptions')
        .select('coupon_id')
        .executeTakeFirstOrThrow()
      await shop.services.db
        .updateTable('redemptions')
        .set({ returned_at: new Date(), returned_source: 'refund' })
        .where('coupon_id', '=', coupon_id)
        .execute()
      expect(await used()).toBe('1微信核销通知，刚刚')
    })

    test('finds by name, kind, shelf and usable time, and forgets all with 清空', async () => {
      const { services, merchant } = shop
      const at = (day: string) => new Date(`${day}T00:00:00+08:00`)
      const times = { available_begin: at('2031-03-01'), available_end: at('2031-04-01') }
      await aStock(services, merchant, {
        stock_id: '777001',
        name: '春天 100% <b>',
        no_cash: true,
        on_shelf: false,
        ...times,
      })
      expect(await names('?name=100%25')).toEqual(['777001'])
      expect(await names('?kind=no_cash&name=%E6%98%A5%E5%A4%A9')).toEqual(['777001'])
      expect(await names('?kind=cash&name=%E6%98%A5%E5%A4%A9')).toEqual([])
      expect(await names('?shelf=off')).toEqual(['777001'])
      expect(await names('?from=2031-03-31&to=2031-05-01')).toEqual(['777001'])
      expect(await names('?from=2031-04-01')).toEqual([])
      expect(await names('?from=2031-01-01&to=2031-02-28')).toEqual([])
      expect(await names('?from=x&kind=y&shelf=z&before=q')).not.toEqual([])
      const { $ } = await see(`${list}?shelf=off`)
      expect($('form.filters a').attr('href')).toBe(list)
      expect($('input[name=name]').val()).toBe(undefined)
    })

    test('goes on page by page without a gap, also with a filter', async () => {
      const { services, merchant } = shop
      for (let n = 0; n < 45; n += 1) await aStock(services, merchant, { stock_id: `88${1000 + n}`, name: '很多' })
      const seen: string[] = []
      for (let path: string | undefined = `${list}?name=%E5%BE%88%E5%A4%9A`; path;) {
        const { $ } = await see(path)
        seen.push(
          ...$('tbody th')
            .toArray()
            .map((one) => load(one).text().trim()),
        )
        path = $('a[rel=next]').attr('href')
      }
      expect(seen).toEqual(Array.from({ length: 45 }, (_, n) => `88${1044 - n}`))
    })
  })

  describe('a stock', () => {
    test('has its tags, campaigns, halts, reports and acts', async () => {
      const { services, merchant, stock } = shop
      const campaign = await aCampaign(services, stock, { slug: 'story' })
      const [account] = merchant.accounts
      await services.db
        .insertInto('halts')
        .values({
          merchant_id: merchant.id,
          account_id: account!.id,
          stock_ref: stock.id,
          cause: 'stock_budget_exhausted',
          code: 'NOT_ENOUGH',
          message: '批次预算不足',
          request_id: 'REQ-1',
          since: clock.now(),
          probe_at: clock.now(),
        })
        .execute()
      const { $, words } = await see(`${list}/${stock.stock_id}`)
      expect($('tr[aria-current]')).toHaveLength(1)
      for (const part of [campaign.title, '批次预算已用完', 'REQ-1', '微信报告的变化', '使用说明'])
        expect(words).toContain(part)
      await services.db.updateTable('halts').set({ lifted_at: clock.now(), lifted_by: 'test' }).execute()
    })

    test('is synced at a press, which the page and the audit tell', async () => {
      const { stock_id } = shop.stock
      shop.sandbox.control.changeStock(stock_id, { stock_name: '新名字' })
      const done = await send(`${list}/${stock_id}/sync`, {}, 'operator')
      expect([done.status, done.location]).toEqual([303, `${list}/${stock_id}?done=synced`])
      expect((await see(done.location)).words).toMatch(/新名字.*已同步/)
      const { act, by, changes } = await lastAudit()
      expect([act, by]).toEqual(['stock_synced', 'operator@example.com'])
      expect(changes).toContainEqual(['name', shop.stock.name, '新名字'])
    })

    test('that cannot be read keeps what was known, with the cause', async () => {
      const { stock_id } = shop.stock
      shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'stock_detail' })
      const failed = await send(`${list}/${stock_id}/sync`, {})
      shop.sandbox.control.clearFaults()
      expect([failed.status, failed.words]).toEqual([422, expect.stringContaining('没有同步成功')])
      expect(failed.words).toContain('微信支付没有正常回答')
      await send(`${list}/${stock_id}/sync`, {})
    })

    test('is taken off the shelf and put back, with a row of the audit for each and none for nothing', async () => {
      const { stock_id } = shop.stock
      expect((await send(`${list}/${stock_id}/shelf`, { shelf: 'x' })).status).toBe(422)
      const off = await send(`${list}/${stock_id}/shelf`, { shelf: 'off' })
      expect((await see(off.location)).words).toContain('正在用它的活动不受影响')
      expect(await lastAudit()).toMatchObject({ act: 'stock_shelved', changes: [['on_shelf', 'true', 'false']] })
      const { entries } = await verifyAudit(shop.services.db)
      await send(`${list}/${stock_id}/shelf`, { shelf: 'off' })
      expect((await verifyAudit(shop.services.db)).entries).toBe(entries)
      await send(`${list}/${stock_id}/sync`, {})
      expect(await stored(stock_id)).toMatchObject({ on_shelf: false })
      await send(`${list}/${stock_id}/shelf`, { shelf: 'on' })
    })

    test("is paused and goes on with the creator's keys, by who may", async () => {
      const { stock_id } = shop.stock
      expect((await see(`${list}/${stock_id}`)).$('#state input[name=change]').val()).toBe('pause')
      const paused = await send(`${list}/${stock_id}/state`, { change: 'pause' }, 'provider')
      expect((await see(paused.location)).words).toContain('已暂停发放')
      expect(shop.sandbox.control.stock(stock_id).status).toBe('paused')
      expect(await lastAudit()).toMatchObject({
        act: 'stock_state_changed',
        changes: [['status', 'running', 'paused']],
      })
      const wrong = await send(`${list}/${stock_id}/state`, { change: 'start' })
      expect([wrong.status, wrong.words]).toEqual([422, expect.stringContaining('微信没有改变批次状态')])
      expect((await send(`${list}/${stock_id}/state`, { change: 'restart' })).status).toBe(303)
      expect((await see(`${list}/${stock_id}`, 'operator')).words).toContain('您的角色不能在微信改变批次状态')
    })

    test("without the creator's keys says who must do it and where", async () => {
      const { services, merchant } = shop
      await aStock(services, merchant, { stock_id: '777002', creator_mchid: '1900009999' })
      const { words, $ } = await see(`${list}/777002`)
      expect(words).toMatch(/制券商户号 1900009999 的密钥.*服务商平台.*管理代金券/)
      expect($('#state')).toHaveLength(0)
      expect((await send(`${list}/777002/state`, { change: 'pause' })).status).toBe(422)
      // A provider's staff see only what their number made.
      expect((await see(`${list}/777002`, 'provider')).status).toBe(404)
      expect((await see(list, 'provider')).words).not.toContain('777002')
      expect((await send(`${list}/777002/shelf`, { shelf: 'off' }, 'provider')).status).toBe(404)
    })

    test('has a link and a QR code once a campaign gives it by a link, and says how to make one before', async () => {
      const { services, merchant } = shop
      const stock = await aStock(services, merchant, { stock_id: '777003' })
      expect((await see(`${list}/777003/claim`, 'viewer')).words).toContain('领券链接')
      const { slug } = await aCampaign(services, stock, { slug: 'give' })
      await aCampaign(services, stock, { state: 'draft' })
      const { $, words } = await see(`${list}/777003/claim`)
      expect(words).toContain(`/m/demo/c/${slug}`)
      const image = await people.viewer!.phone.get($('img').attr('src')!)
      expect([image.headers.get('content-type'), image.text]).toEqual([
        'image/svg+xml',
        expect.stringContaining('<svg'),
      ])
      expect((await see(`${list}/777003/claim/other/code.svg`)).status).toBe(404)
    })
  })

  test('another merchant, another stock and other roles get nothing, and nothing is done', async () => {
    const { stock_id } = shop.stock
    const { entries } = await verifyAudit(shop.services.db)
    const pages = ['', '/import', `/${stock_id}`, `/${stock_id}/shelf`, `/${stock_id}/claim`]
    for (const page of pages) {
      expect((await see(`/console/m/mall/stocks${page}`)).status).toBe(404)
      expect((await see(`/console/m/nobody/stocks${page}`)).status).toBe(404)
    }
    for (const id of ['1', 'x', '9'.repeat(60)]) expect((await see(`${list}/${id}`)).status).toBe(404)
    const deeds = ['/import', `/${stock_id}/shelf`, `/${stock_id}/sync`, `/${stock_id}/state`]
    const fields = { stock: stock_id, shelf: 'off', change: 'pause' }
    for (const deed of deeds) {
      expect((await send(`/console/m/mall/stocks${deed}`, fields)).status).toBe(404)
      for (const who of ['finance', 'viewer']) {
        const { status, words } = await send(list + deed, fields, who)
        expect([deed, who, status, words]).toEqual([deed, who, 403, expect.stringContaining('管理员')])
      }
      expect((await people.owner!.phone.post(list + deed, fields)).status).toBe(403)
    }
    expect((await send(`${list}/${stock_id}/state`, fields, 'operator')).status).toBe(403)
    for (const who of Object.keys(people)) expect((await see(list, who)).status).toBe(200)
    expect((await see(list, 'viewer')).$('main a:contains("导入pay券")')).toHaveLength(0)
    expect((await verifyAudit(shop.services.db)).entries).toBe(entries)
    expect(shop.sandbox.control.stock(stock_id).status).toBe('running')
  })
})
