import { randomBytes } from 'node:crypto'
import type { Clock } from '../../src/plumbing/clock.ts'

export type TokenCheck = 'good' | 'expired' | 'invalid'

/** Server tokens: the stable kind and the old kind are separate (docs/wechat/official-account.md 2). */
export type TokenBook = {
  /** The same token until its last five minutes, then a new one; `force` makes a new one and ends the current one. */
  stable(appid: string, force: boolean): { token: string; expiresIn: number }
  /** A new token each time; the previous one is valid for five more minutes. */
  classic(appid: string): { token: string; expiresIn: number }
  check(token: string): { verdict: TokenCheck; appid?: string }
  /** Ends every token: as `expired` (42001) or as `invalid` (40001). */
  end(verdict: 'expired' | 'invalid'): void
}

type Token = { token: string; appid: string; until: number; kind: 'stable' | 'classic'; invalid: boolean }

const lifeSeconds = 7200
const overlapMs = 5 * 60_000

export function openTokenBook(clock: Clock): TokenBook {
  const tokens: Token[] = []
  const now = () => clock.now().getTime()
  const latest = (appid: string, kind: Token['kind']) =>
    tokens.findLast((each) => each.appid === appid && each.kind === kind && !each.invalid)
  const issue = (appid: string, kind: Token['kind']) => {
    const token = randomBytes(96).toString('base64url')
    tokens.push({ token, appid, kind, until: now() + lifeSeconds * 1000, invalid: false })
    return { token, expiresIn: lifeSeconds }
  }
  return {
    stable(appid, force) {
      const present = latest(appid, 'stable')
      if (present && force) present.invalid = true
      if (!present || force || present.until - now() <= overlapMs) return issue(appid, 'stable')
      return { token: present.token, expiresIn: Math.floor((present.until - now()) / 1000) }
    },
    classic(appid) {
      const present = latest(appid, 'classic')
      if (present) present.until = Math.min(present.until, now() + overlapMs)
      return issue(appid, 'classic')
    },
    check(token) {
      const known = tokens.find((each) => each.token === token)
      if (!known || known.invalid) return { verdict: 'invalid' }
      return { verdict: known.until > now() ? 'good' : 'expired', appid: known.appid }
    },
    end(verdict) {
      for (const each of tokens) Object.assign(each, verdict === 'invalid' ? { invalid: true } : { until: now() })
    },
  }
}
