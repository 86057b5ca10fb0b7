import { memberReasons } from '../../../refusal.ts'
import { shownView } from '../../member-views/views.ts'
import type { Handler } from '../../shell/context.ts'
import type { PageState } from '../frame.ts'
import { sendFramed } from '../framed.ts'
import { render } from '../render.ts'
import { kitCharts, kitErrors, kitFrame } from './kit-samples.ts'

/**
 * `GET /console/_ui`: every part in every state, for those who build pages; not in production. `?show=errors` is the
 * same with a form that came back, `?show=bare` a page before somebody has signed in, `?show=frame` a page within a page.
 */
export const show: Handler<PageState> = (ctx) => {
  const { config, clock } = ctx.state.services
  if (config.production) ctx.throw(404)
  const { show: shown } = ctx.query
  if (shown === 'frame') return sendFramed(ctx, shownView('refusal', { message: memberReasons.not_started }))
  const errors = shown === undefined ? [] : kitErrors
  if (shown !== 'bare') ctx.state.frame = kitFrame
  render(ctx, shown === 'bare' ? 'kit-bare' : 'kit', { now: clock.now(), errors, charts: kitCharts(clock.now()) }, 200)
}
