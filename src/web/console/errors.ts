import { wantsJson } from '../shell/accepts.ts'
import { type ErrorPages, errorsAsJson, errorsAsPages } from '../shell/error-pages.ts'
import { render } from './render.ts'
import { Stopped } from './stopped.ts'

/** The console has one page for whatever cannot be shown; on a fault of ours it has the short request number to quote. */
export const consoleErrors: ErrorPages = {
  refusal(ctx, error) {
    if (!(error instanceof Stopped)) return false
    if (wantsJson(ctx)) errorsAsJson.problem(ctx, error.status, error.message)
    else render(ctx, 'problem', { says: error.message }, error.status)
    return true
  },
  ...errorsAsPages((ctx, status) => render(ctx, 'problem', { requestId: ctx.state.requestId }, status)),
}
