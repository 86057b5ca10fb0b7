import { errorsAsPages } from './error-pages.ts'
import { openViews } from './views.ts'

const views = openViews('shared')

/** A page without a site's layout, for addresses that belong to no audience. */
export const errorsAsBarePages = errorsAsPages((ctx, status) => {
  ctx.type = 'html'
  ctx.body = views('bare-problem', { status, requestId: ctx.state.requestId })
})
