import { readFileSync } from 'node:fs'

const sprite = readFileSync(new URL('../../../views/console/icons.svg', import.meta.url), 'utf8')

/**
 * The shapes of each sign, by its name. They stand in the page itself: a page with fifteen references into a sprite waits
 * for one file more, and is laid out again when it comes.
 */
export const signs = new Map(
  [...sprite.matchAll(/<symbol id="([^"]+)"[^>]*>(.*?)<\/symbol>/g)].map(([, name, shapes]) => [name!, shapes!]),
)
