import { createHmac, timingSafeEqual } from 'node:crypto'
import { kept } from '../../plumbing/cache.ts'
import type { Services } from '../../services.ts'

/**
 * `text` with its HMAC-SHA256: it can be given to a browser and trusted when it comes back. It is signed with the first
 * of `keys` and accepted under any of them. `label` names the text and its owner, so that one merchant's text is not
 * valid for another.
 */
export function signText(keys: string[], label: string, text: string): string {
  return `${text}.${mac(keys[0] as string, `${label}=${text}`).toString('base64url')}`
}

/** Enough for some thousand members who tap again and again with the same cookie; half a kilobyte each. */
const opened = kept<string, string | undefined>({ most: 4_000 })

/** Longer than anything that we sign: a browser may send 16 kB. */
const longestSigned = 4_096

/**
 * The text that `signText` signed under the same label with one of the cookie keys; undefined when anything about it was
 * changed.
 */
export function openSignedText({ cache, config }: Services, label: string, signed: string): string | undefined {
  if (signed.length > longestSigned) return undefined
  const labelled = `${label}=${signed}`
  const text = cache.make(opened, labelled, () => open(config.cookieKeys, labelled), config.cookieKeys)
  return text?.slice(label.length + 1)
}

function open(keys: string[], labelled: string): string | undefined {
  const dot = labelled.lastIndexOf('.')
  if (dot < 0) return undefined
  const text = labelled.slice(0, dot)
  const given = Buffer.from(labelled.slice(dot + 1), 'base64url')
  const holds = given.length === macBytes && keys.some((key) => timingSafeEqual(mac(key, text), given))
  return holds ? text : undefined
}

const macBytes = 32

function mac(key: string, labelled: string): Buffer {
  return createHmac('sha256', key).update(labelled).digest()
}
