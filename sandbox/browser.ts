import type { Incoming } from './http.ts'
import type { SandboxState } from './state.ts'
import { openidOf, type WorldMember } from './world.ts'

/** The member that this browser is in the sandbox. Cookies ignore ports, so the name must not be one of paycoupon's. */
export const memberCookie = 'sandbox_member'
/** Shows paycoupon on the same host that this ordinary browser plays WeChat's. */
export const wechatCookie = 'sandbox_wechat'

/** A cookie's value; undefined when the browser didn't send it. */
function cookieOf(request: Incoming, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const mark = part.indexOf('=')
    if (mark > 0 && part.slice(0, mark).trim() === name) return part.slice(mark + 1).trim()
  }
  return undefined
}

/**
 * The member that this browser has chosen, or the world's first one. An id that is not in the world is a member too, so
 * that a test can be thousands of different people without adding them to the sandbox first.
 */
export function memberOf(state: SandboxState, request: Incoming): WorldMember {
  const id = cookieOf(request, memberCookie)
  if (!id || !isMemberId(id)) return state.world.members[0]!
  const known = state.world.members.find((member) => member.id === id)
  return known ?? { id, nickname: id, openid: openidOf(state.world.merchants[0]!.officialAccount, id) }
}

export function isMemberId(id: string): boolean {
  return /^[\w-]{1,64}$/.test(id)
}

/**
 * A member's openid under an appid; under the first appid it is the member's own `openid`, which a test may have set.
 */
export function openidUnder(state: SandboxState, member: WorldMember, appid: string): string {
  const first = state.world.merchants[0]!.officialAccount
  const account = state.world.merchants.find((each) => each.officialAccount.appid === appid)?.officialAccount
  return !account || account.appid === first.appid ? member.openid : openidOf(account, member.id)
}

/** False for a form or script of another site: the sandbox runs on a laptop whose browser visits other pages too. */
export function isOwnOrigin(request: Incoming): boolean {
  const { origin, host } = request.headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}
