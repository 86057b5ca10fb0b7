import { load } from 'cheerio'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mailNotices } from '../../../src/operators/mail-notices.ts'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import { noteAlone } from '../../../src/operators/told.ts'
import { type SmtpAddress, smtpAddress } from '../../../src/plumbing/mail/smtp-address.ts'
import { aMerchant } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { openMailServer } from '../../support/mail-server.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'

const clock = movableClock()
const server = await openMailServer()
afterAll(() => server[Symbol.asyncDispose]())
const smtp = smtpAddress(server.url) as SmtpAddress
const services = Object.assign(await servicesOfFile({ redis: false, clock, config: { smtp } }), { clock })
const { db } = services
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())
const mchid = '1267388801'
const application = `/console/p/${mchid}/application`
const shop = await aMerchant(services, { slug: 'shop' })
let owner: ConsoleBrowser
let provider: ConsoleBrowser
let viewer: ConsoleBrowser

beforeAll(async () => {
  owner = await consoleBrowser(services, site, 'owner@example.com', { ...ofMerchant(shop.id), role: 'owner' })
  viewer = await consoleBrowser(services, site, 'viewer@example.com', { ...ofMerchant(shop.id), role: 'viewer' })
  provider = await consoleBrowser(services, site, 'p@example.com', { ...ofProvider(mchid), role: 'provider' })
})
beforeEach(() => {
  server.mood = 'takes'
  server.letters.length = 0
})
const inBase64 = (data: string) =>
  data
    .split(/\n\n/)
    .map((part) => Buffer.from(part, 'base64').toString('utf8'))
    .join('\n')
const steps = () => db.selectFrom('onboarding_steps').selectAll().execute()
const acts = async () => (await db.selectFrom('audit_entries').select('act').execute()).map(({ act }) => act)

describe('the application', () => {
  const send = () => provider.submit(application, `${application}?merchant=shop`, { do: 'mail' })

  test('is mailed with its table, and the merchants count as asked today', async () => {
    const page = load((await provider.phone.get(`${application}?merchant=shop`)).text)
    expect(page(`form[action="${application}?merchant=shop"] button`).text()).toContain('发送邮件')
    expect((await send()).location).toBe(`${application}?done=mailed`)
    expect(server.letters).toMatchObject([{ to: ['apply@example.com'], from: 'console@example.com' }])
    expect(inBase64(server.letters[0]!.data)).toContain(`${mchid},${shop.accounts[0]!.mchid}`)
    expect(await steps()).toMatchObject([{ merchant_id: shop.id, step: 4, state: 'asked', by: 'p@example.com' }])
    expect(await acts()).toContain('application_mailed')
  })

  test('goes to the recipients that are kept for this provider', async () => {
    const bad = await provider.submit(application, application, { do: 'recipients', mail_to: 'nobody' })
    expect([bad.status, load(bad.text)('[role=alert] a').attr('href')]).toEqual([422, '#f-mail_to'])
    const kept = { do: 'recipients', mail_to: 'wx@example.com，me@example.com' }
    expect((await provider.submit(application, application, kept)).location).toBe(`${application}?done=recipients`)
    await send()
    expect(server.letters[0]!.to).toEqual(['wx@example.com', 'me@example.com'])
  })

  test('that the server refuses stays unsent, and the page says so with the letter', async () => {
    const before = await steps()
    server.mood = 'refuses'
    const seen = await send()
    expect(seen.status).toBe(422)
    expect(load(seen.text)('[role=alert]').text()).toContain('没有接受这封邮件')
    expect(load(seen.text)('#body').text()).toContain('跨商户号发券')
    expect(await steps()).toEqual(before)
  })
})

describe('an invitation', () => {
  const invite = async (email: string, more: object = {}) => {
    const fields = { email, scope: 'merchant:shop', role: 'viewer', ...more }
    const sent = await owner.submit('/console/staff', '/console/staff/invitations', fields)
    return (await owner.phone.get(sent.location)).text
  }

  test('is mailed when that is asked, with the link that the page shows', async () => {
    const page = await invite('new@example.com', { mail: 'yes' })
    const link = load(page)('code').first().text()
    expect(page).toContain('链接已用邮件发给对方')
    expect(server.letters).toMatchObject([{ to: ['new@example.com'] }])
    expect(inBase64(server.letters[0]!.data)).toContain(link)
    await invite('other@example.com')
    expect(server.letters).toHaveLength(1)
  })

  test('stands on the page when the letter does not go out', async () => {
    server.mood = 'refuses'
    const page = await invite('third@example.com', { mail: 'yes' })
    expect(page).toContain('邮件没有发出，请自己把链接发给对方')
    expect(load(page)('code').first().text()).toContain('/console/link/')
  })
})

test('what one person approved alone is told to owners and the provider, at home and by mail, once', async () => {
  const told = { merchantId: shop.id, at: clock.now(), by: 'owner@example.com', words: '一个人批准了“发布活动”' }
  await db.transaction().execute((trx) => noteAlone(trx, told))
  for (const [browser, isTold] of [
    [owner, true],
    [provider, true],
    [viewer, false],
  ] as const)
    expect((await browser.phone.get('/console')).text.includes('发布活动')).toBe(isTold)
  const run = { signal: new AbortController().signal, progress: undefined, save: async () => {} }
  server.mood = 'refuses'
  await expect(mailNotices(services, run)).rejects.toThrow('1 of 1 notices were not mailed')
  server.mood = 'takes'
  expect(await mailNotices(services, run)).toBe('1 notices')
  expect(await mailNotices(services, run)).toBe('0 notices')
  expect(server.letters.map(({ to }) => to)).toEqual([['owner@example.com'], ['p@example.com']])
  expect(inBase64(server.letters[0]!.data)).toContain('发布活动')
})
