import { expect, test } from 'vitest'
import { readLedgerGauges } from '../../../src/web/ops/ledger-gauges.ts'
import { registry, startProcessMetrics } from '../../../src/plumbing/telemetry/metrics.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import { aGrant } from '../../support/grants.ts'
import { openTestServices } from '../../support/services.ts'

test('metrics show what is owed and why, how long, what is halted and what waits in the inbox', async () => {
  const now = new Date('2026-11-23T04:00:00Z')
  await using services = await openTestServices({ redis: false, clock: { now: () => now } })
  const { db } = services
  const merchant = await aMerchant(services, { slug: 'gauged' })
  const stock = await aStock(services, merchant)
  const campaign = await aCampaign(services, stock)
  const createdAt = new Date(now.getTime() - 90_000)
  await aGrant(services, campaign, stock, { openid: 'o1', coupons: ['reserved', 'sent'], createdAt })
  await aGrant(services, campaign, stock, { openid: 'o2', coupons: [['reserved', 'timeout']], createdAt: now })
  const at = { merchant_id: merchant.id, since: now, probe_at: now, probes: 0 }
  await db
    .insertInto('halts')
    .values([
      { ...at, account_id: merchant.accounts[0]!.id, cause: 'stock_paused', stock_ref: stock.id },
      { ...at, account_id: merchant.accounts[0]!.id, cause: 'gone', stock_ref: null, lifted_at: now },
    ])
    .execute()
  const arrived = { merchant_id: merchant.id, received_at: now, due_at: now, attempts: 0, body: '{}' }
  await db
    .insertInto('inbox')
    .values({ ...arrived, source: 'events', business_key: 'a' })
    .execute()

  startProcessMetrics()
  startProcessMetrics()
  await readLedgerGauges(db, services.clock)
  const text = await registry.metrics()
  for (const line of [
    'paycoupon_owed_coupons{merchant="gauged",reason="new"} 1',
    'paycoupon_owed_coupons{merchant="gauged",reason="timeout"} 1',
    'paycoupon_oldest_owed_seconds{merchant="gauged"} 90',
    'paycoupon_active_halts{merchant="gauged",cause="stock_paused"} 1',
    'paycoupon_waiting_inbox{source="events"} 1',
    'process_cpu_seconds_total',
  ]) {
    expect(text).toContain(line)
  }
  expect(text).not.toContain('cause="gone"')

  await db.deleteFrom('coupons').execute()
  await readLedgerGauges(db, services.clock)
  expect(await registry.metrics()).not.toContain('merchant="gauged",reason')
})
