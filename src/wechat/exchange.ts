import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { HeldBack, Wall } from '../plumbing/walls/wall.ts'

export type HeaderBag = Record<string, string | string[] | undefined>

/** One HTTP answer with its whole body, unpacked. Nothing in it has been verified. */
export type RawAnswer = { status: number; headers: HeaderBag; body: Buffer }

export type Failure = {
  word: 'timeout' | 'unreachable' | 'reset' | 'unreadable_answer'
  /** Known if the answer had begun. */
  status?: number
  headers?: HeaderBag
  detail: string
  /** Our own wall let no call through, so WeChat was not even tried. The word is `unreachable`. */
  heldBack?: true
}

export type Exchange = ({ answer: RawAnswer; failure?: undefined } | { answer?: undefined; failure: Failure }) & {
  /** An earlier try of the same request broke off after it had begun: WeChat may have carried it out. */
  mayHaveArrived?: true
}

/**
 * `startMs` limits waiting for a connection and connecting; `timeoutMs` limits everything up to the answer's last byte.
 */
export type Limits = { startMs: number; timeoutMs: number }

export type RawRequest = {
  origin: string
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  headers: Record<string, string>
  body?: string | Buffer
}

/** The largest answer of these calls is a page of stocks, some tens of kB; bill files are not fetched this way. */
const answerLimitBytes = 1024 * 1024

/**
 * Makes one request and never throws. A request that could not start in time, or that the wall holds back, is never
 * sent: `unreachable`. Uses undici's dispatch directly, because its request() would use a stream for a body of 30 bytes.
 */
export async function exchange(wall: Wall, request: RawRequest, limits: Limits): Promise<Exchange> {
  const pass = wall.enter(request.origin)
  if (pass.heldBack) return heldBack(pass)
  const got = await dispatch(pass.http, request, limits)
  pass.leave(got.failure === undefined || got.failure.word === 'unreadable_answer')
  if (!got.answer) return got
  const encoding = got.answer.headers['content-encoding']
  return encoding === undefined || encoding === 'identity' ? got : unpack(got.answer, String(encoding))
}

function heldBack({ heldBack: why }: HeldBack): Exchange {
  const detail = why === 'full' ? 'too many calls under way' : 'no answer lately'
  return { failure: { word: 'unreachable', detail: `held back: ${detail}`, heldBack: true } }
}

function dispatch(
  http: Pick<Dispatcher, 'dispatch'>,
  request: RawRequest,
  { startMs, timeoutMs }: Limits,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const underway: Underway = { resolve, finished: false, headers: {}, chunks: [], length: 0 }
    underway.timer = setTimeout(startTimeUp, startMs, underway, timeoutMs - startMs)
    try {
      // Our own timer limits everything, so undici's timers are off.
      http.dispatch({ ...request, headersTimeout: 0, bodyTimeout: 0 }, handlerOf(underway))
    } catch (error) {
      fail(underway, 'unreachable', describe(error))
    }
  })
}

type Underway = {
  resolve: (result: Exchange) => void
  finished: boolean
  timer?: NodeJS.Timeout
  /** Set when the request is being written: from then on WeChat may have it. */
  controller?: Dispatcher.DispatchController
  status?: number
  headers: HeaderBag
  chunks: Buffer[]
  length: number
}

function handlerOf(underway: Underway): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      underway.controller = controller
      // Its time ran out while it waited for a connection: the caller has given up, so it must not be sent.
      if (underway.finished) controller.abort(new Error('given up'))
    },
    onResponseStart(_, status, headers) {
      if (status < 200) return
      underway.status = status
      underway.headers = headers
    },
    onResponseData(_, chunk) {
      underway.length += chunk.length
      if (underway.length <= answerLimitBytes) underway.chunks.push(chunk)
      else fail(underway, 'unreadable_answer', `the answer is longer than ${answerLimitBytes} bytes`)
    },
    onResponseEnd() {
      const { status, headers, chunks } = underway
      if (status === undefined) return
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      finish(underway, { answer: { status, headers, body } })
    },
    onResponseError(_, error) {
      fail(underway, underway.controller ? 'reset' : 'unreachable', describe(error))
    },
  }
}

function startTimeUp(underway: Underway, restMs: number): void {
  if (underway.controller) underway.timer = setTimeout(timeUp, restMs, underway)
  else fail(underway, 'unreachable', 'no connection in time')
}

function timeUp(underway: Underway): void {
  fail(underway, 'timeout', 'no complete answer in time')
}

function fail(underway: Underway, word: Failure['word'], detail: string): void {
  const { status, headers, controller, finished } = underway
  if (finished) return
  finish(underway, { failure: status === undefined ? { word, detail } : { word, detail, status, headers } })
  controller?.abort(new Error(detail))
}

function finish(underway: Underway, result: Exchange): void {
  if (underway.finished) return
  underway.finished = true
  clearTimeout(underway.timer)
  underway.resolve(result)
}

/** We never ask for a compressed answer, but a proxy may send one; the signature covers the unpacked bytes. */
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
