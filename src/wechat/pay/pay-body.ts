/** A request of ours that WeChat Pay would refuse by its rules, found before it is sent. A fault in our program or data. */
export class PayRequestFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PayRequestFault'
  }
}

/**
 * Serialises a request body once, so that what is stored, signed and sent are the same bytes. Keys whose value is
 * undefined are left out. Throws `PayRequestFault` on null and on emoji, which WeChat Pay takes nowhere
 * (docs/wechat/pay-v3.md 1.2).
 */
export function payBody(fields: Record<string, unknown>): string {
  return JSON.stringify(fields, (key, value: unknown) => {
    if (value === null) throw new PayRequestFault(`null is not allowed in a request to WeChat Pay: ${key}`)
    if (typeof value === 'string') refuseSupplementary(value, key)
    return value
  })
}

/** UTF-16 surrogates: every character outside the basic plane, emoji above all. */
const surrogate = /[\ud800-\udfff]/
/** The first byte of a four-byte UTF-8 sequence, percent-encoded. */
const encodedSupplementary = /%f[0-7]/i
const visibleAscii = /^\/[\x21-\x7e]*$/

/** Throws `PayRequestFault` when the text has a character of more than three UTF-8 bytes. */
export function refuseSupplementary(text: string, where: string): void {
  if (surrogate.test(text)) throw new PayRequestFault(`WeChat Pay takes no emoji or other 4-byte characters: ${where}`)
}

/** Throws `PayRequestFault` unless the path is absolute, percent-encoded and without 4-byte characters. */
export function checkPath(path: string): void {
  if (!visibleAscii.test(path)) throw new PayRequestFault('the path must be absolute and percent-encoded')
  if (encodedSupplementary.test(path))
    throw new PayRequestFault('WeChat Pay takes no emoji or other 4-byte characters: path')
}
