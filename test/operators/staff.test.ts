import { describe, expect, test } from 'vitest'
import { firstOwnerLink } from '../../src/operators/first-owner.ts'
import { acceptLink } from '../../src/operators/joining.ts'
import { may, membershipsOf, merchantsFor } from '../../src/operators/rights/person.ts'
import { type Act, permissions, rolesFor } from '../../src/operators/rights/permissions.ts'
import { resetByCommand } from '../../src/operators/reset.ts'
import { roles } from '../../src/operators/rights/roles.ts'
import { everywhere, ofMerchant, ofProvider } from '../../src/operators/rights/scope.ts'
import { seedToShow, setAuthenticator } from '../../src/operators/set-authenticator.ts'
import { findSession } from '../../src/operators/sessions.ts'
import { signIn } from '../../src/operators/sign-in.ts'
import { changeRole, endMembership, inviteStaff, resetStaff } from '../../src/operators/staff.ts'
import { invitationsOf, staffOf } from '../../src/operators/staff-list.ts'
import { aMerchant } from '../support/builders.ts'
import { stillClock } from '../support/clock.ts'
import { aStaff, codeOf, password, stranger } from '../support/operators.ts'
import { servicesOfFile } from '../support/services.ts'

const clock = stillClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const { db } = services
const shop = await aMerchant(services, { slug: 'shop' })
const mall = await aMerchant(services, { slug: 'mall' })
const hour = 3_600_000

const said = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error & { word?: string }) => error.word ?? error.message,
  )
const firstLink = (await firstOwnerLink(services))!
const chief = await aStaff(services, 'chief@example.com')
const keeper = await aStaff(services, 'keeper@example.com', { ...ofMerchant(shop.id), role: 'owner' })
const membership = async (of: typeof chief) => (await of.person()).memberships[0]!.id

/** Deeds on staff want a code of the last ten minutes. */
const fresh = async (of: typeof chief) => ({ ...(await of.person()), codeAt: clock.now() })

describe('the first owner', () => {
  test('comes by a link that is void as soon as somebody can sign in', async () => {
    expect(await firstOwnerLink(services)).toBeUndefined()
    const given = { email: 'late@example.com', password }
    expect(await said(acceptLink(services, firstLink, given, stranger))).toBe('link_over')
  })
})

describe('an invitation', () => {
  test('makes a person with the role, works once, and no longer than three days', async () => {
    const offer = { ...ofMerchant(shop.id), role: 'finance' as const }
    const { link } = await inviteStaff(services, await fresh(keeper), { email: 'New@Example.com', offer })
    expect(await invitationsOf(db, await keeper.person(), clock.now())).toMatchObject([{ email: 'new@example.com' }])
    expect(await said(acceptLink(services, link!, { email: 'x@y.cn', password: 'short' }, stranger))).toBe(
      'password_short',
    )
    const given = { email: 'somebody.else@example.com', password }
    const both = await Promise.all([1, 2].map(() => said(acceptLink(services, link!, given, stranger))))
    expect(both.toSorted()).toEqual(['done', 'link_over'])
    const staff = await staffOf(db, await keeper.person())
    expect(staff.map(({ email, role }) => `${email} ${role}`)).toEqual([
      'keeper@example.com owner',
      'new@example.com finance',
    ])

    const late = await inviteStaff(services, await fresh(keeper), { email: 'late@example.com', offer })
    clock.advance(73 * hour)
    expect(await said(acceptLink(services, late.link!, given, stranger))).toBe('link_over')
  })

  test('of somebody who has an account gives the role at once, and once', async () => {
    const person = { ...(await membershipsAs(chief)), codeAt: clock.now() }
    const offer = { ...ofMerchant(mall.id), role: 'viewer' as const }
    expect(await inviteStaff(services, person, { email: keeper.email, offer })).toEqual({
      email: keeper.email,
      link: undefined,
    })
    expect(await said(inviteStaff(services, person, { email: keeper.email, offer }))).toBe('already_member')
  })

  test('is only for places that one manages, with a fresh code, and for roles that fit the place', async () => {
    const ask = async (person: Awaited<ReturnType<typeof fresh>>, offer: Parameters<typeof inviteStaff>[2]['offer']) =>
      said(inviteStaff(services, person, { email: 'who@example.com', offer }))
    const keeperNow = { ...(await membershipsAs(keeper)), codeAt: clock.now() }
    const chiefNow = { ...(await membershipsAs(chief)), codeAt: clock.now() }
    expect(await ask(keeperNow, { ...everywhere, role: 'viewer' })).toBe('not_allowed')
    expect(await ask(keeperNow, { ...ofMerchant(mall.id), role: 'viewer' })).toBe('not_allowed')
    expect(
      await ask(
        { ...keeperNow, codeAt: new Date(clock.now().getTime() - 601_000) },
        { ...ofMerchant(shop.id), role: 'viewer' },
      ),
    ).toBe('code_needed')
    expect(await ask(chiefNow, { ...ofMerchant(shop.id), role: 'provider' })).toBe('role_needs_provider')
    expect(await ask(chiefNow, { ...ofProvider('1267388801'), role: 'owner' })).toBe('role_needs_provider')
    expect(await ask(chiefNow, { ...ofProvider('1267388801'), role: 'provider' })).toBe('done')
  })
})

