import { randomBytes } from 'node:crypto'
import type { Clock } from '../../src/plumbing/clock.ts'

export type CodeOwner = { appid: string; openid: string; scope: string; snapshot: boolean }
export type Exchanged = { kind: 'owner'; owner: CodeOwner } | { kind: 'used' } | { kind: 'invalid' }

/** OAuth codes: valid once, for five minutes, for one appid (docs/wechat/official-account.md 1.3). */
export type CodeBook = { issue(owner: CodeOwner): string; exchange(code: string, appid: string): Exchanged }

const codeLifeMs = 5 * 60_000

export function openCodeBook(clock: Clock): CodeBook {
  const codes = new Map<string, CodeOwner & { used: boolean; until: number }>()
  return {
    issue(owner) {
      const now = clock.now().getTime()
      for (const [code, each] of codes) {
        if (each.until > now) break
        codes.delete(code)
      }
      const code = `0${randomBytes(16).toString('hex').slice(1)}`
      codes.set(code, { ...owner, used: false, until: now + codeLifeMs })
      return code
    },
    exchange(code, appid) {
      const known = codes.get(code)
      if (!known || known.appid !== appid || known.until <= clock.now().getTime()) return { kind: 'invalid' }
      if (known.used) return { kind: 'used' }
      known.used = true
      return { kind: 'owner', owner: known }
    },
  }
}
