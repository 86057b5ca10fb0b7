import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'

/** Renders the page `view` of one audience. Throws when there is no such view. */
export type Views = (view: string, data: object) => string

const viewsFolder = fileURLToPath(new URL('../../../views', import.meta.url))

/**
 * Compiles every page of views/{audience}, with the parts in views/shared that any of them may include, so that a
 * broken page stops the start and no request waits for a file.
 */
export function openViews(audience: string): Views {
  const eta = new Eta({ autoEscape: true, cache: true, rmWhitespace: true })
  for (const folder of new Set([audience, 'shared'])) {
    for (const file of readdirSync(join(viewsFolder, folder)).filter((name) => name.endsWith('.eta'))) {
      const template = readFileSync(join(viewsFolder, folder, file), 'utf8')
      eta.loadTemplate(`@${folder}/${file.slice(0, -'.eta'.length)}`, template)
    }
  }
  return (view, data) => eta.render(`@${audience}/${view}`, data)
}
