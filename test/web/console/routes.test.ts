import { load } from 'cheerio'
import { afterAll, describe, expect, test } from 'vitest'
import { ofMerchant } from '../../../src/operators/rights/scope.ts'
import { consolePaths as paths } from '../../../src/web/console/paths.ts'
import { routes } from '../../../src/web/routes.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { aGrant } from '../../support/grants.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'
import { settingsRows } from './settings-rows.ts'
import { checkRows } from './check-rows.ts'
import { campaignRows } from './campaign-rows.ts'
import { everythingIn } from './everything.ts'
import { peopleRows } from './people-rows.ts'
import { stockNewRows } from './stock-new-rows.ts'

/**
 * Every route of the console: what a browser without a session gets, who may use it, and for a form what is wrong input.
 * A new route needs a row here. `roles`: undefined for everybody who has signed in.
 */
type Row = {
  route: string
  /** Open before a sign-in: its answer to a browser that nobody knows. */
  open?: number
  roles?: string[]
  /** Of a membership at another merchant, which must not be found. */
  foreign?: true
  /** A form that must come back with 422. */
  bad?: Record<string, string>
}

const owner = ['owner']
const stepKeepers = ['owner', 'operator']
const rows: Row[] = [
  { route: `GET ${paths.kit}`, open: 200 },
  { route: `GET ${paths.signIn}`, open: 200 },
  { route: `POST ${paths.signIn}`, open: 403, bad: { email: 'x', password: '' } },
  { route: `GET ${paths.code}`, open: 303 },
  { route: `POST ${paths.code}`, open: 403 },
  { route: `GET ${paths.link}`, open: 404 },
  { route: `POST ${paths.link}`, open: 403 },
  { route: `GET ${paths.authenticator}`, open: 303 },
  { route: `GET ${paths.authenticatorImage}`, open: 404 },
  { route: `POST ${paths.authenticator}`, open: 403 },
  { route: `GET ${paths.home}` },
  { route: `POST ${paths.signOut}` },
  { route: `GET ${paths.recoveryCodes}` },
  { route: `POST ${paths.recoveryCodes}` },
  { route: `GET ${paths.confirm}` },
  { route: `POST ${paths.confirm}`, bad: { code: 'abc' } },
  { route: `GET ${paths.account}` },
  { route: `POST ${paths.accountName}`, bad: { name: ' ' } },
  { route: `POST ${paths.accountPassword}`, bad: { current: 'x', password: 'short' } },
  { route: `POST ${paths.accountAuthenticator}` },
  { route: `POST ${paths.accountRecoveryCodes}` },
  { route: `POST ${paths.accountSessions}` },
  { route: `GET ${paths.staff}`, roles: owner },
  {
    route: `POST ${paths.staffInvitations}`,
    roles: owner,
    bad: { email: 'x', role: 'viewer', scope: 'merchant:shop' },
  },
  { route: `POST ${paths.staffRole}`, roles: owner, foreign: true },
  { route: `POST ${paths.staffEnd}`, roles: owner, foreign: true },
  { route: `POST ${paths.staffReset}`, roles: owner, foreign: true },
  { route: `GET ${paths.audit}`, roles: owner },
  { route: `POST ${paths.auditExport}`, roles: owner },
  { route: `GET ${paths.merchants}` },
  { route: `GET ${paths.guide}` },
  { route: `POST ${paths.guideExamination}`, roles: stepKeepers },
  { route: `POST ${paths.guideStep}`, roles: stepKeepers, bad: { state: 'asked', on: 'x' } },
  { route: `POST ${paths.guideShare}`, roles: stepKeepers },
  { route: `GET ${paths.sharedGuide}`, open: 404 },
  { route: `GET ${paths.provider}` },
  { route: `GET ${paths.application}` },
  { route: `POST ${paths.application}` },
  { route: `GET ${paths.applicationTable}` },
  { route: `GET ${paths.stocks}` },
  { route: `GET ${paths.stockImport}`, roles: stepKeepers },
  { route: `POST ${paths.stockImport}`, roles: stepKeepers },
  { route: `GET ${paths.stock}` },
  { route: `GET ${paths.stockClaim}` },
  { route: `GET ${paths.stockClaimCode}` },
  { route: `GET ${paths.stockShelf}`, roles: stepKeepers },
  { route: `POST ${paths.stockShelf}`, roles: stepKeepers },
  { route: `POST ${paths.stockSync}`, roles: stepKeepers },
  { route: `POST ${paths.stockState}`, roles: owner },
  ...settingsRows,
  ...checkRows,
  ...campaignRows,
  ...peopleRows,
  ...stockNewRows,
]

