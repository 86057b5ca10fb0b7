import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'

/** Chromium as the tests use it: no window, and no traffic of its own. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The narrowest phone that WeChat runs on, and a usual one. */
export const phoneWidths = [320, 390]

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: findChromium(), args: flags })
}

/** A phone of `width`; its browser says that it is WeChat's. */
export async function openPhonePage(
  browser: Browser,
  options: { width?: number; script?: boolean; agent?: string } = {},
): Promise<Page> {
  const { width = 390, script = true, agent = 'Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.50' } = options
  const context = await browser.newContext({
    viewport: { width, height: 780 },
    javaScriptEnabled: script,
    userAgent: agent,
    locale: 'zh-CN',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  return page
}

/** What axe finds wrong with the page. A page that waits loads itself again, which takes nothing from anybody. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  // As text: it runs in the page, whose globals are not ours.
  return await page.evaluate(`axe.run(document, { rules: { 'meta-refresh': { enabled: false } } }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`)
}

/** How many pixels the page is wider than the phone, as it is and with letters twice as large. */
export async function overflow(page: Page): Promise<number> {
  const wider = 'document.documentElement.scrollWidth - window.innerWidth'
  const normal = await page.evaluate<number>(wider)
  await page.evaluate(`document.documentElement.style.fontSize = '200%'`)
  const large = await page.evaluate<number>(wider)
  await page.evaluate(`document.documentElement.style.fontSize = ''`)
  return Math.max(normal, large)
}
