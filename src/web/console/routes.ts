import type { RouteTable } from '../shell/route-table.ts'
import * as kit from './pages/kit.ts'
import { consolePaths as paths } from './paths.ts'

/** Adds every address of the console with its guards, in the order in which they run. */
export function addConsoleRoutes({ get }: RouteTable): void {
  get(paths.kit, kit.show)
}