/** A person whose session may have ended meanwhile. */
async function membershipsAs(of: typeof chief) {
  const { id, name } = await db
    .selectFrom('operators')
    .selectAll()
    .where('email', '=', of.email)
    .executeTakeFirstOrThrow()
  return { operatorId: id, email: of.email, name, memberships: await membershipsOf(db, id), address: '' }
}

describe('a role', () => {
  test('of somebody in another place is not found; one’s own is nobody’s to change', async () => {
    const boss = await aStaff(services, 'boss@example.com')
    const person = { ...(await membershipsAs(keeper)), codeAt: clock.now() }
    expect(await said(changeRole(services, person, await membership(boss), 'viewer'))).toBe('not_found')
    expect(await said(endMembership(services, person, 999_999))).toBe('not_found')
    expect(await said(changeRole(services, person, person.memberships[0]!.id, 'viewer'))).toBe('own_membership')
  })

  test('that was changed or taken ends the person’s sessions', async () => {
    const kim = await aStaff(services, 'kim@example.com', { ...ofMerchant(shop.id), role: 'operator' })
    const person = { ...(await membershipsAs(keeper)), codeAt: clock.now() }
    await changeRole(services, person, await membership(kim), 'viewer')
    await expect(kim.session()).rejects.toThrow('ended')
    const { memberships } = await membershipsAs(kim)
    await endMembership(services, person, memberships[0]!.id)
    expect(await said(signIn(services, { email: kim.email, password }, stranger))).toBe('no_membership')
  })
})

