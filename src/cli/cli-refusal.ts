/** A command that cannot be done, with the sentence that says why. */
export class CliRefusal extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CliRefusal'
  }
}
