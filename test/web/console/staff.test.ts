import { load } from 'cheerio'
import { afterAll, expect, test } from 'vitest'
import { ofMerchant } from '../../../src/operators/rights/scope.ts'
import { aMerchant } from '../../support/builders.ts'
import { stillClock } from '../../support/clock.ts'
import { consoleBrowser, setUp, signIn } from '../../support/console.ts'
import { password } from '../../support/operators.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'

const clock = stillClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())
const shop = await aMerchant(services, { slug: 'shop' })
await aMerchant(services, { slug: 'mall' })
const keeper = await consoleBrowser(services, site, 'keeper@example.com', { ...ofMerchant(shop.id), role: 'owner' })
const linkOn = (page: string) => new URL(load(page)('code').first().text()).pathname

test('an owner invites a colleague, whose link is shown once and works once', async () => {
  const page = load((await keeper.phone.get('/console/staff')).text)
  // Only the own merchant is offered.
  expect(
    page('select[name=scope] option')
      .toArray()
      .map((one) => page(one).attr('value')),
  ).toEqual(['merchant:shop'])
  const fields = { email: 'new@example.com', scope: 'merchant:shop', role: 'operator' }
  const sent = await keeper.submit('/console/staff', '/console/staff/invitations', fields)
  expect(sent.location).toBe('/console/staff?done=invited')
  const shown = (await keeper.phone.get(sent.location)).text
  const link = linkOn(shown)
  expect(shown).toContain('new@example.com')
  expect((await keeper.phone.get('/console/staff')).text).not.toContain(link)
  const fresh = await setUp(services, site, link, { password })
  expect((await fresh.phone.get('/console')).text).toContain('运营')
  expect((await site.browser().get(link)).status).toBe(404)
})

test('an owner cannot invite to another merchant, or everywhere, by writing it into the form', async () => {
  for (const scope of ['merchant:mall', 'all', 'provider:1267388801', 'x', 'merchant:none']) {
    const role = scope.startsWith('provider') ? 'provider' : 'viewer'
    const sent = await keeper.submit('/console/staff', '/console/staff/invitations', {
      email: 'who@example.com',
      scope,
      role,
    })
    expect([scope, sent.status]).toEqual([scope, /x|none/.test(scope) ? 422 : 403])
  }
})

test('another role ends the sessions of the person; a role that was taken closes the door', async () => {
  const kim = await consoleBrowser(services, site, 'kim@example.com', { ...ofMerchant(shop.id), role: 'viewer' })
  const page = load((await keeper.phone.get('/console/staff')).text)
  const action = page('form[action$="/role"]')
    .toArray()
    .map((one) => page(one).attr('action')!)
  const { id } = await services.db
    .selectFrom('memberships as m')
    .innerJoin('operators as o', 'o.id', 'm.operator_id')
    .select('m.id')
    .where('o.email', '=', 'kim@example.com')
    .executeTakeFirstOrThrow()
  expect(action).toContain(`/console/staff/${id}/role`)
  expect((await keeper.submit('/console/staff', `/console/staff/${id}/role`, { role: 'finance' })).location).toBe(
    '/console/staff?done=role',
  )
  expect((await kim.phone.get('/console')).status).toBe(303)
  await keeper.submit('/console/staff', `/console/staff/${id}/end`)
  const refused = await signIn(kim.phone, 'kim@example.com', '')
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('没有任何权限')])
})

test('the audit is filtered, read page by page and exported', async () => {
  const { phone } = keeper
  const list = load((await phone.get('/console/audit?act=role_changed')).text)
  expect(list('tbody tr')).toHaveLength(1)
  expect(list('tbody').text()).toContain('角色：只读 → 财务')
  const none = load((await phone.get('/console/audit?from=2020-01-01&to=2020-01-02')).text)
  expect(none('main').text()).toContain('没有符合条件的记录')
  const file = await keeper.submit('/console/audit', '/console/audit/export', { act: 'role_changed' })
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-\d{8}\.csv"$/)
  expect(file.text.trim().split('\r\n')).toHaveLength(2)
  const latest = load((await phone.get('/console/audit')).text)
  expect(latest('tbody tr').first().text()).toContain('导出操作日志')
})

test('staff is asked for a code again when the last one is older than ten minutes', async () => {
  clock.advance(11 * 60_000)
  expect((await keeper.phone.get('/console/staff')).location).toBe('/console/confirm?to=%2Fconsole%2Fstaff')
})
