import { randomBytes } from 'node:crypto'
import { sleep, type Answer, type Ending, type Incoming } from '../http.ts'
import type { SandboxState } from '../state.ts'

/** One call of api.weixin.qq.com: JSON in the body of a POST, the rest in the query. */
export type OfficialCall = {
  state: SandboxState
  request: Incoming
  body: Record<string, unknown>
  /** The appid of the call's server token; empty for calls that need no token. */
  appid: string
}

export type OfficialHandler = {
  /** False: the call gets a token, or is made with a code. */
  needsToken: boolean
  handle(call: OfficialCall): object
}

/** An Official Account call from its arrival to its end. Every answer is HTTP 200; faults are `errcode`s. */
export async function runOfficial(
  state: SandboxState,
  route: { endpoint: string; handler: OfficialHandler },
  request: Incoming,
): Promise<Ending> {
  const hit = state.faults.take('official', { endpoint: route.endpoint, host: request.host })
  if (hit.slowMs > 0) await sleep(hit.slowMs)
  const { effect } = hit
  const isUndone = effect && 'committed' in effect && !effect.committed
  const result =
    effect?.act === 'errcode' ? fault(effect.errcode, effect.errmsg) : isUndone ? {} : answer(state, route, request)
  const ending = ended(effect, result)
  const faults = hit.names.join('+')
  const errcode = 'errcode' in result && result.errcode !== 0 ? String(result.errcode) : undefined
  state.calls.add({
    at: state.clock.now().toISOString(),
    endpoint: route.endpoint,
    method: request.method,
    path: request.path,
    host: request.host,
    status: typeof ending === 'string' ? 0 : ending.status,
    ...(errcode && { code: errcode }),
    ...(faults && { fault: faults }),
  })
  return ending
}

/** WeChat's error answer. The id after `rid` differs each time: only the number counts. */
export function fault(errcode: number, errmsg: string): object {
  return { errcode, errmsg: `${errmsg}, rid: ${randomBytes(4).toString('hex')}-${randomBytes(4).toString('hex')}` }
}

function ended(effect: ReturnType<SandboxState['faults']['take']>['effect'], result: object): Ending {
  if (effect?.act === 'reset' || effect?.act === 'hang') return effect.act
  if (effect?.act === 'raw')
    return { status: effect.status, headers: { 'Content-Type': effect.type }, body: effect.body }
  // JSON with the content type text/plain, as WeChat sends it (docs/wechat/official-account.md 1.4).
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: JSON.stringify(result) } satisfies Answer
}

function answer(state: SandboxState, route: { handler: OfficialHandler }, request: Incoming): object {
  const body = readBody(request)
  if (!body) return fault(47001, 'data format error')
  if (!route.handler.needsToken) return route.handler.handle({ state, request, body, appid: '' })
  const token = request.query.get('access_token')
  if (!token) return fault(41001, 'access_token missing')
  const { verdict, appid } = state.tokens.check(token)
  if (verdict === 'expired') return fault(42001, 'access_token expired')
  if (verdict === 'invalid' || !appid) return fault(40001, 'invalid credential, access_token is invalid or not latest')
  return route.handler.handle({ state, request, body, appid })
}

function readBody(request: Incoming): Record<string, unknown> | undefined {
  if (request.method !== 'POST') return {}
  try {
    const body: unknown = JSON.parse(request.body.toString())
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
