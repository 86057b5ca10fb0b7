import { beforeAll, describe, expect, test } from 'vitest'
import { recordRedemption } from '../../src/coupons/record-redemptions.ts'
import { runCli } from '../../src/cli/run.ts'
import { exportHeads } from '../../src/grants/export-row.ts'
import { maskedOpenid } from '../../src/members/masked-openid.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { aGrant } from '../support/grants.ts'
import { shopOfFile } from '../support/shop.ts'

const shop = await shopOfFile({ redis: false })
const { services, merchant, stock } = shop
const order = '4200001234202611231234567890'

async function run(...args: string[]) {
  const said = { out: '', err: '', pieces: 0 }
  const { databaseUrl, masterKeys, cookieKeys } = services.config
  const code = await runCli(
    ['grants', 'export', ...args],
    { out: (text) => ((said.out += text), (said.pieces += 1)), err: (text) => (said.err += text) },
    {
      DATABASE_URL: databaseUrl,
      MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
      COOKIE_KEYS: cookieKeys.join(),
      SANDBOX: 'off',
    },
  )
  return { code, ...said }
}

/** As a program reads RFC 4180. */
function cells(csv: string): string[][] {
  expect(csv.startsWith('\uFEFF')).toBe(true)
  expect(csv.endsWith('\r\n')).toBe(true)
  const rows = csv.slice(1, -2).split('\r\n')
  return rows.map((row) =>
    [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
      quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
    ),
  )
}
const named = (row: string[]) => Object.fromEntries(exportHeads.map((head, index) => [head, row[index]]))
const exported = async (...args: string[]) => {
  const { code, out } = await run(merchant.slug, ...args)
  expect(code).toBe(0)
  const [heads, ...rows] = cells(out)
  expect(heads).toEqual(exportHeads)
  return rows.map(named)
}

describe('a merchant exports what members were given', () => {
  let campaign: Campaign
  const openid = 'oMember-of-the-export-000001'
  beforeAll(async () => {
    campaign = await shop.campaign()
    const title = '=HYPERLINK("http://x")'
    await services.db.updateTable('campaigns').set({ title }).where('id', '=', campaign.id).execute()
    const late = new Date('2026-11-02T15:59:59.900Z')
    const grant = await aGrant(services, campaign, stock, {
      openid,
      coupons: ['sent', ['refused', 'given_up']],
      createdAt: late,
    })
    await aGrant(services, campaign, stock, {
      openid,
      coupons: ['reserved'],
      createdAt: new Date('2026-11-02T16:00:00Z'),
    })
    await aGrant(services, campaign, stock, { openid, coupons: ['sent'], createdAt: new Date('2026-10-31T16:00:00Z') })
    await aGrant(services, campaign, stock, { openid, coupons: ['sent'], createdAt: new Date('2026-10-31T15:59:59Z') })
    const neighbour = await aMerchant(services)
    const theirs = await aStock(services, neighbour)
    await aGrant(services, await aCampaign(services, theirs), theirs, { openid, coupons: ['sent'], createdAt: late })
    const given = { coupon_id: '98674556000112233' }
    const ofGrant = services.db.updateTable('coupons').set(given).where('grant_id', '=', grant)
    await ofGrant.where('state', '=', 'sent').execute()
    const fact = {
      source: 'payment' as const,
      couponId: given.coupon_id,
      stockId: stock.stock_id,
      transactionId: order,
    }
    await services.db.transaction().execute((trx) =>
      recordRedemption(trx, merchant, {
        ...fact,
        amount: 1_050,
        usedAt: new Date('2026-11-03T04:00:00Z'),
        toldAt: late,
      }),
    )
  })

  test('of days in Beijing, both included, one row a coupon, and nothing of another merchant', async () => {
    const rows = await exported('--from', '2026-11-01', '--to', '2026-11-02')
    expect(rows.map((row) => [row['发放时间（北京）'], row['券序号'], row['状态']])).toEqual([
      ['2026-11-01 00:00:00', expect.any(String), '已发放'],
      ['2026-11-02 23:59:59', expect.any(String), '已发放'],
      ['2026-11-02 23:59:59', expect.any(String), '未发放'],
    ])
    expect(await exported('--from', '2026-11-03', '--to', '2026-11-03')).toMatchObject([
      { 状态: '待发放', 使用状态: '' },
    ])
    expect(await exported('--from', '2026-12-01', '--to', '2026-12-01')).toEqual([])
  })

  test('long numbers and formulas are harmless in a spreadsheet, and a use has its columns', async () => {
    const [, used, refused] = await exported('--from', '2026-11-01', '--to', '2026-11-02')
    expect(used).toMatchObject({
      活动名称: `'=HYPERLINK("http://x")`,
      券号: '\t98674556000112233',
      使用状态: '已使用',
      '使用时间（北京）': '2026-11-03 12:00:00',
      使用券的支付订单: `\t${order}`,
      '优惠金额（元）': '10.50',
    })
    expect(refused).toMatchObject({ 未发放原因: expect.stringMatching('.') as string, 使用状态: '' })
  })

  test('openids are masked, unless they are asked for, which the audit keeps', async () => {
    const days = ['--from', '2026-11-01', '--to', '2026-11-02']
    const audit = services.db.selectFrom('audit_entries').selectAll().where('act', '=', 'grants_exported')
    expect(new Set((await exported(...days)).map((row) => row['openid']))).toEqual(new Set([maskedOpenid(openid)]))
    expect(await audit.execute()).toEqual([])
    expect(new Set((await exported(...days, '--openids')).map((row) => row['openid']))).toEqual(new Set([openid]))
    expect(await audit.execute()).toMatchObject([
      {
        merchant_id: merchant.id,
        by: 'command line',
        subject: merchant.slug,
        changes: [
          ['from', null, '2026-11-01'],
          ['to', null, '2026-11-02'],
        ],
      },
    ])
  })

  test('more than a page comes in pieces, each coupon once', async () => {
    const createdAt = new Date('2026-12-10T04:00:00Z')
    for (let turn = 0; turn < 21; turn += 1) {
      const coupons = Array.from({ length: 100 }, () => 'sent' as const)
      await aGrant(services, campaign, stock, { openid: `oMany-${turn}-of-the-export-0001`, coupons, createdAt })
    }
    const { out, pieces } = await run(merchant.slug, '--from', '2026-12-10', '--to', '2026-12-10')
    const rows = cells(out).slice(1).map(named)
    expect(new Set(rows.map((row) => `${row['发放记录']} ${row['券序号']}`)).size).toBe(2_100)
    expect(rows).toHaveLength(2_100)
    expect(pieces).toBe(4)
  })

  test('what is no merchant, no day, or the wrong way round is refused in one sentence', async () => {
    expect(await run('nobody', '--from', '2026-11-01', '--to', '2026-11-02')).toMatchObject({ code: 1, out: '' })
    expect(await run(merchant.slug, '--from', '2026-11-02', '--to', '2026-11-01')).toMatchObject({ code: 1, out: '' })
    expect(await run(merchant.slug, '--from', '2026-11-31', '--to', '2026-12-01')).toMatchObject({ code: 2, out: '' })
    expect(await run(merchant.slug, '--from', '2026-11-01')).toMatchObject({ code: 2, out: '' })
  })
})
