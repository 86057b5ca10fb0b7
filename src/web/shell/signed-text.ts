import { createHmac, timingSafeEqual } from 'node:crypto'
import { memoizePer } from '../../plumbing/memoize.ts'

/**
 * `text` with its HMAC-SHA256: it can be given to a browser and trusted when it comes back. It is signed with the first
 * of `keys` and accepted under any of them. `label` names the text and its owner, so that one merchant's text is not
 * valid for another.
 */
export function signText(keys: string[], label: string, text: string): string {
  return `${text}.${mac(keys[0] as string, `${label}=${text}`).toString('base64url')}`
}

/** The text that `signText` signed under the same label; undefined when anything in it was changed. */
export function openSignedText(keys: string[], label: string, signed: string): string | undefined {
  return open(keys, `${label}=${signed}`)?.slice(label.length + 1)
}

/** Remembered, because a member who taps again sends the same cookie again. */
const open = memoizePer((keys: string[], labelled: string) => {
  const dot = labelled.lastIndexOf('.')
  if (dot < 0) return undefined
  const text = labelled.slice(0, dot)
  const given = Buffer.from(labelled.slice(dot + 1), 'base64url')
  const holds = given.length === macBytes && keys.some((key) => timingSafeEqual(mac(key, text), given))
  return holds ? text : undefined
})

const macBytes = 32

function mac(key: string, labelled: string): Buffer {
  return createHmac('sha256', key).update(labelled).digest()
}
