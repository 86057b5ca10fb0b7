import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { verifyAudit } from '../../src/operators/audit/chain.ts'
import { exportAudit } from '../../src/operators/audit/export.ts'
import { listAudit } from '../../src/operators/audit/list.ts'
import { changeName } from '../../src/operators/account.ts'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import { signIn } from '../../src/operators/sign-in.ts'
import { changeRole } from '../../src/operators/staff.ts'
import { aMerchant } from '../support/builders.ts'
import { stillClock } from '../support/clock.ts'
import { aStaff, password, stranger } from '../support/operators.ts'
import { servicesOfFile } from '../support/services.ts'

const clock = stillClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const { db } = services
const shop = await aMerchant(services, { slug: 'shop' })
const mall = await aMerchant(services, { slug: 'mall' })
const chief = await aStaff(services, 'chief@example.com')
const keeper = await aStaff(services, 'keeper@example.com', { ...ofMerchant(shop.id), role: 'owner' })
const clerk = await aStaff(services, 'clerk@example.com', { ...ofMerchant(shop.id), role: 'viewer' })
const other = await aStaff(services, 'other@example.com', { ...ofMerchant(mall.id), role: 'viewer' })

const acts = async (person: Awaited<ReturnType<typeof chief.person>>, filter = {}) =>
  (await listAudit(db, person, filter, 100)).entries.map(({ act, subject }) => `${act} ${subject}`)

describe('the audit', () => {
  test('tells what was and what is, in the deed’s transaction', async () => {
    const { id } = (await clerk.person()).memberships[0]!
    await changeRole(services, await chief.person(), id, 'operator')
    const { entries } = await listAudit(db, await chief.person(), {}, 1)
    expect(entries).toMatchObject([
      { act: 'role_changed', by: 'chief@example.com', subject: clerk.email, changes: [['role', 'viewer', 'operator']] },
    ])
    const before = (await verifyAudit(db)).entries
    const dreamt = db.transaction().execute(async (trx) => {
      await changeName(
        {
          ...services,
          db: { transaction: () => ({ execute: (work: (t: typeof trx) => unknown) => work(trx) }) } as never,
        },
        await chief.person(),
        '陈',
      )
      throw new Error('undone')
    })
    await expect(dreamt).rejects.toThrow('undone')
    expect((await verifyAudit(db)).entries).toBe(before)
  })

  test('has no password, code, seed or token in it', async () => {
    const { rows } = await sql<{ text: string }>`select audit_entries::text as text from audit_entries`.execute(db)
    const all = rows.map(({ text }) => text).join('\n')
    for (const secret of [password, chief.seed, chief.token, chief.device, ...chief.recoveryCodes]) {
      expect(all).not.toContain(secret)
    }
  })

  test('has wrong passwords for people who are there, and no row for a stranger’s guess at a name', async () => {
    const before = (await verifyAudit(db)).entries
    await signIn(services, { email: 'nobody@example.com', password }, stranger).catch(() => undefined)
    expect((await verifyAudit(db)).entries).toBe(before)
    await signIn(services, { email: clerk.email, password: 'not this one' }, stranger).catch(() => undefined)
    expect((await acts(await chief.person()))[0]).toBe('sign_in_failed clerk@example.com')
  })

  test('shows each what was done where they manage, and their own', async () => {
    const { id } = (await other.person()).memberships[0]!
    await changeRole(services, await chief.person(), id, 'finance')
    expect(await acts(await chief.person())).toContain('role_changed other@example.com')
    const seen = await acts(await keeper.person())
    expect(seen).toContain('role_changed clerk@example.com')
    expect(seen).not.toContain('role_changed other@example.com')
    expect(await acts(await keeper.person(), { act: 'role_changed' })).toEqual(['role_changed clerk@example.com'])
  })

  test('is read page by page, newest first', async () => {
    const person = await chief.person()
    const first = await listAudit(db, person, {}, 3)
    const second = await listAudit(db, person, { before: first.next! }, 3)
    const ids = [...first.entries, ...second.entries].map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
    expect(new Set(ids).size).toBe(6)
  })

  test('is exported as CSV, which is itself an entry; one export runs at a time', async () => {
    const pieces: string[] = []
    for await (const piece of exportAudit(services, await chief.person(), { act: 'role_changed' })) {
      if (pieces.length === 0) {
        const second = exportAudit(services, await chief.person(), {})
        await expect(second.next()).rejects.toMatchObject({ word: 'export_running' })
      }
      pieces.push(piece)
    }
    const [head, ...rows] = pieces.join('').trim().split('\r\n')
    expect(head).toContain('操作人')
    expect(rows).toHaveLength(2)
    expect(rows[0]).toContain('角色：只读 → 财务')
    expect((await acts(await chief.person()))[0]).toBe('audit_exported 操作日志')
  })

  test('is never changed, deleted or emptied', async () => {
    for (const statement of [
      'update audit_entries set by = $$x$$',
      'delete from audit_entries',
      'truncate audit_entries',
    ]) {
      await expect(sql.raw(statement).execute(db)).rejects.toThrow('never changed')
    }
  })

  test('shows where somebody who owns the database changed a row, or took one out', async () => {
    expect(await verifyAudit(db)).toMatchObject({ broken: undefined })
    const trx = await db.startTransaction().execute()
    await sql`alter table audit_entries disable trigger all`.execute(trx)
    await sql`update audit_entries set subject = 'somebody else' where id = 3`.execute(trx)
    expect(await verifyAudit(trx)).toMatchObject({ broken: 3, entries: 2 })
    await sql`delete from audit_entries where id = 3`.execute(trx)
    expect(await verifyAudit(trx)).toMatchObject({ broken: 4 })
    await trx.rollback().execute()
  })

  test('stays one chain when many deeds are done at once', async () => {
    const person = await chief.person()
    await Promise.all(Array.from({ length: 12 }, (_, n) => changeName(services, person, `名字${n}`)))
    expect(await verifyAudit(db)).toMatchObject({ broken: undefined })
  })
})
