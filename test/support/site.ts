import { createServer } from 'node:http'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { createApp } from '../../src/web/app.ts'
import { signText } from '../../src/web/shell/signed-text.ts'
import { close, listen } from './listen.ts'
import { openPhone, type Phone } from './phone.ts'
import { frontOf } from './proxies.ts'

/** The web application on a free port, or a proxy in front of it (`frontOf`). */
export type Site = AsyncDisposable & {
  url: string
  /** A phone in WeChat that nobody knows yet. */
  phone(): Phone
  /** A phone whose member came through the login before. */
  phoneOf(merchant: Merchant, openid: string): Phone
  /** An ordinary browser. */
  browser(): Phone
}

export async function startSite(services: Services): Promise<Site> {
  const server = createServer(createApp(services).callback())
  const { url, stop } = await frontOf(await listen(server))
  return {
    url,
    phone: () => openPhone(url),
    browser: () => openPhone(url, { agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' }),
    phoneOf(merchant, openid) {
      const phone = openPhone(url)
      phone.cookies.set(...sessionCookie(services, merchant, openid))
      return phone
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await close(server)
    },
  }
}

/** The cookie of a member who has logged in: what the OAuth callback sets. */
export function sessionCookie(
  services: Services,
  merchant: Merchant,
  openid: string,
): [string, { value: string; path: string }] {
  const name = `pc_member_${merchant.slug}`
  const text = `session-of-${openid}.${services.clock.now().getTime().toString(36)}.${openid}`
  return [name, { value: signText(services.config.cookieKeys, name, text), path: `/m/${merchant.slug}` }]
}

/** The hidden fields of the page's form. */
export function formOf(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}
