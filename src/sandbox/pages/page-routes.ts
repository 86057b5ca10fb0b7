import type { SandboxControl } from '../control.ts'
import type { Route } from '../routes.ts'

/** What people look at: the phone and WeChat's own records. */
export function pageRoutes(_control: SandboxControl): Route[] {
  return []
}
