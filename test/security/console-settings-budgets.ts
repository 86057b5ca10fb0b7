import { consolePaths as paths } from '../../src/web/console/paths.ts'
import type { Budget, Target } from './budgets.ts'

const kB = 1_024
/** A session that nobody has. */
const cookie = (turn: number) => `pc_console=${String(turn).padEnd(43, 'x')}`
const at = (path: string, { merchant }: Target) => path.replace(':merchant', merchant)

const look = (path: string): Budget => ({
  route: `GET ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'GET',
    path: `${at(path, target)}?mchid=${'9'.repeat(900)}`,
    headers: { cookie: cookie(turn) },
  }),
})

/** A stranger's body is not read, files neither. */
const form = (path: string): Budget => ({
  route: `POST ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'POST',
    path: at(path, target),
    headers: { cookie: cookie(turn), 'content-type': 'multipart/form-data; boundary=x' },
    body: `--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\nPK`.padEnd(64 * kB, 'x'),
  }),
})

/** Every route of a merchant's settings with its budget (`budgets.ts`): only people who have signed in may cost more. */
export const consoleSettingsBudgets: Budget[] = [
  ...[paths.merchantNew, paths.settings, paths.settingsKeys, paths.settingsKeysNew].map(look),
  ...[paths.settingsOfficial, paths.settingsEvents].map(look),
  ...[paths.merchantNew, paths.settings, paths.settingsKeysNew, paths.settingsOfficial, paths.settingsEvents].map(form),
]
