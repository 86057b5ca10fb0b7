import { InvalidArgumentError } from 'commander'

/** The tables of operators' acts accept no longer reason. */
const reasonAtMost = 500

/** An operator's `--reason`, without the spaces around it. Throws when there is nothing left, or too much. */
export function reasonOf(text: string): string {
  const reason = text.trim()
  if (reason === '' || reason.length > reasonAtMost) {
    throw new InvalidArgumentError(`It must have between 1 and ${reasonAtMost} characters`)
  }
  return reason
}
