import { createHash } from 'node:crypto'

/** A provider's own Official Account has no page in the sandbox: only its appid matters, always the same for a number. */
export function providerAppid(mchid: string): string {
  return `wx${createHash('sha256').update(mchid).digest('hex').slice(0, 16)}`
}
