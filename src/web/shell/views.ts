import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Eta, type EtaConfig } from 'eta'

/** Renders the page `view` of one audience. Throws when there is no such view. */
export type Views = (view: string, data: object) => string

const viewsFolder = fileURLToPath(new URL('../../../views', import.meta.url))

/**
 * Compiles every page of views/{audience} and every part of its folder ui, with the parts in views/shared that any of
 * them may include, so that a broken page stops the start and no request waits for a file.
 */
export function openViews(audience: string, options: Partial<EtaConfig> = {}): Views {
  const eta = new Eta({ autoEscape: true, cache: true, rmWhitespace: true, ...options })
  for (const folder of new Set([audience, `${audience}/ui`, 'shared'])) {
    if (!existsSync(join(viewsFolder, folder))) continue
    for (const file of readdirSync(join(viewsFolder, folder)).filter((name) => name.endsWith('.eta'))) {
      const template = readFileSync(join(viewsFolder, folder, file), 'utf8')
      eta.loadTemplate(`@${folder}/${file.slice(0, -'.eta'.length)}`, template)
    }
  }
  return (view, data) => eta.render(`@${audience}/${view}`, data)
}
