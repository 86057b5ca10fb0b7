/** A request of ours that breaks WeChat Pay's rules, found before it is sent. The fault is in our program or data. */
export class PayRequestFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PayRequestFault'
  }
}

/** UTF-16 surrogates: every character outside the basic plane, such as emoji. */
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
