import { isConsole } from './console/door.ts'
import { consoleErrors } from './console/errors.ts'
import { memberErrors } from './member/errors.ts'
import { errorsAsBarePages } from './shell/bare-pages.ts'
import type { Context } from './shell/context.ts'
import { type ErrorPages, errorsAsJson } from './shell/error-pages.ts'

/**
 * How an error at the asked address is answered. A request for an unknown address is most likely a member's, mistyped
 * or from an old poster; so is one for the console where that is off.
 */
export function errorPagesFor(ctx: Context): ErrorPages {
  if (programs.test(ctx.path)) return errorsAsJson
  if (operations.test(ctx.path)) return errorsAsBarePages
  return isConsole(ctx) ? consoleErrors : memberErrors
}

const programs = /^\/(api|notify)\//
const operations = /^\/(assets\/|healthz$|readyz$|metrics$|MP_verify_)/
