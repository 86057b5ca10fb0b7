import { Eta } from 'eta'
import { fileURLToPath } from 'node:url'

const views = fileURLToPath(new URL('../views', import.meta.url))
const eta = new Eta({ views, autoEscape: true, cache: true })

/** Renders sandbox/views/{name}.eta. */
export function renderPage(name: string, data: object): string {
  return eta.render(name, data)
}
