import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { assets } from './assets.ts'
import type { Context } from './context.ts'
import { urls } from './paths.ts'

/** What differs from one asker to the next on a page that is otherwise the same. */
export type PerRequest = { nonce: string; csrf: string; claimKey: string }

const viewsFolder = fileURLToPath(new URL('../../../views', import.meta.url))
const views = openViews()

/** Answers with the page `view` of views/pages. */
export function render(ctx: Context, view: string, data: object): void {
  const { nonce, merchant } = ctx.state
  ctx.type = 'html'
  ctx.body = text(view, { nonce, merchant, ...data })
}

/**
 * The page with gaps for what is the askers' own, so that a crowd looking at one campaign costs one rendering and no
 * encoding. Throws at once when there is no such view.
 */
export function prepare(view: string, data: object): (own: PerRequest) => Buffer {
  const pieces = text(view, { ...data, nonce: gap('nonce'), csrf: gap('csrf'), claimKey: gap('claimKey') }).split(
    gapMark,
  )
  const fixed = pieces.filter((_, i) => i % 2 === 0).map((piece) => Buffer.from(piece))
  const gaps = pieces.filter((_, i) => i % 2 === 1) as (keyof PerRequest)[]
  const fixedBytes = fixed.reduce((sum, piece) => sum + piece.length, 0)

  return (own) => {
    // What fills a gap is plain ASCII: one byte a character.
    const page = Buffer.allocUnsafe(gaps.reduce((sum, name) => sum + own[name].length, fixedBytes))
    let end = 0
    for (let i = 0; i < fixed.length; i += 1) {
      end += (fixed[i] as Buffer).copy(page, end)
      const name = gaps[i]
      if (name) end += page.write(own[name], end, 'latin1')
    }
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
