import { consolePaths as paths } from '../../src/web/console/paths.ts'
import { openPhone } from '../support/phone.ts'
import type { Budget, Hostile, Target } from './budgets.ts'

const kB = 1_024
const forged = (turn: number) => `pc_console=${String(turn).padEnd(43, 'x')}; pc_console_device=${'x'.repeat(43)}`

/** With a session that nobody has, and an address as long as a page of ours takes it. */
const look = (path: string): Budget => ({
  route: `GET ${path}`,
  bytes: 0,
  calls: 0,
  worst: async () => (turn) => ({
    method: 'GET',
    path: `${at(path, turn)}?to=${'x'.repeat(900)}`,
    headers: { cookie: forged(turn) },
  }),
})

/** A form before the sign-in, with a right token: whoever opened the page has one. */
const openForm = (path: string, page: string, fields: Record<string, string>): Budget => ({
  route: `POST ${path}`,
  bytes: 8 * kB,
  calls: 0,
  async worst({ url }: Target) {
    const phone = openPhone(url)
    const { text } = await phone.get(page)
    const token = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? ''
    const cookie = [...phone.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
    return (turn): Hostile => ({
      method: 'POST',
      path: at(path, turn),
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: token, ...fields, email: `nobody${turn}@example.com` }).toString(),
    })
  },
})

/** A form of people who have signed in: a stranger's body is not read. */
const closedForm = (path: string): Budget => ({
  route: `POST ${path}`,
  bytes: 0,
  calls: 0,
  worst: async () => (turn) => ({
    method: 'POST',
    path: at(path, turn),
    headers: { cookie: forged(turn), 'content-type': 'application/x-www-form-urlencoded' },
    body: `_csrf=${'x'.repeat(8 * kB - 6)}`,
  }),
})

function at(path: string, turn: number): string {
  const named = path.replace(':token', String(turn).padEnd(43, 't')).replace(':membership', String(turn))
  return named.replace(':merchant', 'demo').replace(':step', '4').replace(':mchid', '1900000001')
}

/** Every route of the console with its budget (`budgets.ts`). */
export const consoleBudgets: Budget[] = [
  ...[paths.kit, paths.signIn, paths.code, paths.link, paths.authenticator, paths.authenticatorImage].map(look),
  ...[paths.home, paths.recoveryCodes, paths.confirm, paths.account, paths.staff, paths.audit].map(look),
  openForm(paths.signIn, paths.signIn, { password: 'x'.repeat(1_000) }),
  openForm(paths.code, paths.signIn, { code: '000000' }),
  openForm(paths.link, paths.signIn, { password: 'a long walk by the river' }),
  openForm(paths.authenticator, paths.signIn, { code: '000000' }),
  ...[paths.signOut, paths.recoveryCodes, paths.confirm, paths.accountName, paths.accountPassword].map(closedForm),
  ...[paths.accountAuthenticator, paths.accountRecoveryCodes, paths.accountSessions].map(closedForm),
  ...[paths.staffInvitations, paths.staffRole, paths.staffEnd, paths.staffReset, paths.auditExport].map(closedForm),
  ...[paths.merchants, paths.guide, paths.sharedGuide, paths.provider, paths.application, paths.applicationTable].map(
    look,
  ),
  ...[paths.guideExamination, paths.guideStep, paths.guideShare, paths.application].map(closedForm),
]