describe('a reset', () => {
  test('ends the sessions, and its link sets another password and authenticator', async () => {
    const ren = await aStaff(services, 'ren@example.com', { ...ofMerchant(shop.id), role: 'viewer' })
    const id = await membership(ren)
    const person = { ...(await membershipsAs(keeper)), codeAt: clock.now() }
    const { link } = await resetStaff(services, person, id)
    await expect(ren.session()).rejects.toThrow('ended')
    const next = 'quite another password'
    const token = await acceptLink(services, link!, { email: '', password: next }, stranger)
    const seed = (await seedToShow(services, (await findSession(services, token))!))!
    expect(seed).not.toBe(ren.seed)
    const session = (await findSession(services, token))!
    await setAuthenticator(services, session, codeOf(seed, clock.now()), stranger)
    expect(await said(signIn(services, { email: ren.email, password }, stranger))).toBe('wrong_sign_in')
    expect(await said(signIn(services, { email: ren.email, password: next }, stranger))).toBe('done')
  })

  test('is not for one merchant’s owner where the person also has roles elsewhere', async () => {
    const liu = await aStaff(services, 'liu@example.com', { ...ofMerchant(shop.id), role: 'viewer' })
    const id = await membership(liu)
    const chiefNow = { ...(await membershipsAs(chief)), codeAt: clock.now() }
    await inviteStaff(services, chiefNow, { email: liu.email, offer: { ...ofMerchant(mall.id), role: 'owner' } })
    const keeperNow = { ...(await membershipsAs(keeper)), codeAt: clock.now() }
    expect(await said(resetStaff(services, keeperNow, id))).toBe('beyond_your_scope')
    expect(await said(resetStaff(services, chiefNow, id))).toBe('done')
  })

  test('by the command works once, and a later one voids it', async () => {
    const [first, second] = [await resetByCommand(services, keeper.email), await resetByCommand(services, keeper.email)]
    const given = { email: '', password: 'quite another password' }
    expect(await said(acceptLink(services, first, given, stranger))).toBe('link_over')
    expect(await said(acceptLink(services, second, given, stranger))).toBe('done')
    expect(await said(acceptLink(services, second, given, stranger))).toBe('link_over')
  })
})

describe('the table of permissions', () => {
  const as = (role: (typeof roles)[number], scope = everywhere, merchantIds: number[] = []) => ({
    memberships: [{ id: 1, role, ...scope, merchantIds }],
  })

  test('is what console.md’s matrix says', () => {
    const matrix = Object.keys(permissions).map((act) =>
      [act, ...roles.map((role) => (rolesFor(act as Act).includes(role) ? '✓' : ''))].join('|'),
    )
    expect(matrix).toEqual([
      'look|✓|✓|✓|✓|✓',
      'look_at_steps|✓|✓|✓|✓|✓',
      'keep_steps|✓|✓|||✓',
      'look_at_members|✓|✓|✓|✓|',
      'look_at_payments|✓|✓|✓|✓|',
      'see_openids|✓|✓|✓||',
      'keep_stocks|✓|✓|||✓',
      'act_at_wechat|✓||||✓',
      'edit_campaigns|✓|✓|||',
      'settle_grants|✓|✓|||',
      'ask_for_money|✓|✓|||✓',
      'approve_money|✓||||',
      'manage_keys|✓||||',
      'manage_alerts|✓||||',
      'manage_staff|✓||||',
      'look_at_audit|✓||||',
      'look_at_reconciliation|✓|✓|✓|✓|✓',
      'sign_reconciliation|||✓||',
      'add_merchants|✓||||',
      'hear_of_deeds|✓||||✓',
    ])
  })

  test('holds within the membership’s place', () => {
    expect(may(as('owner'), 'manage_keys', ofMerchant(5))).toBe(true)
    expect(may(as('owner', ofMerchant(5)), 'manage_keys', ofMerchant(5))).toBe(true)
    expect(may(as('owner', ofMerchant(5)), 'manage_keys', ofMerchant(6))).toBe(false)
    expect(may(as('owner', ofMerchant(5)), 'manage_keys', everywhere)).toBe(false)
    expect(may(as('provider', ofProvider('1900000109'), [5]), 'keep_stocks', ofMerchant(5))).toBe(true)
    expect(may(as('provider', ofProvider('1900000109'), [5]), 'keep_stocks', ofMerchant(6))).toBe(false)
    expect(may(as('provider', ofProvider('1900000109'), [5]), 'look_at_members', ofMerchant(5))).toBe(false)
    expect(merchantsFor(as('provider', ofProvider('1900000109'), [5, 7]), 'look')).toEqual([5, 7])
    expect(merchantsFor(as('viewer'), 'look')).toBe('all')
    expect(merchantsFor(as('viewer'), 'manage_staff')).toEqual([])
  })
})
