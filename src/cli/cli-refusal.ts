/** A command that cannot be done; the message says why. */
export class CliRefusal extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CliRefusal'
  }
}
