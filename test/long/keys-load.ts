import { expect, vi } from 'vitest'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { award } from '../../src/grants/award.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Services } from '../../src/services.ts'
import { type Tap, visit } from '../support/members.ts'
import type { SandboxShop } from '../support/shop.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/waiting.ts'

const recovery = { timeout: 20_000, interval: 50 }

/** Members who tap, one after the other at each process, while workers send what is owed besides. */
type KeyLoad = AsyncDisposable & {
  /** Resolves once so many more members have come, of each kind. */
  more(members: number): Promise<void>
  /** The serial with which a number signs in each process. */
  serials(mchid: string): Promise<(string | undefined)[]>
  /** Another process takes the place of an earlier one, as a rolling restart does. */
  replace(index: number, services: Services): Promise<void>
  /** No more members come; every one of them got the coupon, once, and no halt was ever set. */
  expectNothingLost(): Promise<void>
}

type Process = { services: Services; site: Site; stop(): Promise<void> }

async function openProcess(services: Services): Promise<Process> {
  const site = await startSite(services)
  const loop = openDeliveryLoop(services)
  loop.start()
  const stop = async () => {
    await loop.stop()
    await site[Symbol.asyncDispose]()
  }
  return { services, site, stop }
}

export async function openKeyLoad(shop: SandboxShop, campaign: Campaign, others: Services[]): Promise<KeyLoad> {
  const processes = await Promise.all([shop.services, ...others].map(openProcess))
  const taps: Tap[] = []
  let [come, isOver, serial] = [0, false, 0]
  const rounds = processes.map(() => 0)
  const failures: unknown[] = []

  const newMember = () => shop.member(`${campaign.slug}-${serial++}`)
  async function members(index: number): Promise<void> {
    while (!isOver) {
      const { services, site } = processes[index]!
      const [tapping, owed] = [newMember(), newMember()]
      const visitor = await visit(site, shop.merchant, campaign, tapping)
      taps.push(await visitor.tap())
      const asked = {
        merchant: shop.merchant,
        campaign,
        openid: owed,
        triggerKey: `key/${owed}`,
        at: services.clock.now(),
      }
      expect((await award(services, { ...asked, coupons: campaign.coupons })).kind).toBe('granted')
      come += 1
      rounds[index]! += 1
    }
  }
  const crowd = processes.map((_, index) => members(index).catch((error: unknown) => void failures.push(error)))

  async function stop(): Promise<void> {
    isOver = true
    await Promise.all(crowd)
  }
  return {
    async more(count) {
      const goal = come + count
      await until(() => come >= goal || failures.length > 0)
      expect(failures).toEqual([])
    },
    serials: (mchid) =>
      Promise.all(
        processes.map(async ({ services }) => {
          const merchant = await services.catalog.merchant(shop.merchant.slug)
          return merchant?.accounts.find((account) => account.mchid === mchid)?.keys?.serialNo
        }),
      ),
    async replace(index, services) {
      const before = processes[index]!
      processes[index] = await openProcess(services)
      // Whoever is still at the old one is served to the end.
      const round = rounds[index]!
      await until(() => rounds[index]! > round || failures.length > 0)
      await before.stop()
    },
    async expectNothingLost() {
      await stop()
      expect(failures).toEqual([])
      const { db } = shop.services
      const owed = db.selectFrom('coupons as c').innerJoin('grants as g', 'g.id', 'c.grant_id')
      const states = async () =>
        (
          await owed
            .select(['c.state', 'c.reason', 'c.last_message'])
            .where('g.campaign_id', '=', campaign.id)
            .execute()
        ).map(({ state, reason, last_message }) => (state === 'sent' ? state : `${state} ${reason} ${last_message}`))
      await vi.waitFor(async () => expect(new Set(await states())).toEqual(new Set(['sent'])), recovery)
      const told = taps.filter(
        ({ httpStatus, status }) => httpStatus !== 200 || !['sent', 'pending'].includes(status ?? ''),
      )
      expect(told).toEqual([])
      expect(await states()).toHaveLength(2 * come)
      const openids = new Set(Array.from({ length: serial }, (_, turn) => shop.member(`${campaign.slug}-${turn}`)))
      const given = shop.sandbox.control.coupons().filter(({ openid }) => openids.has(openid))
      expect(given).toHaveLength(2 * come)
      expect(await db.selectFrom('halts').selectAll().execute()).toEqual([])
      expect(await prove(processes[0]!.services)).toMatchObject({ ok: true, failures: [] })
    },
    async [Symbol.asyncDispose]() {
      await stop()
      for (const one of processes) await one.stop()
    },
  }
}
