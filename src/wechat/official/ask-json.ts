import { parseJson } from '../../plumbing/files/parse-json.ts'
import type { Wall } from '../../plumbing/walls/wall.ts'
import { exchange } from '../exchange.ts'

/** One JSON answer of WeChat, or a word for why there is none. */
export type JsonAnswer = { body: Record<string, unknown>; word?: undefined } | { body?: undefined; word: string }

/**
 * A call to make. `path` is relative to `apiUrl` and may have secrets in its query: it is never part of an answer or an
 * error.
 */
export type JsonAsk = { path: string; body?: object; timeoutMs: number }

/** The word for a call that our own wall did not make. It is counted there; a flood of them needs no lines in the log. */
export const heldBack = 'held_back'

/**
 * Asks WeChat for JSON and ignores the content type (WeChat sends text/plain, docs/wechat/official-account.md 1.4).
 * Never throws. Only a 200 whose body is one object counts as an answer.
 */
export async function askJson(wall: Wall, apiUrl: string, ask: JsonAsk): Promise<JsonAnswer> {
  const { origin, pathname } = new URL(apiUrl)
  const request = { origin, path: pathname.replace(/\/$/, '') + ask.path, ...contentOf(ask.body) }
  const got = await exchange(wall, request, { startMs: ask.timeoutMs, timeoutMs: ask.timeoutMs })
  if (!got.answer) return { word: got.failure.heldBack ? heldBack : got.failure.word }
  if (got.answer.status !== 200) return { word: `http_${got.answer.status}` }
  const body = parseObject(got.answer.body.toString())
  return body ? { body } : { word: 'unreadable_answer' }
}

function contentOf(body: object | undefined): {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
} {
  const accept = { Accept: 'application/json' }
  if (!body) return { method: 'GET', headers: accept }
  return { method: 'POST', headers: { ...accept, 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}
