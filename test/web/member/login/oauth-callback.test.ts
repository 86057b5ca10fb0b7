import { expect, it, onTestFinished, vi } from 'vitest'
import { aStage, backFrom, codesWorkOnce, isAuthorize, openid, toWeChat } from '../../../support/login-stage.ts'
import { startLoginSite } from '../../../support/login-site.ts'
import { openPhone } from '../../../support/phone.ts'
import { openTestServices } from '../../../support/services.ts'
import { aHold, until } from '../../../support/waiting.ts'

it('A member who opens a page of theirs is known by WeChat and comes back to a clean address', async () => {
  const { host, merchant, wechat, services } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const asked = await phone.get(`/m/${merchant.slug}/mine?from=menu`)
  const authorize = new URL(asked.location)
  expect(asked.location.endsWith('#wechat_redirect')).toBe(true)
  expect([...authorize.searchParams.keys()]).toEqual(['appid', 'redirect_uri', 'response_type', 'scope', 'state'])
  expect(authorize.searchParams.get('scope')).toBe('snsapi_base')
  expect(authorize.searchParams.get('state')).toMatch(/^[0-9a-f]{32}$/)
  const returned = await phone.get(backFrom(asked)('c1'))
  expect(returned).toMatchObject({ status: 302, location: `/m/${merchant.slug}/mine?from=menu` })
  expect(returned.headers.get('cache-control')).toBe('no-store')
  expect(returned.headers.get('referrer-policy')).toBe('no-referrer')
  const page = await phone.get(returned.location)
  expect(JSON.parse(page.text)).toMatchObject({ openid })
  expect(wechat.calls).toHaveLength(1)
  const rows = await services.db.selectFrom('members').select(['merchant_id', 'openid']).execute()
  expect(rows).toEqual([{ merchant_id: merchant.id, openid }])
})

it('Kind A: one state with two codes in the same second logs in either way', async () => {
  const hold = aHold()
  const { host, merchant, wechat } = await aStage(codesWorkOnce(hold.over))
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  const underWay = Promise.all([phone.get(back('c1')), phone.get(back('c2'))])
  await until(() => wechat.calls.length === 2)
  hold.letGo()
  const both = await underWay
  expect(both.map((seen) => seen.location)).toEqual([`/m/${merchant.slug}/mine`, `/m/${merchant.slug}/mine`])
  expect((await phone.get(`/m/${merchant.slug}/mine`)).status).toBe(200)
})

it('Kind B: the same code again while the first is under way waits for the first, over two processes', async () => {
  const hold = aHold()
  const first = await aStage(codesWorkOnce(hold.over))
  const { databaseUrl, redisUrls, cookieKeys, masterKeys } = first.services.config
  const config = { databaseUrl, redisUrls, cookieKeys, masterKeys }
  const second = await openTestServices({ sandbox: first.wechat, clock: first.clock, config })
  onTestFinished(() => second[Symbol.asyncDispose]())
  const otherSite = await startLoginSite(second)
  onTestFinished(() => otherSite[Symbol.asyncDispose]())
  const phone = openPhone(first.host)
  const back = await toWeChat(phone, first.merchant.slug)
  const elsewhere = openPhone(otherSite.url, { cookies: phone.cookies })
  const here = [phone.twin().get(back('c1')), phone.get(back('c1'))]
  await until(() => first.site.callbacks === 2 && first.wechat.calls.length === 1)
  const looks = vi.spyOn(second.redis!, 'get')
  const there = elsewhere.get(back('c1'))
  await until(() => looks.mock.settledResults.length > 0)
  hold.letGo()
  const seen = await Promise.all([...here, there])
  expect(seen.map((one) => one.location)).toEqual(Array(3).fill(`/m/${first.merchant.slug}/mine`))
  expect(first.wechat.calls).toHaveLength(1)
})

it('Kind B without Redis: the second waits for the first in the same process', async () => {
  const hold = aHold()
  const { host, merchant, wechat, site } = await aStage(codesWorkOnce(hold.over), { redis: false })
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  const underWay = Promise.all([phone.get(back('c1')), phone.get(back('c1'))])
  await until(() => site.callbacks === 2)
  hold.letGo()
  const seen = await underWay
  expect(seen.map((one) => one.location)).toEqual(Array(2).fill(`/m/${merchant.slug}/mine`))
  expect(wechat.calls).toHaveLength(1)
})

it('A repeat whose browser never got the first answer is given the first result for a minute', async () => {
  const { host, merchant, wechat } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  const lost = phone.twin()
  await phone.get(back('c1'))
  expect((await lost.get(back('c1'))).location).toBe(`/m/${merchant.slug}/mine`)
  expect(wechat.calls).toHaveLength(1)
})

it('Kind C: the Back key to the address with the old code leads to the page, without another exchange', async () => {
  const { host, merchant, wechat, clock } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  await phone.get(back('c1'))
  clock.at = new Date(clock.at.getTime() + 120_000)
  expect((await phone.get(back('c1'))).location).toBe(`/m/${merchant.slug}/mine`)
  expect(wechat.calls).toHaveLength(1)
})

it('Kind D: somebody else who opens the shared link logs in as themselves', async () => {
  const { host, merchant, wechat } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  await phone.get(back('c1'))
  const stranger = openPhone(host)
  const seen = await stranger.get(back('c1'))
  expect(isAuthorize(seen)).toBe(true)
  expect(stranger.cookies.has(`pc_member_${merchant.slug}`)).toBe(false)
  expect(wechat.calls).toHaveLength(1)
  const done = await stranger.get(backFrom(seen)('c2'))
  expect(done.location).toBe(`/m/${merchant.slug}/mine`)
})

