import { expect, it } from 'vitest'
import { aStage, backFrom, codesWorkOnce, isAuthorize, toWeChat } from '../../../support/login-stage.ts'
import { openPhone } from '../../../support/phone.ts'

const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1'
const wecom = 'Mozilla/5.0 (iPhone) Mobile/15E148 wxwork/4.1.10 MicroMessenger/7.0.1 Language/zh'

it('Outside WeChat the page that leads there is shown instead of a login', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  for (const agent of [safari, wecom]) {
    const seen = await openPhone(host, { agent }).get(`/m/${merchant.slug}/mine?from=menu`)
    expect(seen.status).toBe(200)
    expect(seen.text).toContain(`http://localhost:3000/m/${merchant.slug}/mine?from=menu`)
    expect(seen.setCookies).toEqual([])
  }
})

it("An ordinary browser is WeChat's where the sandbox runs and says so, and nowhere else", async () => {
  for (const on of [true, false]) {
    const { host, merchant } = await aStage(codesWorkOnce(), { config: { sandbox: { on, port: 0 } } })
    const phone = openPhone(host, { agent: safari })
    phone.cookies.set('sandbox_wechat', { value: '1', path: '/' })
    expect(isAuthorize(await phone.get(`/m/${merchant.slug}/mine`))).toBe(on)
  }
})

it('A program is told to log in', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const seen = await openPhone(host).get(`/m/${merchant.slug}/mine`, { accept: 'application/json' })
  expect(seen.status).toBe(401)
  expect(JSON.parse(seen.text)).toMatchObject({ reason: 'login_required' })
})

it('A claim without a session goes through the login and is resumed once', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const claimed = await phone.post(`/m/${merchant.slug}/c/welcome/claims`, {})
  expect(claimed.status).toBe(303)
  const returned = await phone.get(backFrom(claimed)('c1'))
  expect(returned.location).toBe(`/m/${merchant.slug}/c/welcome/claims/resume`)
  const other = await phone.get(`/m/${merchant.slug}/c/other/claims/resume`)
  expect(JSON.parse(other.text)).toEqual({ nothing: true })
  const resumed = await phone.get(returned.location)
  expect(JSON.parse(resumed.text)).toEqual({ campaign: 'welcome', claimKey: 'key-of-the-form' })
  expect(JSON.parse((await phone.get(returned.location)).text)).toEqual({ nothing: true })
})

it('A claim outlives a login that had to begin anew', async () => {
  const { host, merchant, clock } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  await phone.post(`/m/${merchant.slug}/c/welcome/claims`, {})
  clock.at = new Date(clock.at.getTime() + 60_000)
  const back = await toWeChat(phone, merchant.slug, `/m/${merchant.slug}/c/welcome/claims/resume`)
  const returned = await phone.get(back('c1'))
  expect(JSON.parse((await phone.get(returned.location)).text)).toMatchObject({ campaign: 'welcome' })
})

it('A claim is forgotten after five minutes', async () => {
  const { host, merchant, clock } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const returned = await phone.get(backFrom(await phone.post(`/m/${merchant.slug}/c/welcome/claims`, {}))('c1'))
  clock.at = new Date(clock.at.getTime() + 300_001)
  expect(JSON.parse((await phone.get(returned.location)).text)).toEqual({ nothing: true })
})

it('Outside WeChat a claim is led to its campaign, not to the address that resumes it', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const seen = await openPhone(host, { agent: safari }).post(`/m/${merchant.slug}/c/welcome/claims`, {})
  expect(seen.status).toBe(200)
  expect(seen.text).toContain(`http://localhost:3000/m/${merchant.slug}/c/welcome`)
  expect(seen.text).not.toContain('resume')
})

it('Many logins under way keep the newest ones, and a long address does not break the cookie', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const long = `/m/${merchant.slug}/mine?ticket=${'t'.repeat(800)}`
  const backs = []
  for (let i = 0; i < 5; i += 1) backs.push(await toWeChat(phone, merchant.slug, long))
  expect(phone.cookies.get('pc_login')?.value.length).toBeLessThan(1_016)
  expect(backs[4]?.('c').length).toBeLessThan(600)
  expect((await phone.get(backs[4]?.('c1') as string)).location).toBe(long)
  const oldest = await phone.get(backs[0]?.('c2') as string)
  expect(isAuthorize(oldest)).toBe(true)
})
