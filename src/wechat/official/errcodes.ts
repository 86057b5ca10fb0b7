/** What an errcode of the Official Account API means for us (docs/wechat/official-account.md 1.4, 2, 5.3). */
export type ErrcodeMeaning = 'code_used' | 'token_stale' | 'later' | 'misconfigured' | 'refusal'

/** The meaning of an errcode. An unlisted one is a refusal of this request, and says nothing about later ones. */
export function meaningOf(errcode: number): ErrcodeMeaning {
  return meanings[errcode] ?? 'refusal'
}

const meanings: Record<number, ErrcodeMeaning> = {
  // The OAuth code (or the token from it) is used, expired or missing: only a new authorisation helps.
  40029: 'code_used',
  40163: 'code_used',
  41008: 'code_used',
  42003: 'code_used',
  40030: 'code_used',
  42002: 'code_used',
  // The server's access_token. 40001 can also mean a wrong secret, which shows when the new token fails too.
  40001: 'token_stale',
  40014: 'token_stale',
  42001: 'token_stale',
  // Busy, out of quota, too frequent.
  [-1]: 'later',
  45009: 'later',
  45011: 'later',
  // Appid, secret, address not on the allow list (two codes), secret frozen, interface not granted to the account.
  40013: 'misconfigured',
  40125: 'misconfigured',
  40164: 'misconfigured',
  61004: 'misconfigured',
  40243: 'misconfigured',
  48001: 'misconfigured',
}

/** The errcode of an answer; 0 (success) when it has none. Accepts a number sent as text. */
export function errcodeOf(body: Record<string, unknown>): number {
  const errcode = numberOf(body.errcode ?? 0)
  return Number.isInteger(errcode) ? errcode : unreadableErrcode
}

const unreadableErrcode = -1

/** The number to quote to WeChat's support, from the end of errmsg (`rid: …`, formerly `req_id: …`). */
export function ridOf(body: Record<string, unknown>): string | undefined {
  const { errmsg } = body
  return typeof errmsg === 'string' ? /(?:rid|req_id):\s*([\w-]{1,64})/.exec(errmsg)?.[1] : undefined
}

/** A number of an answer, as such or as text; NaN for anything else: converting an object could throw. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
}
