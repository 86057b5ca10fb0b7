import { randomBytes } from 'node:crypto'
import type { Answer, Ending, Incoming } from '../http.ts'
import { sleep } from '../http.ts'
import type { Fault, Hit } from '../faults.ts'
import type { SandboxState } from '../state.ts'
import type { WorldAccount } from '../world.ts'
import { isMultipart } from './multipart.ts'
import type { PayCall, PayHandler, PayResult } from './pay-call.ts'
import { refusals, type RefusalRow } from './refusals.ts'
import { signatureHeaders, type Spoil } from './sign-answer.ts'
import { verifyRequest } from './verify-request.ts'

type Route = { endpoint: string; handler: PayHandler }

/** One WeChat Pay call from its arrival to its end: signature, body, faults, the work, the signed answer. */
export async function runPay(
  state: SandboxState,
  route: Route,
  params: Record<string, string>,
  request: Incoming,
): Promise<Ending> {
  const verified = verifyRequest(state, request)
  if ('refused' in verified) {
    return record(state, route.endpoint, request, { mchid: verified.mchid }, [], refusalAnswer(verified.refused))
  }
  const { account, serialNo } = verified
  const read = readBody(request, route.handler)
  const call: PayCall = { state, request, account, params, body: 'ok' in read ? read.ok : {} }
  const facts = { mchid: account.mchid, ...route.handler.facts?.(call) }
  const hit = state.faults.take('pay', { ...facts, endpoint: route.endpoint, host: request.host })
  if (hit.slowMs > 0) await sleep(hit.slowMs)
  const ending = 'refused' in read ? await signed(state, account, request, read) : await work(route, call, hit)
  return record(state, route.endpoint, request, { ...facts, serialNo }, hit.names, ending)
}

/** Does the work, with the fault if there is one. A fault that is not `committed` prevents the work. */
async function work(route: Route, call: PayCall, hit: Hit): Promise<Ending> {
  const { state, account, request } = call
  const { effect } = hit
  if (effect?.act === 'refuse' && !effect.committed) return signed(state, account, request, { refused: effect.row })
  const isUndone = effect && 'committed' in effect && !effect.committed
  try {
    const result = isUndone ? { ok: {} } : await route.handler.handle(call)
    if (effect?.act === 'reset' || effect?.act === 'hang') return effect.act
    if (effect?.act === 'refuse') return await signed(state, account, request, { refused: effect.row })
    if (effect?.act === 'raw') return await rawAnswer(state, account, request, effect)
    const spoil = effect?.act === 'spoil' ? effect.how : undefined
    return await signed(state, account, request, result, spoil, hit.fault)
  } finally {
    if (!isUndone) route.handler.done?.(call)
  }
}

/** Gateway pages have no signature; a wrong answer of WeChat itself has one. */
async function rawAnswer(
  state: SandboxState,
  account: WorldAccount,
  request: Incoming,
  effect: { status: number; type: string; body: string },
): Promise<Answer> {
  const headers = { 'Content-Type': effect.type, 'Request-ID': requestId('0') }
  if (effect.type === 'text/html') return { status: effect.status, headers, body: effect.body }
  const proof = await signatureHeaders(state, effect.body, { account, wanted: wantedSerial(request) })
  return { status: effect.status, headers: { ...headers, ...proof }, body: effect.body }
}

async function signed(
  state: SandboxState,
  account: WorldAccount,
  request: Incoming,
  result: PayResult,
  spoil?: Spoil,
  fault?: Fault,
): Promise<Answer> {
  if ('file' in result) return fileAnswer(result.file, spoil)
  const answer = 'ok' in result ? okAnswer(result.ok) : refusalAnswer(result.refused)
  const whole = answer.body
  if (spoil === 'half') answer.body = whole.slice(0, whole.length / 2)
  if (answer.status === 401 || ('ok' in result && result.unsigned)) return answer
  const options = { account, wanted: wantedSerial(request), spoil, skewMs: fault?.ms }
  const proof = await signatureHeaders(state, whole, options)
  if (spoil === 'tampered') answer.body = answer.body.replace(/"([^"]*)"([,}])/, '"$1 "$2')
  return { ...answer, headers: { ...answer.headers, ...proof } }
}

function fileAnswer(file: Buffer, spoil?: Spoil): Answer {
  const headers = { 'Content-Type': 'application/octet-stream', 'Request-ID': requestId('0') }
  const bytes = spoil === 'half' ? file.subarray(0, file.length / 2) : Buffer.from(file)
  if (spoil === 'tampered') bytes[bytes.length - 1]! ^= 1
  return { status: 200, headers, body: '', bytes }
}

function okAnswer(body: object): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Request-ID': requestId('0') },
    body: JSON.stringify(body),
  }
}

function refusalAnswer(row: RefusalRow): Answer {
  const { code, message, detail } = row
  return {
    status: row.status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Request-ID': requestId(row.subCode ?? '268435455') },
    body: JSON.stringify({ code, message, ...(detail !== undefined && { detail }) }),
  }
}

function requestId(subCode: string): string {
  return `08${randomBytes(20).toString('hex').toUpperCase()}-${subCode}`
}

function wantedSerial(request: Incoming): string | undefined {
  const serial = request.headers['wechatpay-serial']
  return typeof serial === 'string' ? serial : undefined
}

/**
 * WeChat accepts JSON objects in UTF-8 of at most three bytes per character, without null (docs/wechat/pay-v3.md 1.2).
 */
function readBody(request: Incoming, handler: PayHandler): { ok: Record<string, unknown> } | { refused: RefusalRow } {
  if (request.method === 'GET' || (handler.takes === 'form' && isMultipart(request))) return { ok: {} }
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return { refused: { ...refusals.param_error, message: 'Http头Content-Type值错误，请使用application/json' } }
  }
  const text = request.body.toString()
  if (/[\u{10000}-\u{10ffff}]/u.test(text)) {
    return { refused: { ...refusals.param_error, message: '输入源含有不支持的字符，请使用UTF-8的1至3字节字符' } }
  }
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body) && !Object.values(body).includes(null)) {
      return { ok: body as Record<string, unknown> }
    }
  } catch {
    // It is refused below, like any other body that is not an object.
  }
  return { refused: { ...refusals.param_error, message: '请求内容不是合法的JSON，或含有null' } }
}

function record(
  state: SandboxState,
  endpoint: string,
  request: Incoming,
  facts: { mchid?: string | undefined; openid?: string; stockId?: string; outRequestNo?: string; serialNo?: string },
  faults: string[],
  ending: Ending,
): Ending {
  const answer = typeof ending === 'string' ? undefined : ending
  state.calls.add({
    at: state.clock.now().toISOString(),
    endpoint,
    method: request.method,
    path: request.target,
    host: request.host,
    ...facts,
    status: answer?.status ?? 0,
    ...(answer && answer.status >= 400 && { code: codeOf(answer.body) }),
    ...(faults.length > 0 && { fault: faults.join('+') }),
    ...(answer?.headers['Request-ID'] && { requestId: String(answer.headers['Request-ID']) }),
  })
  return ending
}

function codeOf(body: string): string | undefined {
  return /"code":"(\w+)"/.exec(body)?.[1]
}