const clock = movableClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())
const shop = await aMerchant(services, { slug: 'shop' })
const mall = await aMerchant(services, { slug: 'mall' })
const stock = await aStock(services, shop, { stock_id: '16000001' })
await aCampaign(services, stock, { slug: 'welcome', state: 'draft' })
const grantId = await aGrant(services, await aCampaign(services, stock, { slug: 'autumn' }), stock, {
  openid: 'o-1',
  coupons: ['sent'],
})
const people: Record<string, ConsoleBrowser> = {}
for (const role of ['owner', 'operator', 'finance', 'viewer'] as const) {
  people[role] = await consoleBrowser(services, site, `${role}@example.com`, { ...ofMerchant(shop.id), role })
}
/** The owner of another merchant. */
const far = await consoleBrowser(services, site, 'far@example.com', { ...ofMerchant(mall.id), role: 'owner' })
const foreign = await services.db
  .selectFrom('memberships')
  .select('id')
  .where('merchant_id', '=', mall.id)
  .executeTakeFirstOrThrow()

/** What the other merchant has, by the name that routes give it. */
const farStock = await aStock(services, mall, { stock_id: '16000002' })
const farCampaign = await aCampaign(services, farStock, { slug: 'far', state: 'draft' })
const { operator_id: asked_by } = await services.db
  .selectFrom('memberships')
  .select('operator_id')
  .where('id', '=', foreign.id)
  .executeTakeFirstOrThrow()
const proposal = await services.db
  .insertInto('proposals')
  .values({
    ...ofMerchant(mall.id),
    act: 'campaign_change',
    subject: '发布活动',
    payload: '{}',
    payload_hash: 'x',
    revision: '1/x',
    state: 'asked',
    asked_by,
    asked_at: clock.now(),
    ends_at: new Date(clock.now().getTime() + 86_400_000),
    decided_by: null,
    decided_at: null,
    reason: null,
  })
  .returning('id')
  .executeTakeFirstOrThrow()
const theirs: Record<string, string> = {
  ':stock': farStock.stock_id,
  ':campaign': farCampaign.slug,
  ':grant': await aGrant(services, farCampaign, farStock, { openid: 'o-2', coupons: ['sent'] }),
  ':proposal': String(proposal.id),
}

const at = (path: string) =>
  path
    .replace(':membership', String(foreign.id))
    .replace(':token', 't'.repeat(43))
    .replace(':merchant', 'shop')
    .replace(':step', '4')
    .replace(':stock', stock.stock_id)
    .replace(':campaign', 'welcome')
    .replace(':grant', grantId)
    .replace(':mchid', '1267388801')
    .replace(':proposal', '1')
const parse = ({ route }: Row) => route.split(' ') as ['GET' | 'POST', string]

const everything = () => everythingIn(services.db)

async function csrfOf({ phone }: ConsoleBrowser): Promise<string> {
  return /name="_csrf" value="([^"]+)"/.exec((await phone.get('/console/account')).text)![1]!
}

