import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * `text` with its HMAC-SHA256, to be handed to a browser and believed when it comes back: made with the first of `keys`,
 * held good under any of them. `label` says what the text is and whose, so that one merchant's text is nothing to another.
 */
export function signText(keys: string[], label: string, text: string): string {
  return `${text}.${mac(keys[0] as string, label, text).toString('base64url')}`
}

/** The text that `signText` signed under the same label; undefined when anything about it was changed. */
export function openSignedText(keys: string[], label: string, signed: string): string | undefined {
  const dot = signed.lastIndexOf('.')
  if (dot < 0) return undefined
  const text = signed.slice(0, dot)
  const given = Buffer.from(signed.slice(dot + 1), 'base64url')
  const holds = given.length === macBytes && keys.some((key) => timingSafeEqual(mac(key, label, text), given))
  return holds ? text : undefined
}

const macBytes = 32

function mac(key: string, label: string, text: string): Buffer {
  return createHmac('sha256', key).update(`${label}=${text}`).digest()
}
