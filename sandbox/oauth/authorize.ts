import { memberOf, openidUnder } from '../browser.ts'
import { html, redirect, sleep, type Answer, type Incoming } from '../http.ts'
import type { FaultEffect } from '../fault-table.ts'
import { errorPage, twiceCalledPage } from '../pages/oauth-pages.ts'
import type { SandboxState } from '../state.ts'
import { openidOf } from '../world.ts'

/** WeChat requires these parameters in this order (docs/wechat/official-account.md 1.1). */
const parameterOrder = ['appid', 'redirect_uri', 'response_type', 'scope', 'state']
const extraParameters = ['forcePopup', 'forceSnapShot', 'connect_redirect']

type Asked = { appid: string; redirectUri: URL; rawRedirectUri: string; scope: string; state: string }

/** GET open.weixin.qq.com/connect/oauth2/authorize: silent for snsapi_base, and for followers with snsapi_userinfo too. */
export async function authorize(state: SandboxState, request: Incoming): Promise<Answer> {
  const asked = readAsked(state, request)
  const member = memberOf(state, request)
  const openid = 'fault' in asked ? undefined : openidUnder(state, member, asked.appid)
  const facts = { endpoint: 'oauth_authorize', host: request.host, ...(openid && { openid }) }
  const hit = state.faults.take('oauth', facts)
  if (hit.slowMs > 0) await sleep(hit.slowMs)
  const how = hit.effect?.act === 'oauth' ? hit.effect.how : undefined
  const answer = 'fault' in asked ? html(errorPage(asked.fault, asked.words)) : callback(state, asked, openid!, how)
  const fault = hit.names.join('+')
  state.calls.add({
    ...facts,
    at: state.clock.now().toISOString(),
    method: request.method,
    path: request.path,
    status: answer.status,
    ...(fault && { fault }),
  })
  return answer
}

function callback(
  state: SandboxState,
  asked: Asked,
  openid: string,
  how: (FaultEffect & { act: 'oauth' })['how'] | undefined,
): Answer {
  if (how === 'no_code') return redirect(callbackUrl(asked), 302)
  const snapshot = how === 'snapshot'
  // The visitor of a snapshot has a virtual account: an openid of no real member (docs/wechat/official-account.md 1.2).
  const owner = { appid: asked.appid, scope: asked.scope, snapshot, openid: snapshot ? virtualOpenid(openid) : openid }
  const first = callbackUrl(asked, state.codes.issue(owner))
  if (how === 'two_codes') return html(twiceCalledPage(first, callbackUrl(asked, state.codes.issue(owner))))
  if (how === 'same_code_twice') return html(twiceCalledPage(first, first))
  return redirect(first, 302)
}

function readAsked(state: SandboxState, request: Incoming): Asked | { fault: string; words: string } {
  const { query } = request
  for (const [name, fault, words] of [
    ['appid', '10012', 'appid 不能为空'],
    ['redirect_uri', '10011', 'redirect_uri 不能为空'],
    ['scope', '10010', 'scope 不能为空'],
    ['state', '10013', 'state 不能为空'],
  ] as const) {
    if (!query.get(name)) return { fault, words }
  }
  if (!isInOrder(query) || query.get('response_type') !== 'code')
    return { fault: '链接错误', words: '参数的顺序或取值不对' }
  const account = state.world.merchants.find((each) => each.officialAccount.appid === query.get('appid'))
  if (!account) return { fault: '10012', words: 'appid 不正确' }
  const scope = query.get('scope')!
  if (scope !== 'snsapi_base' && scope !== 'snsapi_userinfo')
    return { fault: '10005', words: '该公众号没有这个 scope 的权限' }
  if (!/^[0-9A-Za-z]{1,128}$/.test(query.get('state')!))
    return { fault: '链接错误', words: 'state 只能是字母和数字，最多 128 字节' }
  const rawRedirectUri = query.get('redirect_uri')!
  const redirectUri = URL.canParse(rawRedirectUri) ? new URL(rawRedirectUri) : undefined
  const { webAuthDomains } = account.officialAccount
  // An account that has a domain has paycoupon's too: a test's paycoupon may answer under any name.
  const domains = webAuthDomains.length === 0 ? [] : [...webAuthDomains, new URL(state.settings.appUrl).hostname]
  if (!redirectUri || !/^https?:$/.test(redirectUri.protocol) || !domains.includes(redirectUri.hostname)) {
    return { fault: '10003', words: 'redirect_uri 域名与后台配置不一致' }
  }
  const { appid } = account.officialAccount
  return { appid, redirectUri, rawRedirectUri, scope, state: query.get('state')! }
}

function isInOrder(query: URLSearchParams): boolean {
  const names = [...query.keys()]
  const extras = names.slice(parameterOrder.length)
  return (
    parameterOrder.every((name, at) => names[at] === name) && extras.every((name) => extraParameters.includes(name))
  )
}

function callbackUrl(asked: Asked, code?: string): string {
  const [address = '', fragment] = asked.rawRedirectUri.split('#', 2)
  const query = `${code === undefined ? '' : `code=${code}&`}state=${asked.state}`
  return `${address}${address.includes('?') ? '&' : '?'}${query}${fragment === undefined ? '' : `#${fragment}`}`
}

function virtualOpenid(openid: string): string {
  return openidOf({ openidPrefix: openid.slice(0, 5) }, `snapshot of ${openid}`)
}
