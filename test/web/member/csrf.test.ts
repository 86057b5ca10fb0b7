import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { openCache } from '../../../src/plumbing/cache.ts'
import { systemClock } from '../../../src/plumbing/clock.ts'
import type { Config } from '../../../src/plumbing/config/config.ts'
import type { Context } from '../../../src/web/shell/context.ts'
import type { SessionState } from '../../../src/web/member/state.ts'
import { csrfHolds, csrfToken } from '../../../src/web/member/csrf.ts'

const [older, newer] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')]

/** A member's browser under these cookie keys, the first of which signs. */
function asked(cookieKeys: string[], sessionId = 'session-1'): Context<SessionState> {
  const config = { cookieKeys } as Config
  return {
    state: { services: { config, cache: openCache(systemClock) }, member: { openid: 'member', sessionId } },
  } as unknown as Context<SessionState>
}

test('a token holds for its own session, and does not show the session', () => {
  const token = csrfToken(asked([newer]))
  expect(token).not.toContain('session-1')
  expect(csrfHolds(asked([newer]), token)).toBe(true)
  expect(csrfHolds(asked([newer], 'session-2'), token)).toBe(false)
  expect(csrfHolds(asked([newer]), 'session-1')).toBe(false)
  expect(csrfHolds(asked([newer]), '')).toBe(false)
})

test('a page from before COOKIE_KEYS was rotated can still be sent, until the old key goes', () => {
  const token = csrfToken(asked([older]))
  expect(csrfHolds(asked([newer, older]), token)).toBe(true)
  expect(csrfToken(asked([newer, older]))).toBe(csrfToken(asked([newer])))
  expect(csrfHolds(asked([newer]), token)).toBe(false)
})
