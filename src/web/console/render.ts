import type { Context } from '../shell/context.ts'
import { openViews } from '../shell/views.ts'
import { assets } from './assets.ts'
import { consoleCookie } from './cookies.ts'
import type { PageState } from './frame.ts'
import { escaped, type Markup, markup } from './markup.ts'
import { signs } from './signs.ts'
import { textAt } from './text.ts'

/**
 * Pages and parts show a part with `ui`, and one around markup of their own with `wrap`. A part sees only what it is
 * given, and the kit.
 */
const header = `const { ui, text } = it.kit
const wrap = (name, data, inner) => output(ui(name, { ...data, body: it.kit.markup(capture(inner)) }))`

const views = openViews('console', { escapeFunction: escaped, functionHeader: header })

/** What is wrong with the field `name` of a form, in the same words above the form and at the field. */
export type FieldError = { name: string; text: string }

/**
 * Answers with the page `view` of views/console; a form that comes back has its `errors` in `data`, and status 422.
 * Throws when there is no such view.
 */
export function render(
  ctx: Context<PageState>,
  view: string,
  data: { errors?: FieldError[] } & Record<string, unknown> = {},
  status = data.errors?.length ? 422 : 200,
): void {
  const { frame, csrf, services } = ctx.state
  const { errors = [] } = data
  const keys = frame !== undefined && consoleCookie(ctx, 'keys') !== 'off'
  const kit = { assets, signs, keys, frame, csrf, errors, status, text: textAt(services.clock.now()), markup, ui }
  function ui(part: string, its: object): Markup {
    return markup(views(`ui/${part}`, { ...its, kit }))
  }
  ctx.status = status
  ctx.type = 'html'
  ctx.body = views(view, { ...data, kit })
}
