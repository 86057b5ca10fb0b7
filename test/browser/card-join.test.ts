import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { openBrowser } from '../support/browser.ts'
import { openMemberPage, openScriptShop, pagesAreSigned } from '../support/script-pages.ts'
import type { SandboxShop } from '../support/shop.ts'

let shop: SandboxShop
let browser: Browser
let cardId: string

beforeAll(async () => {
  shop = await openScriptShop()
  cardId = shop.world.merchants[0]!.cardProducts!.find(({ kind }) => kind === 'brand_partner')!.cardId
  await shop.campaign({ kind: 'card_open', card_ids: [cardId] })
  await pagesAreSigned(shop, `/m/demo/card/${cardId}`)
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

const openCardPage = (openid: string) => openMemberPage(shop, browser, openid)
const button = { name: '开通会员卡' }
/** Taps and answers what WeChat asks then. At once: a tap whose question stands open does not always end. */
async function tap(page: Page, answer: 'accept' | 'dismiss') {
  const answered = page.waitForEvent('dialog').then((asked) => asked[answer]())
  await Promise.all([answered, page.getByRole('button', button).click()])
}

it('one tap opens WeChat’s component with a token of its own, and the member comes to the gift', async () => {
  const openid = shop.member('joiner')
  const page = await openCardPage(openid)
  const complaints: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  await page.goto(`${shop.site.url}/m/demo/card/${cardId}`)
  await tap(page, 'dismiss')
  await tap(page, 'accept')
  await page.waitForURL(`**/m/demo/card/${cardId}/opened`)
  await page.getByRole('heading', { name: '开卡成功' }).waitFor()
  expect(complaints).toEqual([])
  // The first tap's token is still unused: the second tap had another one.
  expect(shop.sandbox.control.state.joinTokens.size).toBe(1)
  await openInboxLoop(shop.services).drain()
  const grants = await shop.services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()
  expect(grants).toHaveLength(1)
  await page.context().close()
})

it('where WeChat gives no token, the page says so and can be tapped again', async () => {
  const page = await openCardPage(shop.member('unlucky'))
  const fault = shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'card_token' })
  await page.goto(`${shop.site.url}/m/demo/card/${cardId}`)
  await page.getByRole('button', button).click()
  await page.getByText('现在没能打开会员卡').waitFor()
  shop.sandbox.control.clearFaults(fault.id)
  await tap(page, 'accept')
  await page.waitForURL(`**/m/demo/card/${cardId}/opened`)
  await page.context().close()
})

it('without WeChat’s script the page has no button, and says what to do', async () => {
  const page = await openCardPage(shop.member('elsewhere'))
  await page.route('**/jweixin-1.6.0.js', (route) => route.abort())
  await page.goto(`${shop.site.url}/m/demo/card/${cardId}`, { waitUntil: 'networkidle' })
  expect(await page.getByRole('button', button).isVisible()).toBe(false)
  await page.getByText('请在手机微信里打开本页').waitFor()
  await page.context().close()
})
