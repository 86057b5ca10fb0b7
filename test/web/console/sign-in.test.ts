import { load } from 'cheerio'
import { afterAll, describe, expect, test } from 'vitest'
import { firstOwnerLink } from '../../../src/operators/first-owner.ts'
import { stillClock } from '../../support/clock.ts'
import { consoleBrowser, setUp, signIn, submit } from '../../support/console.ts'
import { password } from '../../support/operators.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'

const clock = stillClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())
const minutes = (count: number) => count * 60_000

describe('the first owner', () => {
  test('opens the link, gives e-mail and password, scans, gives a code, keeps the recovery codes, and is in', async () => {
    const token = (await firstOwnerLink(services))!
    const link = `/console/link/${token}`
    const shown = load((await site.browser().get(link)).text)
    expect(
      shown('input:not([type=hidden])')
        .toArray()
        .map((one) => shown(one).attr('name')),
    ).toEqual(['email', 'password'])
    const first = await setUp(services, site, link, { email: 'First@example.com', password })
    expect(first.recoveryCodes).toHaveLength(10)
    const home = await first.phone.get('/console')
    expect(
      load(home.text)('main a')
        .toArray()
        .map((one) => load(one).text()),
    ).toEqual(['商户总览', '新增商户', '申请与批准', '员工账号', '操作日志', '我的账号'])
    // Neither the link nor the sheet is shown again.
    expect((await site.browser().get(link)).status).toBe(404)
    expect((await first.phone.get('/console/recovery-codes')).location).toBe('/console')
  })
})

