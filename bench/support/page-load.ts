import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../test/support/chromium.ts'

/** A page as it came for the first time: bytes of all that was loaded, headers too, and its largest contentful paint. */
export type PageLoad = { bytes: number; requests: number; lcpMs: number }

/** 1.6 Mbit/s, 150 ms, a quarter of this machine's processor. */
const network = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 }
const slowerBy = 4

export async function openChromium(): Promise<Browser> {
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
  return chromium.launch({ executablePath: findChromium(), args })
}

/**
 * Opens the page with an empty cache, on a slow line and a slow processor. The browser has been at the site, at a page
 * that loads nothing: what a browser needs to start itself is not the page's.
 */
export async function loadPage(
  browser: Browser,
  url: string,
  { width, cookie }: { width: number; cookie: { name: string; value: string } },
): Promise<PageLoad> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, locale: 'zh-CN' })
  try {
    await context.addCookies([{ ...cookie, url }])
    const page = await context.newPage()
    await page.goto(new URL('/healthz', url).href)
    const session = await context.newCDPSession(page)
    let [bytes, requests] = [0, 0]
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
      requests += 1
    })
    await session.send('Network.enable')
    await session.send('Network.emulateNetworkConditions', network)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowerBy })
    const answer = await page.goto(url, { waitUntil: 'networkidle' })
    if (answer?.status() !== 200) throw new Error(`${url} answered ${answer?.status()}`)
    const lcpMs = await page.evaluate<number>(`new Promise((resolve) =>
      new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
        .observe({ type: 'largest-contentful-paint', buffered: true }))`)
    return { bytes, requests, lcpMs }
  } finally {
    await context.close()
  }
}
