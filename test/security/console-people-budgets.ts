import { consolePaths as paths } from '../../src/web/console/paths.ts'
import type { Budget, Target } from './budgets.ts'

const kB = 1_024
/** A session that nobody has. */
const cookie = (turn: number) => `pc_console=${String(turn).padEnd(43, 'x')}`
const at = (path: string, { merchant }: Target, turn: number) =>
  path
    .replace(':merchant', merchant)
    .replace(':mchid', '1900000001')
    .replace(':grant', `019aa000-0000-7000-8000-${String(turn).padStart(12, '0')}`)

const look = (path: string): Budget => ({
  route: `GET ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'GET',
    path: `${at(path, target, turn)}?state=refused&campaign=${'x'.repeat(900)}`,
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

/** Every route about members, grants and who from outside may look, with its budget (`budgets.ts`). */
export const consolePeopleBudgets: Budget[] = [
  ...[paths.grants, paths.grant, paths.providerConsent].map(look),
  ...[paths.grant, paths.providerConsent, paths.merchants, paths.provider].map(form),
]
