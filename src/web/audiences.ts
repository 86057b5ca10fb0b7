import { memberErrors } from './member/errors.ts'
import { errorsAsBarePages } from './shell/bare-pages.ts'
import { type ErrorPages, errorsAsJson } from './shell/error-pages.ts'

/**
 * How an error at `path` is answered. A request for an unknown address is most likely a member's, mistyped or from an
 * old poster.
 */
export function errorPagesFor(path: string): ErrorPages {
  if (programs.test(path)) return errorsAsJson
  return operations.test(path) ? errorsAsBarePages : memberErrors
}

const programs = /^\/(api|notify)\//
const operations = /^\/(assets\/|healthz$|readyz$|metrics$|MP_verify_)/
