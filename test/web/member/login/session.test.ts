import { expect, it, onTestFinished } from 'vitest'
import { aMerchant } from '../../../support/builders.ts'
import { aStage, codesWorkOnce, isAuthorize, openid, type Stage, toWeChat } from '../../../support/login-stage.ts'
import { startLoginSite } from '../../../support/login-site.ts'
import { openPhone, type Phone } from '../../../support/phone.ts'
import { openTestServices } from '../../../support/services.ts'

async function aMemberAt(stage: Stage, code = 'c1'): Promise<Phone> {
  const phone = openPhone(stage.host)
  await phone.get((await toWeChat(phone, stage.merchant.slug))(code))
  return phone
}

const cookieOf = (phone: Phone, name: string) => phone.cookies.get(name) as { value: string; path: string }

it('Every cookie is out of reach of scripts and other sites, and of plain HTTP where the site has HTTPS', async () => {
  for (const publicUrl of ['http://localhost:3000', 'https://h5.example.com']) {
    const { host, merchant } = await aStage(codesWorkOnce(), { config: { publicUrl } })
    const phone = openPhone(host)
    const { slug } = merchant
    const seen = [await phone.get(`/m/${slug}/form`), await phone.get(`/m/${slug}/mine`)]
    const back = await toWeChat(phone, slug)
    expect(back('c')).toContain(`${publicUrl}/oauth/${slug}/callback?`)
    seen.push(await phone.get(back('c')))
    const cookies = seen.flatMap((one) => one.setCookies)
    const paths = cookies.map((cookie) => `${cookie.split('=')[0]} ${/path=([^;]*)/.exec(cookie)?.[1]}`)
    expect(new Set(paths)).toEqual(
      new Set([
        `${publicUrl.startsWith('https') ? '__Host-' : ''}pc_browser /`,
        `pc_login /oauth/${slug}`,
        `pc_login /m/${slug}`,
        `pc_member_${slug} /m/${slug}`,
      ]),
    )
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; samesite=lax/)
      expect(cookie).toMatch(/; httponly/)
      expect(/; secure/.test(cookie)).toBe(publicUrl.startsWith('https'))
    }
  }
})

it('A changed session is no session', async () => {
  const stage = await aStage(codesWorkOnce())
  const phone = await aMemberAt(stage)
  const page = `/m/${stage.merchant.slug}/mine`
  const cookie = cookieOf(phone, `pc_member_${stage.merchant.slug}`)
  const { value } = cookie
  const changed = [
    value.replace(openid, 'oSomebodyElse'),
    value.slice(0, -2),
    value.slice(0, value.lastIndexOf('.')),
    `${value.slice(0, value.lastIndexOf('.'))}.`,
    `${value}AAAA`,
    '',
    'a.b.c.d',
  ]
  for (const text of changed) {
    cookie.value = text
    expect(isAuthorize(await phone.get(page)), text).toBe(true)
  }
  cookie.value = value
  expect((await phone.get(page)).status).toBe(200)
})

it("One merchant's session is nothing at another merchant", async () => {
  const stage = await aStage(codesWorkOnce())
  const other = await aMerchant(stage.services)
  const phone = await aMemberAt(stage)
  const { value } = cookieOf(phone, `pc_member_${stage.merchant.slug}`)
  expect(isAuthorize(await phone.get(`/m/${other.slug}/mine`))).toBe(true)
  phone.cookies.set(`pc_member_${other.slug}`, { value, path: '/' })
  expect(isAuthorize(await phone.get(`/m/${other.slug}/mine`))).toBe(true)
})

it("A merchant's other Official Account knows its members by other openids: everybody logs in anew there", async () => {
  const stage = await aStage(codesWorkOnce())
  const phone = await aMemberAt(stage)
  const page = `/m/${stage.merchant.slug}/mine`
  const { db, catalog } = stage.services
  let changes = 0
  const account = async (appid: string) => {
    changes += 1
    const updated_at = new Date(stage.clock.at.getTime() + changes)
    await db.updateTable('merchants').set({ appid, updated_at }).where('id', '=', stage.merchant.id).execute()
    catalog.forget()
  }
  await account('wx0000000000000001')
  expect(isAuthorize(await phone.get(page))).toBe(true)
  await account(stage.merchant.officialAccount.appid)
  expect((await phone.get(page)).status).toBe(200)
})

it('A session ends after thirty days', async () => {
  const stage = await aStage(codesWorkOnce())
  const phone = await aMemberAt(stage)
  const page = `/m/${stage.merchant.slug}/mine`
  const day = 86_400_000
  stage.clock.at = new Date(stage.clock.at.getTime() + 30 * day - 1)
  expect((await phone.get(page)).status).toBe(200)
  stage.clock.at = new Date(stage.clock.at.getTime() + 1)
  expect(isAuthorize(await phone.get(page))).toBe(true)
})

it('A session outlives a rotation of COOKIE_KEYS, until its key is taken away', async () => {
  const stage = await aStage(codesWorkOnce())
  const phone = await aMemberAt(stage)
  const [old] = stage.services.config.cookieKeys as [string]
  const { databaseUrl, redisUrls, masterKeys } = stage.services.config
  for (const [cookieKeys, status] of [
    [['a-new-key-of-some-length', old], 200],
    [['a-new-key-of-some-length'], 302],
  ] as const) {
    const services = await openTestServices({
      clock: stage.clock,
      config: { databaseUrl, redisUrls, masterKeys, cookieKeys: [...cookieKeys] },
    })
    onTestFinished(() => services[Symbol.asyncDispose]())
    const site = await startLoginSite(services)
    onTestFinished(() => site[Symbol.asyncDispose]())
    const seen = await openPhone(site.url, { cookies: phone.cookies }).get(`/m/${stage.merchant.slug}/mine`)
    expect(seen.status).toBe(status)
  }
})

it('The id that form tokens are bound to stays the same before the login and is another one after each', async () => {
  const stage = await aStage(codesWorkOnce())
  const form = `/m/${stage.merchant.slug}/form`
  const phone = openPhone(stage.host)
  const before = (await phone.get(form)).text
  expect((await phone.get(form)).text).toBe(before)
  await phone.get((await toWeChat(phone, stage.merchant.slug))('c1'))
  const after = (await phone.get(form)).text
  phone.cookies.delete(`pc_member_${stage.merchant.slug}`)
  await phone.get((await toWeChat(phone, stage.merchant.slug))('c2'))
  const ids = [before, after, (await phone.get(form)).text, (await openPhone(stage.host).get(form)).text]
  expect(new Set(ids).size).toBe(4)
  ids.forEach((id) => expect(id).toMatch(/^[\w-]{22}$/))
})

it('Pages are not asked for a session cookie until a form or a login needs one', async () => {
  const stage = await aStage(codesWorkOnce())
  const phone = await aMemberAt(stage)
  expect((await phone.get(`/m/${stage.merchant.slug}/mine`)).setCookies).toEqual([])
})
