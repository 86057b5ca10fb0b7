import type { SandboxControl } from './control.ts'
import { json } from './http.ts'
import type { Route } from './routes.ts'

/** The control as HTTP, for tests and people in another process. */
export function controlRoutes(control: SandboxControl): Route[] {
  return [{ method: 'GET', path: '/sandbox/control/faults', run: () => json(control.faults()) }]
}
