import { Declined } from './rights/declined.ts'

/** Printable ASCII without what mail needs quotes for. */
const emailShape = /^[\w.!#$%&*+/=?^{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/
/** The longest address that mail has (RFC 5321). */
const emailAtMost = 254

/** The address as it is stored, since two that differ in capital letters are one person; undefined when it is none. */
export function asEmail(text: string): string | undefined {
  const email = text.trim().toLowerCase()
  return emailShape.test(email) && email.length <= emailAtMost ? email : undefined
}

/** The same; throws `Declined` when it is none. */
export function emailOf(text: string): string {
  const email = asEmail(text)
  if (email === undefined) throw new Declined('email_wrong')
  return email
}
