import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { createApp } from '../../src/web/app.ts'
import { boundLabel } from '../../src/web/member/bound-cookies.ts'
import { signText } from '../../src/web/shell/signed-text.ts'
import type { Cookie } from './cookie-jar.ts'
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
  /** Where the process itself answers, past a proxy: health, readiness and metrics are closed at the proxy. */
  ownUrl: string
  /** Whoever runs it, at `ownUrl`. */
  operator(): Phone
}

export async function startSite(services: Services): Promise<Site> {
  const server = createServer(createApp(services).callback())
  const ownUrl = await listen(server)
  const { url, stop } = await frontOf(ownUrl)
  return {
    url,
    ownUrl,
    operator: () => openPhone(ownUrl),
    phone: () => openPhone(url),
    browser: () => openPhone(url, { agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' }),
    phoneOf(merchant, openid) {
      const phone = openPhone(url)
      logIn(phone, services, merchant, openid)
      return phone
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await close(server)
    },
  }
}

/** From now on the phone's member is logged in, as after the OAuth callback. */
export function logIn(phone: Phone, services: Services, merchant: Merchant, openid: string): void {
  const browser = phone.cookies.get('pc_browser')?.value
  for (const [name, cookie] of sessionCookies(services, merchant, openid, browser)) phone.cookies.set(name, cookie)
}

/** The cookies of a member who has logged in: the browser's id, and the session that is bound to it. */
export function sessionCookies(
  services: Services,
  merchant: Merchant,
  openid: string,
  browser = randomBytes(16).toString('base64url'),
): [browser: [string, Cookie], session: [string, Cookie]] {
  const name = `pc_member_${merchant.slug}`
  const text = `session-of-${openid}.${services.clock.now().getTime().toString(36)}.${openid}`
  const value = signText(services.config.cookieKeys, boundLabel(merchant, browser, name), text)
  return [
    ['pc_browser', { value: browser, path: '/' }],
    [name, { value, path: `/m/${merchant.slug}` }],
  ]
}

/** The hidden fields of the page's form. */
export function formOf(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}
