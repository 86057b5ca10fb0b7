import { consolePaths as paths } from '../../src/web/console/paths.ts'
import type { Budget, Target } from './budgets.ts'

/** A session that nobody has. */
const cookie = (turn: number) => `pc_console=${String(turn).padEnd(43, 'x')}`
const at = (path: string, { merchant, mchid }: Target) => path.replace(':merchant', merchant).replace(':mchid', mchid)

const look = (path: string): Budget => ({
  route: `GET ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'GET',
    path: `${at(path, target)}?step=sheet&name=${'x'.repeat(900)}`,
    headers: { cookie: cookie(turn) },
  }),
})

/** A stranger's body is not read. */
const form = (path: string): Budget => ({
  route: `POST ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'POST',
    path: at(path, target),
    headers: { cookie: cookie(turn), 'content-type': 'application/x-www-form-urlencoded' },
    body: `_csrf=${'x'.repeat(24_000)}`,
  }),
})

/** The routes of + 创建pay券, 批次管理 and the keys, with their budgets (`budgets.ts`). */
export const consoleStockNewBudgets: Budget[] = [
  ...[paths.stockNew, paths.stockCreate, paths.providerStocks, paths.providerStockNew].map(look),
  ...[paths.stockNew, paths.stockCreate, paths.providerStockNew, paths.accountKeys].map(form),
]