it("Another browser's code under one's own state gives no session, while under way and afterwards", async () => {
  const hold = aHold()
  const { host, merchant, wechat } = await aStage(codesWorkOnce(hold.over))
  const [phone, thief] = [openPhone(host), openPhone(host)]
  const [back, thiefs] = [await toWeChat(phone, merchant.slug), await toWeChat(thief, merchant.slug)]
  const underWay = phone.get(back('c1'))
  await until(() => wechat.calls.length === 1)
  const early = await thief.get(thiefs('c1'))
  hold.letGo()
  const mine = await underWay
  expect(mine.location).toBe(`/m/${merchant.slug}/mine`)
  const late = await thief.get(thiefs('c1'))
  expect([early, late].map(isAuthorize)).toEqual([true, true])
  expect(thief.cookies.has(`pc_member_${merchant.slug}`)).toBe(false)
  expect(wechat.calls).toHaveLength(1)
})

it('A state older than ten minutes begins anew and still ends where it was to', async () => {
  const { host, merchant, wechat, clock } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  clock.at = new Date(clock.at.getTime() + 601_000)
  const seen = await phone.get(back('c1'))
  expect(isAuthorize(seen)).toBe(true)
  expect(wechat.calls).toHaveLength(0)
  expect((await phone.get(backFrom(seen)('c2'))).location).toBe(`/m/${merchant.slug}/mine`)
})

it('A browser without cookies is not sent round in circles', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const forgetful = () => openPhone(host)
  const first = await forgetful().get((await toWeChat(forgetful(), merchant.slug))('c1'))
  expect(isAuthorize(first)).toBe(true)
  const second = await forgetful().get(backFrom(first)('c2'))
  expect(second.status).toBe(200)
  expect(second.text).toContain(`href="/m/${merchant.slug}/mine"`)
})

it('A state that nobody made, or none at all, begins a login that ends at the coupons', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  for (const query of ['code=c1&state=ffff', 'code=c1', 'state=', '', 'from=x&state[]=1', 'from=a.b']) {
    const seen = await phone.get(`/oauth/${merchant.slug}/callback?${query}`)
    expect(isAuthorize(seen), query).toBe(true)
    expect((await phone.get(backFrom(seen)(`c${query.length}`))).location, query).toBe(`/m/${merchant.slug}/coupons`)
  }
})

it('A used code with no stored result leads to one new authorisation, then to a page with a button', async () => {
  const { host, merchant } = await aStage(() => ({ body: { errcode: 40163, errmsg: 'code been used' } }))
  const phone = openPhone(host)
  const seen = await phone.get((await toWeChat(phone, merchant.slug))('c1'))
  expect(isAuthorize(seen)).toBe(true)
  const page = await phone.get(backFrom(seen)('c2'))
  expect(page.status).toBe(200)
  expect(page.text).toContain(`href="/m/${merchant.slug}/mine"`)
  expect(isAuthorize(await phone.get(`/m/${merchant.slug}/mine`))).toBe(true)
})

it('A slow WeChat ends in a page with a button, and the same code is not tried again', async () => {
  const { host, merchant, wechat } = await aStage(() => 'silence')
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  const page = await phone.get(back('c1'))
  expect(page.status).toBe(503)
  expect(page.text).toContain(`href="/m/${merchant.slug}/mine"`)
  expect((await phone.get(back('c1'))).status).toBe(503)
  expect(wechat.calls).toHaveLength(1)
})

it("WeChat's snapshot visitor is nobody, and becomes somebody with the next code", async () => {
  let snapshot = true
  const { host, merchant, services } = await aStage(() => ({
    body: { openid, ...(snapshot && { is_snapshotuser: 1 }) },
  }))
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  const page = await phone.get(back('c1'))
  expect(page.text).toContain('使用完整服务')
  expect(phone.cookies.has(`pc_member_${merchant.slug}`)).toBe(false)
  expect(await services.db.selectFrom('members').selectAll().execute()).toEqual([])
  snapshot = false
  const reloaded = await phone.get(back('c1'))
  expect(isAuthorize(reloaded)).toBe(true)
  expect((await phone.get(backFrom(reloaded)('c2'))).location).toBe(`/m/${merchant.slug}/mine`)
})

it('A refusal, which has a state and no code, is answered with a page and no exchange', async () => {
  const { host, merchant, wechat } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  const page = await phone.get(back('').replace('&code=', ''))
  expect(page.status).toBe(200)
  expect(page.text).toContain(`href="/m/${merchant.slug}/mine"`)
  expect(wechat.calls).toHaveLength(0)
})

it('When Redis is gone a login still works, and a repeat at the same process still waits', async () => {
  const hold = aHold()
  const { host, merchant, wechat, services, site } = await aStage(codesWorkOnce(hold.over))
  services.redis?.disconnect()
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  const underWay = Promise.all([phone.get(back('c1')), phone.get(back('c1'))])
  await until(() => site.callbacks === 2)
  hold.letGo()
  const seen = await underWay
  expect(seen.map((one) => one.location)).toEqual(Array(2).fill(`/m/${merchant.slug}/mine`))
  expect(wechat.calls).toHaveLength(1)
})
