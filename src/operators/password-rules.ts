import { commonPasswords } from './common-passwords.ts'
import { Declined, type DeclinedWord } from './rights/declined.ts'

const charactersAtLeast = 12
/** Far more than anybody types; a limit on what is hashed. */
const charactersAtMost = 200
/** `aaaaaaaaaaaa`, `121212121212`: one of a few characters over and over is guessed first. */
const differentAtLeast = 4

/** Throws `Declined` when the password is too short, too common, or the person's own e-mail. */
export function checkPassword(password: string, email: string): void {
  const fault = faultOf(password, email)
  if (fault) throw new Declined(fault)
}

function faultOf(password: string, email: string): DeclinedWord | undefined {
  const small = password.toLowerCase()
  const { length } = Array.from(password)
  if (length < charactersAtLeast) return 'password_short'
  if (length > charactersAtMost) return 'password_long'
  if (small === email || small === email.split('@')[0]) return 'password_is_email'
  if (commonPasswords.has(small) || counts(small) || new Set(small).size < differentAtLeast) {
    return 'password_common'
  }
  return undefined
}

/** `123456789012`, `987654321098`: digits that only go on. */
function counts(text: string): boolean {
  const steps = new Set(
    Array.from(text)
      .slice(1)
      .map((digit, nth) => (Number(digit) - Number(text[nth]) + 10) % 10),
  )
  return /^\d+$/.test(text) && steps.size === 1
}
