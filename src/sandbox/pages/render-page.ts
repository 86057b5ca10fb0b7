import { Eta } from 'eta'
import { fileURLToPath } from 'node:url'

const views = fileURLToPath(new URL('../../../views/sandbox', import.meta.url))
const eta = new Eta({ views, autoEscape: true, cache: true })

/** Renders views/sandbox/{name}.eta. */
export function renderPage(name: string, data: object): string {
  return eta.render(name, data)
}
