import { onTestFinished } from 'vitest'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { aMerchant } from './builders.ts'
import { type Answer, openScriptedHost, type ScriptedHost } from './scripted-host.ts'
import { type LoginSite, startLoginSite } from './login-site.ts'
import type { Phone, Seen } from './phone.ts'
import { openTestServices, type TestServicesOptions } from './services.ts'

export const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

export type Stage = {
  wechat: ScriptedHost
  services: Services
  merchant: Merchant
  site: LoginSite
  host: string
  clock: { now(): Date; at: Date }
}

/** A site with one merchant, WeChat in `answer`'s hands, and a clock that the test moves. */
export async function aStage(answer: (code: string) => Answer, options: TestServicesOptions = {}): Promise<Stage> {
  const wechat = await openScriptedHost(({ query }) => answer(query.get('code') ?? ''))
  onTestFinished(() => wechat[Symbol.asyncDispose]())
  const clock = { at: new Date('2026-11-23T04:00:00Z'), now: () => clock.at }
  const services = await openTestServices({ sandbox: wechat, clock, ...options })
  onTestFinished(() => services[Symbol.asyncDispose]())
  const site = await startLoginSite(services)
  onTestFinished(() => site[Symbol.asyncDispose]())
  return { wechat, services, clock, site, host: site.url, merchant: await aMerchant(services) }
}

/** WeChat that knows each code once, as it does; it answers no sooner than `after`. */
export function codesWorkOnce(after?: Promise<void>): (code: string) => Answer {
  const used = new Set<string>()
  return (code) => {
    const repeated = used.has(code)
    used.add(code)
    return {
      after,
      body: repeated ? { errcode: 40163, errmsg: 'code been used, rid: 65a-1' } : { openid, access_token: 'AT' },
    }
  }
}

/** Opens a member's page and follows to WeChat; returns what WeChat would send the browser back to, less the code. */
export async function toWeChat(
  phone: Phone,
  slug: string,
  path = `/m/${slug}/mine`,
): Promise<(code: string) => string> {
  return backFrom(await phone.get(path))
}

export function backFrom(seen: Seen): (code: string) => string {
  const authorize = new URL(seen.location)
  const redirectUri = authorize.searchParams.get('redirect_uri') as string
  return (code) => `${redirectUri}&code=${code}&state=${authorize.searchParams.get('state')}`
}

export const isAuthorize = (seen: Seen) => seen.status === 302 && seen.location.includes('/connect/oauth2/authorize?')
