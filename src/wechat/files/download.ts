import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Wall } from '../../plumbing/walls/wall.ts'
import type { HeaderBag } from '../exchange.ts'
import type { Clock } from '../../plumbing/clock.ts'
import { originOf, payHosts } from '../pay/hosts.ts'
import { openSigner } from '../pay/signer.ts'
import type { PayKeys } from '../pay/types.ts'

/**
 * A file that has begun to arrive, or why it does not. A refused one may be had under a new address; a foreign one lies,
 * by its address or by a redirect, where no file of WeChat's lies.
 */
export type Download =
  | { kind: 'file'; body: Readable }
  | { kind: 'refused'; status: number; detail: string }
  | { kind: 'foreign'; detail: string }
  | { kind: 'unknown'; detail: string }

export type DownloadOptions = {
  /** WeChat Pay's two hosts and its host of files, without a path. */
  mainUrl: string
  backupUrl: string
  filesUrl: string
  /** Its own: a file takes minutes, and no send waits for it. */
  wall: Wall
  clock: Clock
}

/** WeChat begins within a second; a file of a gigabyte must not be given up for one slow moment. */
const headersMs = 15_000
const silenceMs = 30_000

/**
 * Begins to fetch a file whose address WeChat has just answered, from its three hosts and from no other; a redirect is
 * not followed. It is signed over path and query; where the host of files refuses that, it is asked once without
 * (docs/wechat/bills.md 2). Nothing of the file has been verified. Never throws because of WeChat or the network; the
 * body may throw while it is read.
 */
export function openDownloads(keys: PayKeys, options: DownloadOptions): (address: string) => Promise<Download> {
  const { wall, clock } = options
  const { main, backup } = payHosts(options)
  const fileHost = originOf(options.filesUrl)
  const allowed = new Set([main, backup, fileHost])
  const sign = openSigner(keys, clock)

  return async (address) => {
    if (!URL.canParse(address)) return { kind: 'foreign', detail: 'the address of the file cannot be read' }
    const { origin, pathname, search } = new URL(address)
    if (!allowed.has(origin)) return { kind: 'foreign', detail: `the file lies at ${origin.slice(0, 80)}` }
    const path = pathname + search
    const signed = await sign({ method: 'GET', path, accept: '*/*' }, undefined)
    const first = await begin(wall, { origin, path, headers: signed })
    const mayWant = origin === fileHost && first.kind === 'refused' && (first.status === 401 || first.status === 403)
    if (!mayWant) return first
    const { authorization: _signature, ...unsigned } = signed
    return begin(wall, { origin, path, headers: unsigned })
  }
}

type Wanted = { origin: string; path: string; headers: Record<string, string> }

function begin(wall: Wall, { origin, path, headers }: Wanted): Promise<Download> {
  const pass = wall.enter(origin)
  if (pass.heldBack) return Promise.resolve({ kind: 'unknown', detail: 'too many files under way' })
  return new Promise((resolve) => {
    const options = { origin, path, method: 'GET' as const, headers, headersTimeout: headersMs, bodyTimeout: silenceMs }
    pass.http.dispatch(options, handler(resolve, pass.leave))
  })
}

function handler(
  resolve: (download: Download) => void,
  leave: (answered: boolean) => void,
): Dispatcher.DispatchHandler {
  let body: Readable | undefined
  let status = 0
  return {
    // undici tells this kind of handler from the older kind by this method.
    onRequestStart: () => undefined,
    onResponseStart(controller, code, headers) {
      status = code
      if (code < 200) return
      if (code >= 300 && code < 400) return resolve({ kind: 'foreign', detail: redirectionOf(headers) })
      if (code !== 200) return resolve({ kind: 'refused', status, detail: `HTTP ${status}` })
      body = new Readable({
        read: () => controller.resume(),
        destroy(error, done) {
          if (error) controller.abort(error)
          else if (!this.readableEnded) controller.abort(new Error('not read to its end'))
          done(error)
        },
      })
      // It may break before anybody reads it, who is told then; without this the whole process would end.
      body.on('error', () => undefined)
      resolve({ kind: 'file', body })
    },
    onResponseData(controller, chunk) {
      if (body && !body.push(chunk)) controller.pause()
    },
    onResponseEnd() {
      leave(true)
      body?.push(null)
    },
    onResponseError(_, error) {
      leave(status !== 0)
      if (body) body.destroy(error)
      else resolve({ kind: 'unknown', detail: error.message })
    },
  }
}

function redirectionOf({ location }: HeaderBag): string {
  return `the file is redirected to ${typeof location === 'string' ? location.slice(0, 80) : 'nowhere'}`
}
