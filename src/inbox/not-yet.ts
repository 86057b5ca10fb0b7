/** Not now: ask again in a moment. No fault of anybody's. */
export class NotYet extends Error {}
