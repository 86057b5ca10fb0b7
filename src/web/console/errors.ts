import { Declined } from '../../operators/rights/declined.ts'
import { wantsJson } from '../shell/accepts.ts'
import { type ErrorPages, errorsAsJson, errorsAsPages } from '../shell/error-pages.ts'
import { render } from './render.ts'
import { Stopped } from './stopped.ts'

/** The console has one page for whatever cannot be shown; on a fault of ours it has the short request number to quote. */
export const consoleErrors: ErrorPages = {
  refusal(ctx, error) {
    const said = error instanceof Declined ? error.chinese : error instanceof Stopped ? error.message : undefined
    if (said === undefined) return false
    const { status } = error as Declined | Stopped
    if (wantsJson(ctx)) errorsAsJson.problem(ctx, status, said)
    else render(ctx, 'problem', { says: said }, status)
    return true
  },
  ...errorsAsPages((ctx, status) => render(ctx, 'problem', { requestId: ctx.state.requestId }, status)),
}
