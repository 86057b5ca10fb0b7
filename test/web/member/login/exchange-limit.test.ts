import { expect, it } from 'vitest'
import { aStage, backFrom, codesWorkOnce, isAuthorize, toWeChat } from '../../../support/login-stage.ts'
import { openPhone } from '../../../support/phone.ts'

/** WeChat's answer to a code that somebody made up. */
const badCode = () => ({ body: { errcode: 40029, errmsg: 'invalid code, rid: 65a-1' } })

it.each([
  ['in Redis', {}],
  ['without Redis', { redis: false as const }],
])('%s: five hundred made-up codes for one state are at most three calls with the AppSecret', async (_, options) => {
  const { host, merchant, wechat } = await aStage(badCode, options)
  const attacker = openPhone(host)
  const back = await toWeChat(attacker, merchant.slug)
  const seen = await Promise.all(Array.from({ length: 500 }, (_, turn) => attacker.twin().get(back(`junk${turn}`))))
  expect(wechat.calls.length).toBeLessThanOrEqual(3)
  const turnedAway = seen.filter((one) => !isAuthorize(one))
  expect(turnedAway.length).toBeGreaterThanOrEqual(497)
  for (const one of turnedAway) {
    expect(one.status).toBe(429)
    expect(one.text).toContain('登录没有成功')
  }
})

it('When Redis is gone, they are at most three for each process', async () => {
  const { host, merchant, wechat, services } = await aStage(badCode)
  services.redis?.disconnect()
  const attacker = openPhone(host)
  const back = await toWeChat(attacker, merchant.slug)
  await Promise.all(Array.from({ length: 20 }, (_, turn) => attacker.twin().get(back(`junk${turn}`))))
  expect(wechat.calls).toHaveLength(3)
})

it('Who is turned away can log in with the next state', async () => {
  const known = codesWorkOnce()
  const { host, merchant } = await aStage((code) => (code.startsWith('junk') ? badCode() : known(code)))
  const phone = openPhone(host)
  const back = await toWeChat(phone, merchant.slug)
  for (let turn = 0; turn < 5; turn += 1) await phone.twin().get(back(`junk${turn}`))
  expect((await phone.get(back('c1'))).status).toBe(429)
  const next = backFrom(await phone.get(`/m/${merchant.slug}/mine`))
  expect((await phone.get(next('c2'))).location).toBe(`/m/${merchant.slug}/mine`)
})

it('Who comes without a session is led to WeChat without a row and without a call', async () => {
  const { host, merchant, wechat, services } = await aStage(codesWorkOnce())
  for (let turn = 0; turn < 5; turn += 1) await toWeChat(openPhone(host), merchant.slug)
  expect(wechat.calls).toHaveLength(0)
  expect(await services.db.selectFrom('members').select('openid').execute()).toEqual([])
  expect(await services.redis?.dbsize()).toBe(0)
})