test('every route of the console is listed here', () => {
  const routed = routes().stack.flatMap(({ methods, path }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(path)}`),
  )
  const ofConsole = routed.filter((route) => / \/console(\/|$)/.test(route))
  expect(rows.map(({ route }) => route).toSorted()).toEqual(ofConsole.toSorted())
})

describe.each(rows)('$route', (row) => {
  const [method, path] = parse(row)

  test('lets nobody in who has not signed in', async () => {
    const before = await everything()
    const phone = site.browser()
    const seen = method === 'GET' ? await phone.get(at(path)) : await phone.post(at(path), {})
    expect(seen.status).toBe(row.open ?? 303)
    if (row.open === undefined) expect(seen.location).toMatch(/^\/console\/sign-in/)
    expect(await everything()).toBe(before)
  })

  if (method === 'POST')
    test('does nothing without the token of the session, or from another site', async () => {
      const browser = people.owner!
      const token = await csrfOf(browser)
      const before = await everything()
      const answers = [
        await browser.phone.post(at(path), {}),
        await browser.phone.post(at(path), { _csrf: 'x'.repeat(token.length) }),
        await browser.phone.post(at(path), { _csrf: await csrfOf(people.viewer!) }),
        await browser.phone.post(at(path), { _csrf: token }, { Origin: 'https://evil.example' }),
        await browser.phone.post(at(path), { _csrf: token }, { 'Sec-Fetch-Site': 'cross-site' }),
        await browser.phone.post(at(path), { _csrf: token }, { 'Sec-Fetch-Site': 'same-site' }),
      ]
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403))
      expect(await everything()).toBe(before)
    })

  if (row.roles !== undefined)
    test('tells other roles who may, and does nothing', async () => {
      for (const [role, browser] of Object.entries(people)) {
        if (row.roles!.includes(role)) continue
        const token = await csrfOf(browser)
        const before = await everything()
        const seen =
          method === 'GET' ? await browser.phone.get(at(path)) : await browser.phone.post(at(path), { _csrf: token })
        expect([role, seen.status, seen.text]).toEqual([role, 403, expect.stringContaining('管理员')])
        expect(await everything()).toBe(before)
      }
    })

  if (/:merchant|:mchid/.test(path))
    test("is unknown to another merchant's owner, and does nothing", async () => {
      await far.submit('/console/confirm', '/console/confirm', { code: far.code() })
      const token = await csrfOf(far)
      const before = await everything()
      const seen = method === 'GET' ? await far.phone.get(at(path)) : await far.phone.post(at(path), { _csrf: token })
      expect([seen.status, seen.text.includes(shop.name)]).toEqual([404, false])
      expect(await everything()).toBe(before)
    })

  const nested = Object.keys(theirs).filter((name) => path.split('/').includes(name))
  if (nested.length > 0)
    test("does not find under one's own merchant what is another's, and does nothing", async () => {
      const browser = people.owner!
      await browser.submit('/console/confirm', '/console/confirm', { code: browser.code() })
      const token = await csrfOf(browser)
      const before = await everything()
      for (const name of nested) {
        for (const id of [theirs[name]!, 'none', '9'.repeat(40), '%00']) {
          const address = at(path.replace(name, id))
          const fields = { ...row.bad, _csrf: token, do: 'approve', change: 'end', revision: '1' }
          const seen = method === 'GET' ? await browser.phone.get(address) : await browser.phone.post(address, fields)
          expect([address, seen.status]).toEqual([address, 404])
        }
      }
      expect(await everything()).toBe(before)
    })

  if (row.foreign)
    test("does not find another merchant's", async () => {
      const browser = people.owner!
      await browser.submit('/console/confirm', '/console/confirm', { code: browser.code() })
      const token = await csrfOf(browser)
      const before = await everything()
      for (const path404 of [at(path), path.replace(':membership', 'x'), path.replace(':membership', '9'.repeat(40))]) {
        const seen = await browser.phone.post(path404, { _csrf: token, role: 'viewer' })
        expect([path404, seen.status]).toEqual([path404, 404])
      }
      expect(await everything()).toBe(before)
    })

  if (row.bad !== undefined)
    test('gives a wrong form back with what is wrong', async () => {
      const browser = row.open === undefined ? people.owner! : undefined
      const before = await services.db.selectFrom('operators').select(['name', 'password_hash']).orderBy('id').execute()
      if (browser) await browser.submit('/console/confirm', '/console/confirm', { code: browser.code() })
      const phone = browser?.phone ?? site.browser()
      const page = await phone.get(browser ? '/console/account' : path)
      const token = /name="_csrf" value="([^"]+)"/.exec(page.text)![1]!
      const seen = await phone.post(at(path), { _csrf: token, ...row.bad })
      expect(seen.status).toBe(422)
      expect(load(seen.text)('[role=alert] li')).toHaveLength(1)
      expect(load(seen.text)('title').text()).toMatch(/^错误：/)
      expect(
        await services.db.selectFrom('operators').select(['name', 'password_hash']).orderBy('id').execute(),
      ).toEqual(before)
    })
})

test('the menu of each role has what it may open, and all of that opens', async () => {
  const menus: Record<string, string[]> = {}
  for (const [role, { phone }] of Object.entries(people)) {
    const home = load((await phone.get('/console')).text)
    const links = home('nav#menu li a')
      .toArray()
      .map((one) => home(one).attr('href')!)
    menus[role] = links
    for (const link of links) expect([200, 303]).toContain((await phone.get(link)).status)
  }
  const all = ['/console', '/console/merchants', '/console/account']
  expect(menus).toEqual({
    owner: [
      '/console',
      '/console/merchants',
      '/console/proposals',
      '/console/staff',
      '/console/audit',
      '/console/account',
    ],
    operator: ['/console', '/console/merchants', '/console/proposals', '/console/account'],
    finance: all,
    viewer: all,
  })
})
