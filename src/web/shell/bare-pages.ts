import { errorsAsPages } from './error-pages.ts'
import { openViews } from './views.ts'

const views = openViews('shared')

/** A bare page, for addresses that are no audience's site. */
export const errorsAsBarePages = errorsAsPages((ctx, status) => {
  ctx.type = 'html'
  ctx.body = views('bare-problem', { status, requestId: ctx.state.requestId })
})
