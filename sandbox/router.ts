import type { Incoming } from './http.ts'
import type { Route, Run } from './routes.ts'

export type Found = { run: Run; params: Record<string, string> } | 'wrong_method' | undefined

/** Finds the route of a request. A path is a list of parts; `:name` takes one part, decoded. */
export function openRouter(routes: Route[]): (request: Incoming) => Found {
  const table = routes.map((route) => ({ ...route, parts: route.path.split('/') }))
  return (request) => {
    const parts = request.path.split('/')
    let found: Found
    for (const route of table) {
      const params = match(route.parts, parts)
      if (!params) continue
      if (route.method === request.method) return { run: route.run, params }
      found = 'wrong_method'
    }
    return found
  }
}

function match(wanted: string[], parts: string[]): Record<string, string> | undefined {
  if (wanted.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    if (part[0] === ':') {
      const value = decoded(parts[at]!)
      if (!value) return undefined
      params[part.slice(1)] = value
    } else if (part !== parts[at]) return undefined
  }
  return params
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
