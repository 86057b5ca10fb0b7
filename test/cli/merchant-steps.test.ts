import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { shopOfFile } from '../support/shop.ts'

const shop = await shopOfFile({ redis: false })
const { slug } = shop.merchant
const folder = mkdtempSync(join(tmpdir(), 'paycoupon-application-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const { databaseUrl, masterKeys, cookieKeys } = shop.services.config
  const code = await runCli(
    ['merchant', ...args],
    { out: (text) => (said.out += text), err: (text) => (said.err += text) },
    {
      DATABASE_URL: databaseUrl,
      MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
      COOKIE_KEYS: cookieKeys.join(','),
      SANDBOX: 'off',
      APPLICATION_MAIL_TO: 'one@example.com, two@example.com',
    },
  )
  return { code, ...said }
}

const today = beijingDay(new Date()).replace(/^(....)(..)(..)$/, '$1-$2-$3')

test('a step is kept by number or key, and what was and what is are printed', async () => {
  const asked = await run('step', slug, '4', '--state', 'asked', '--on', '2026-11-01')
  expect(asked).toEqual({
    code: 0,
    err: '',
    out: `merchant ${slug}, step 4 cross_merchant: 申请跨商户号发券\n  was: nothing known\n  is:  asked on 2026-11-01, by hand (command line)\n`,
  })
  const granted = await run('step', slug, 'cross_merchant', '--state', 'granted', '--on', '2026-11-20', '--json')
  expect(granted.code).toBe(0)
  expect(JSON.parse(granted.out)).toMatchObject({
    merchant: slug,
    step: 4,
    key: 'cross_merchant',
    changed: true,
    was: { state: 'asked', on: '2026-11-01', source: 'hand' },
    is: { state: 'granted', on: '2026-11-20', source: 'hand', by: 'command line' },
    tested_live: false,
  })
  const again = await run('step', slug, '4', '--state', 'granted', '--on', '2026-11-20')
  expect(again.out).toContain('said before, nothing changed')
  const rows = await shop.services.db.selectFrom('onboarding_steps').select('state').where('step', '=', 4).execute()
  expect(rows.map(({ state }) => state)).toEqual(['asked', 'granted'])
})

test('of a step that is tested live, the doctor’s word decides, and the command says so', async () => {
  const { out } = await run('step', slug, '3', '--state', 'granted', '--on', today)
  expect(out).toContain(`doctor tests this step, and what it finds decides: doctor ${slug}`)
})

test('wrong usage is told apart from what cannot be', async () => {
  const step = (...args: string[]) => run('step', slug, ...args)
  expect(await step('13', '--state', 'asked', '--on', today)).toMatchObject({ code: 2 })
  expect(await step('4', '--state', 'maybe', '--on', today)).toMatchObject({ code: 2 })
  expect(await step('4', '--state', 'asked')).toMatchObject({ code: 2 })
  expect(await step('4', '--on', today)).toMatchObject({ code: 2 })
  expect(await step('4', '--state', 'asked', '--on', '1 November')).toMatchObject({ code: 2 })
  const noDay = await step('4', '--state', 'asked', '--on', '2026-02-30')
  expect(noDay).toMatchObject({ code: 2, err: expect.stringContaining('There is no day 2026-02-30') as string })
  const future = await step('4', '--state', 'asked', '--on', '2999-01-01')
  expect(future).toEqual({ code: 1, out: '', err: '--on: 2999-01-01 is in the future\n' })
  expect(await run('step', 'nobody', '4', '--state', 'asked', '--on', today)).toMatchObject({
    code: 1,
    err: 'there is no merchant nobody\n',
  })
  expect((await run('step', '--help')).code).toBe(0)
})

test('the application is printed with its table and the command to run after sending; nothing changes', async () => {
  const before = await shop.services.db.selectFrom('onboarding_steps').selectAll().execute()
  const { code, out } = await run('application', slug)
  expect(code).toBe(0)
  expect(out).toContain('收件人：one@example.com，two@example.com')
  expect(out).toContain('主题：【跨商户号发券申请】优购小店')
  expect(out).toContain('\uFEFF商户名称,制券商户号,发券商户号,AppID\r\n')
  expect(out).toContain(`npm run cli -- merchant step ${slug} cross_merchant --state asked --on ${today}`)
  expect(await shop.services.db.selectFrom('onboarding_steps').selectAll().execute()).toEqual(before)
})

test('--csv writes the table to a file, and says why when it cannot', async () => {
  const file = join(folder, 'table.csv')
  const { code, out } = await run('application', slug, '--csv', file, '--json')
  expect(code).toBe(0)
  const printed = JSON.parse(out) as { csv: string; csv_file: string; applicants: object[] }
  expect(readFileSync(file, 'utf8')).toBe(printed.csv)
  expect(printed).toMatchObject({ csv_file: file, to: ['one@example.com', 'two@example.com'] })
  expect(printed.applicants).toHaveLength(1)
  const nowhere = join(folder, 'missing', 'table.csv')
  expect(await run('application', slug, '--csv', nowhere)).toMatchObject({ code: 1, out: '' })
  expect(existsSync(nowhere)).toBe(false)
})

test('an application for nobody, or for an unknown merchant, is refused', async () => {
  expect((await run('application')).code).toBe(2)
  expect(await run('application', slug, 'nobody')).toMatchObject({
    code: 1,
    out: '',
    err: 'there is no merchant nobody\n',
  })
})

test('the numbers of a merchant are listed with what may be told of their keys', async () => {
  const { serial_no } = await shop.services.db
    .selectFrom('accounts')
    .select('serial_no')
    .where('role', '=', 'sender')
    .executeTakeFirstOrThrow()
  const [sender] = shop.merchant.accounts
  const said = await run('keys', slug)
  expect([said.code, said.out]).toEqual([0, expect.stringContaining(`${sender!.mchid} sender: serial ${serial_no}`)])
  expect(said.out).toContain('1267388801 provider: no keys')
  const { numbers } = JSON.parse((await run('keys', slug, '--json')).out)
  expect(numbers[0]).toMatchObject({ mchid: sender!.mchid, has_keys: true, verified_by: 'certificates' })
  expect(JSON.stringify(numbers)).not.toContain(sender!.keys!.apiV3Key.reveal())
})
