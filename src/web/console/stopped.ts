/**
 * Ends a request to the console with its problem page: 403 with who may, 404, 409 with what somebody else has changed.
 * `message` is the Chinese sentence that the page shows.
 */
export class Stopped extends Error {
  readonly status: 403 | 404 | 409 | 422 | 429

  constructor(status: Stopped['status'], message: string) {
    super(message)
    this.status = status
  }
}
