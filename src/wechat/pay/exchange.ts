import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { HeaderBag } from './types.ts'

/** One HTTP answer, its body complete and unpacked, nothing believed yet. */
export type RawAnswer = { status: number; headers: HeaderBag; body: Buffer }

export type Failure = {
  word: 'timeout' | 'unreachable' | 'reset' | 'unreadable_answer'
  /** Known when the answer had begun. */
  status?: number
  headers?: HeaderBag
  detail: string
}

export type Exchange = { answer: RawAnswer; failure?: undefined } | { answer?: undefined; failure: Failure }

export type RawRequest = {
  origin: string
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}

/** The largest answer of the calls used here is a page of stocks, some tens of kB; bill files are not fetched this way. */
export const answerLimitBytes = 1024 * 1024

/**
 * One request, one answer, never a throw. `timeoutMs` covers waiting for a connection, connecting, sending and the whole
 * answer. Speaks to undici's dispatch directly: its request() would put a stream between us and a body of 30 bytes.
 */
export async function exchange(http: Dispatcher, request: RawRequest, timeoutMs: number): Promise<Exchange> {
  const got = await dispatch(http, request, timeoutMs)
  if (!got.answer) return got
  const encoding = got.answer.headers['content-encoding']
  return encoding === undefined || encoding === 'identity' ? got : unpack(got.answer, String(encoding))
}

function dispatch(http: Dispatcher, request: RawRequest, timeoutMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined
    let settled = false
    let status: number | undefined
    let headers: HeaderBag = {}
    const chunks: Buffer[] = []
    let length = 0

    const settle = (result: Exchange): void => {
      settled = true
      clearTimeout(timer)
      resolve(result)
    }
    const fail = (word: Failure['word'], detail: string): void => {
      if (settled) return
      settle({ failure: status === undefined ? { word, detail } : { word, detail, status, headers } })
      controller?.abort(new Error(detail))
    }
    const timer = setTimeout(() => fail('timeout', `no complete answer within ${timeoutMs} ms`), timeoutMs)

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started
        // Its time ran out while it waited for a connection: nobody listens, so it must not go out.
        if (settled) started.abort(new Error('given up'))
      },
      onResponseStart(_, statusCode, answerHeaders) {
        if (statusCode < 200) return
        status = statusCode
        headers = answerHeaders
      },
      onResponseData(_, chunk) {
        length += chunk.length
        if (length > answerLimitBytes) fail('unreadable_answer', `the answer is longer than ${answerLimitBytes} bytes`)
        else chunks.push(chunk)
      },
      onResponseEnd() {
        if (settled || status === undefined) return
        settle({ answer: { status, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) } })
      },
      onResponseError(_, error) {
        fail(controller ? 'reset' : 'unreachable', describe(error))
      },
    }
    try {
      // Our own timer bounds everything, so undici's are off.
      http.dispatch({ ...request, body: request.body ?? null, headersTimeout: 0, bodyTimeout: 0 }, handler)
    } catch (error) {
      fail('unreachable', describe(error))
    }
  })
}

/** Nothing of ours asks for a packed answer, but a proxy may send one; the signature covers the unpacked bytes. */
function unpack(answer: RawAnswer, encoding: string): Exchange {
  const failed = (detail: string): Exchange => ({
    failure: { word: 'unreadable_answer', status: answer.status, headers: answer.headers, detail },
  })
  const unpacker = unpackers.get(encoding.toLowerCase())
  if (!unpacker) return failed(`unknown content-encoding ${encoding.slice(0, 40)}`)
  try {
    return { answer: { ...answer, body: unpacker(answer.body, { maxOutputLength: answerLimitBytes }) } }
  } catch (error) {
    return failed(`the ${encoding} answer cannot be unpacked: ${describe(error)}`)
  }
}

const unpackers = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
])

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return error.message === '' ? code : `${code}: ${error.message}`
}
