import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { assets } from './assets.ts'
import type { Context } from './context.ts'

const viewsFolder = fileURLToPath(new URL('../../views', import.meta.url))

/** What every member page may tell the layout, besides its own data. */
export type PageData = {
  title: string
  /** The page loads itself again after so many seconds. */
  refreshSeconds?: number
  [name: string]: unknown
}

/** Answers with the page `view` of views/pages. */
export function render(ctx: Context, view: string, data: PageData): void {
  ctx.type = 'html'
  ctx.body = renderText(view, { nonce: ctx.state.nonce, merchant: ctx.state.merchant, ...data })
}

/** The page's text. Throws at once when there is no such view: every view was compiled when the process started. */
export function renderText(view: string, data: PageData & { nonce: string }): string {
  return eta.render(`@pages/${view}`, { assets, ...data })
}

const eta = openViews()

function openViews(): Eta {
  const views = new Eta({ autoEscape: true, autoTrim: ['nl', false], cache: true })
  for (const folder of ['pages', 'shared']) {
    for (const file of readdirSync(join(viewsFolder, folder)).filter((name) => name.endsWith('.eta'))) {
      const path = join(viewsFolder, folder, file)
      views.loadTemplate(`@${relative(viewsFolder, path).replace(/\.eta$/, '')}`, readFileSync(path, 'utf8'))
    }
  }
  return views
}
