import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { assets } from './assets.ts'
import type { Context } from './context.ts'
import { urls } from './paths.ts'

/** What differs from one asker to the next on a page that is otherwise the same. */
export type PerRequest = { nonce: string; csrf: string; claimKey: string }

const viewsFolder = fileURLToPath(new URL('../../views', import.meta.url))
const views = openViews()

/** Answers with the page `view` of views/pages. */
export function render(ctx: Context, view: string, data: object): void {
  const { nonce, merchant } = ctx.state
  ctx.type = 'html'
  ctx.body = text(view, { nonce, merchant, ...data })
}

/**
 * The page with gaps for what is the askers' own, so that a crowd looking at one campaign costs one rendering. Throws at
 * once when there is no such view.
 */
export function prepare(view: string, data: object): (own: PerRequest) => string {
  const pieces = text(view, { ...data, nonce: gap('nonce'), csrf: gap('csrf'), claimKey: gap('claimKey') }).split(
    gapMark,
  )
  return (own) => {
    let page = pieces[0] as string
    for (let i = 1; i < pieces.length; i += 2) page += own[pieces[i] as keyof PerRequest] + (pieces[i + 1] as string)
    return page
  }
}

/** A character that no text of ours, of a merchant or of WeChat contains. */
const gapMark = '\u0001'

function gap(name: keyof PerRequest): string {
  return gapMark + name + gapMark
}

function text(view: string, data: object): string {
  return views.render(`@pages/${view}`, { assets, urls, ...data })
}

/** Compiles every member page, so that a broken one stops the start and no request waits for a file. */
function openViews(): Eta {
  const eta = new Eta({ autoEscape: true, cache: true, rmWhitespace: true })
  for (const folder of ['pages', 'shared']) {
    for (const file of readdirSync(join(viewsFolder, folder)).filter((name) => name.endsWith('.eta'))) {
      const template = readFileSync(join(viewsFolder, folder, file), 'utf8')
      eta.loadTemplate(`@${folder}/${file.slice(0, -'.eta'.length)}`, template)
    }
  }
  return eta
}
