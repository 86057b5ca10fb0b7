import { consolePaths as paths } from '../../src/web/console/paths.ts'
import type { Budget } from './budgets.ts'

/** Every route of 检查 and 试算 with its budget (`budgets.ts`): a stranger is led to the sign-in and costs nothing more. */
export const consoleCheckBudgets: Budget[] = [paths.campaignCheck, paths.campaignTry, paths.campaignPreview].map(
  (path) => ({
    route: `GET ${path}`,
    bytes: 0,
    calls: 0,
    worst:
      async ({ merchant, campaign }) =>
      (turn) => ({
        method: 'GET',
        path: `${path.replace(':merchant', merchant).replace(':campaign', campaign)}?member=${turn}&order=${'1'.repeat(900)}`,
        headers: { cookie: `pc_console=${String(turn).padEnd(43, 'x')}` },
      }),
  }),
)
