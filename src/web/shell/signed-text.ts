import { createHmac, timingSafeEqual } from 'node:crypto'
import { memoizePer } from '../../plumbing/memoize.ts'

/**
 * `text` with its HMAC-SHA256, to be handed to a browser and believed when it comes back: made with the first of `keys`,
 * held good under any of them. `label` says what the text is and whose, so that one merchant's text is nothing to another.
 */
export function signText(keys: string[], label: string, text: string): string {
  return `${text}.${mac(keys[0] as string, `${label}=${text}`).toString('base64url')}`
}

/** The text that `signText` signed under the same label; undefined when anything about it was changed. */
export function openSignedText(keys: string[], label: string, signed: string): string | undefined {
  return open(keys, `${label}=${signed}`)?.slice(label.length + 1)
}

/** A member who taps again sends the same cookie again. */
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