describe('a sign-in', () => {
  test('leads back to the page that was asked for', async () => {
    const lin = await consoleBrowser(services, site, 'lin@example.com')
    const browser = site.browser()
    const asked = await browser.get('/console/audit?act=sign_in')
    expect([asked.status, asked.location]).toEqual([303, '/console/sign-in?to=%2Fconsole%2Faudit%3Fact%3Dsign_in'])
    const half = await submit(browser, asked.location, '/console/sign-in', {
      email: 'lin@example.com',
      password,
      to: '/console/audit?act=sign_in',
    })
    const done = await submit(browser, half.location, '/console/sign-in/code', {
      code: lin.code(),
      to: '/console/audit?act=sign_in',
    })
    expect([done.status, done.location]).toEqual([303, '/console/audit?act=sign_in'])
  })

  test.each([
    'https://evil.example',
    '//evil.example',
    '/console/../m/demo',
    '/console/%2e%2e/m/demo',
    '/console//evil',
    '/consolex',
    '/console/\\evil',
  ])('never leads to %s', async (to) => {
    const page = await site.browser().get(`/console/sign-in?to=${encodeURIComponent(to)}`)
    expect(load(page.text)('[name=to]').attr('value')).toBe('/console')
  })

  test('does not adopt a session that was planted, and gives new ids at each step', async () => {
    const wu = await consoleBrowser(services, site, 'wu@example.com')
    const browser = site.browser()
    const planted = 'p'.repeat(43)
    browser.cookies.set('pc_console', { value: planted, path: '/console' })
    await submit(browser, '/console/sign-in', '/console/sign-in', { email: 'wu@example.com', password })
    const half = browser.cookies.get('pc_console')!.value
    await submit(browser, '/console/sign-in/code', '/console/sign-in/code', { code: wu.code() })
    const full = browser.cookies.get('pc_console')!.value
    expect(new Set([planted, half, full]).size).toBe(3)
    const thief = site.browser()
    for (const value of [planted, half]) {
      thief.cookies.set('pc_console', { value, path: '/console' })
      expect((await thief.get('/console')).status).toBe(303)
    }
  })

  test('says the same page for an unknown e-mail as for a wrong password', async () => {
    await consoleBrowser(services, site, 'ma@example.com')
    const answers = await Promise.all(
      ['ma@example.com', 'no@example.com'].map((email) =>
        submit(site.browser(), '/console/sign-in', '/console/sign-in', { email, password: 'not this one' }),
      ),
    )
    const [known, unknown] = answers.map(({ status, text }) => [status, text.replace(/value="[^"]*"/g, '')])
    expect(known).toEqual(unknown)
    expect(known![0]).toBe(422)
  })

  test('takes a recovery code in place of the phone, once', async () => {
    const he = await consoleBrowser(services, site, 'he@example.com')
    const [code] = he.recoveryCodes
    expect((await signIn(site.browser(), 'he@example.com', code!, { by: 'recovery' })).location).toBe('/console')
    expect((await signIn(site.browser(), 'he@example.com', code!, { by: 'recovery' })).status).toBe(422)
  })

  test('refuses a code that was used', async () => {
    const gao = await consoleBrowser(services, site, 'gao@example.com')
    const code = gao.code()
    expect((await signIn(site.browser(), 'gao@example.com', code)).location).toBe('/console')
    const again = await signIn(site.browser(), 'gao@example.com', code)
    expect([again.status, again.text]).toEqual([422, expect.stringContaining('已经用过')])
  })

  test('opened by a link from elsewhere is asked for again from here, where the cookie goes along', async () => {
    const luo = await consoleBrowser(services, site, 'luo@example.com')
    const fromMail = { 'Sec-Fetch-Site': 'cross-site' }
    const seen = await site.browser().get('/console/account', fromMail)
    expect([seen.status, seen.headers.get('refresh')]).toEqual([200, '0'])
    expect((await luo.phone.get('/console/account', fromMail)).headers.get('refresh')).toBeNull()
  })
})

describe('a session', () => {
  test('has a strict cookie of its own path, in production one that no other host can set', async () => {
    const fan = await consoleBrowser(services, site, 'fan@example.com')
    const { setCookies } = await signIn(site.browser(), 'fan@example.com', fan.code())
    const own = setCookies.find((one) => one.startsWith('pc_console='))
    expect(own).toMatch(/; path=\/console; samesite=strict; httponly$/)
    const config = { ...services.config, production: true, consoleUrl: 'https://127.0.0.1/console' }
    await using secure = await startSite({ ...services, config })
    const page = await secure.browser().get('/console/sign-in')
    expect(page.setCookies[0]).toMatch(/^__Host-pc_console_form=.*; path=\/; samesite=strict; secure; httponly$/)
  })

  test('that idled out leads to the sign-in and from there to the page, and does nothing', async () => {
    const tan = await consoleBrowser(services, site, 'tan@example.com')
    const page = await tan.phone.get('/console/account')
    clock.advance(minutes(61))
    const sent = await tan.phone.post(
      '/console/account/name',
      { _csrf: /name="_csrf" value="([^"]+)"/.exec(page.text)![1]!, name: '谭' },
      { Referer: `${site.url}/console/account` },
    )
    expect([sent.status, sent.location]).toEqual([303, '/console/sign-in?to=%2Fconsole%2Faccount'])
    const { name } = await services.db
      .selectFrom('operators')
      .select('name')
      .where('email', '=', 'tan@example.com')
      .executeTakeFirstOrThrow()
    expect(name).toBe('tan')
  })

  test('ends with the sign-out, also for whoever kept the cookie', async () => {
    const cui = await consoleBrowser(services, site, 'cui@example.com')
    const kept = cui.phone.twin()
    expect((await cui.submit('/console', '/console/sign-out')).location).toBe('/console/sign-in')
    expect((await kept.get('/console')).status).toBe(303)
  })

  test('is listed, and ended from another browser; a new password ends all others', async () => {
    const yao = await consoleBrowser(services, site, 'yao@example.com')
    const [second, third] = [site.browser(), site.browser()]
    await signIn(second, 'yao@example.com', yao.code())
    await signIn(third, 'yao@example.com', yao.code())
    const account = load((await yao.phone.get('/console/account')).text)
    expect(account('tbody tr')).toHaveLength(3)
    const id = account('input[name=session]').first().attr('value')!
    await yao.submit('/console/account', '/console/account/sessions', { session: id })
    expect([(await second.get('/console')).status, (await third.get('/console')).status].toSorted()).toEqual([200, 303])
    const changed = await yao.submit('/console/account', '/console/account/password', {
      current: password,
      password: 'another walk in the hills',
    })
    expect(changed.location).toBe('/console/account?done=password')
    expect((await yao.phone.get('/console')).status).toBe(200)
    expect([(await second.get('/console')).status, (await third.get('/console')).status]).toEqual([303, 303])
  })

  test('sets up another authenticator after a fresh code, with a new sheet', async () => {
    const sun = await consoleBrowser(services, site, 'sun@example.com')
    clock.advance(minutes(11))
    const asked = await sun.phone.post(
      '/console/account/authenticator',
      { _csrf: /name="_csrf" value="([^"]+)"/.exec((await sun.phone.get('/console/account')).text)![1]! },
      { Referer: `${site.url}/console/account` },
    )
    expect(asked.location).toBe('/console/confirm?to=%2Fconsole%2Faccount')
    const confirmed = await sun.submit(asked.location, '/console/confirm', { code: sun.code(), to: '/console/account' })
    expect(confirmed.location).toBe('/console/account')
    expect((await sun.submit('/console/account', '/console/account/authenticator')).location).toBe(
      '/console/authenticator',
    )
    const image = await sun.phone.get('/console/authenticator/image.svg')
    expect([image.headers.get('content-type'), image.text]).toEqual(['image/svg+xml', expect.stringContaining('<svg')])
    expect(
      load((await sun.phone.get('/console/authenticator')).text)('code')
        .text()
        .replaceAll(' ', ''),
    ).not.toBe(sun.seed)
  })
})
