import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityFaults, openPhonePage, overflow } from './browser.ts'
import type { ConsoleBrowser } from './console.ts'

/** A page of a browser at the console, and what the browser complained of. */
export type ConsolePage = { page: Page; complaints: string[] }

const agent = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0'

/** A browser at a desk or, narrower, on a phone; `person`: who is signed in there, nobody unless given. */
export async function openConsolePage(
  browser: Browser,
  siteUrl: string,
  { person, width = 1280, script = true }: { person?: ConsoleBrowser; width?: number; script?: boolean } = {},
): Promise<ConsolePage> {
  const page = await openPhonePage(browser, { width, script, agent })
  const complaints: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  page.on('pageerror', (error) => void complaints.push(error.message))
  const url = `${siteUrl}/console`
  const cookies = [...(person?.phone.cookies ?? [])].map(([name, { value }]) => ({ name, value, url }))
  await page.context().addCookies(cookies)
  return { page, complaints }
}

/** As narrow as a phone is. */
const narrowest = 320

/**
 * Nothing that axe complains of, and nothing wider than the window; on a phone also at its narrowest, and with letters
 * twice as large.
 */
export async function expectGoodLooks(page: Page): Promise<void> {
  const { width, height } = page.viewportSize()!
  expect(await accessibilityFaults(page), page.url()).toEqual([])
  if (width > 640) {
    const wider = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    return expect(wider, page.url()).toBeLessThanOrEqual(0)
  }
  expect(await overflow(page), page.url()).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width: narrowest, height })
  expect(await overflow(page), `${page.url()} at ${narrowest} px`).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width, height })
}
