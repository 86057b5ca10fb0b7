import { consolePaths as paths } from '../../src/web/console/paths.ts'
import type { Budget, Target } from './budgets.ts'

const kB = 1_024
/** A session that nobody has. */
const cookie = (turn: number) => `pc_console=${String(turn).padEnd(43, 'x')}`
const at = (path: string, { merchant }: Target, turn: number) =>
  path.replace(':merchant', merchant).replace(':stock', String(turn)).replace(':campaign', `c-${turn}`)

const look = (path: string): Budget => ({
  route: `GET ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'GET',
    path: `${at(path, target, turn)}?stock=${turn}&name=${'x'.repeat(900)}`,
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
    path: at(path, target, turn),
    headers: { cookie: cookie(turn), 'content-type': 'application/x-www-form-urlencoded' },
    body: `_csrf=${'x'.repeat(8 * kB - 6)}`,
  }),
})

/** Every route about stocks with its budget (`budgets.ts`): only people who have signed in may make us ask WeChat. */
export const consoleStockBudgets: Budget[] = [
  ...[paths.stocks, paths.stockImport, paths.stock, paths.stockShelf, paths.stockClaim, paths.stockClaimCode].map(look),
  ...[paths.stockImport, paths.stockShelf, paths.stockSync, paths.stockState].map(form),
]
