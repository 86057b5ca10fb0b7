import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import type { OwedCoupon } from '../../src/ledger/coupon.ts'
import type { Clock } from '../../src/plumbing/clock.ts'
import { doors } from '../../src/delivery/doors.ts'
import { liftHalt } from '../../src/delivery/halts.ts'
import type { SendResult } from '../../src/delivery/send-result.ts'
import { send } from '../../src/delivery/sender.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { CouponsTable, HaltsTable, SlotsTable } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { movableClock, type MovableClock } from '../support/clock.ts'
import { takeGrantBack } from '../support/grants.ts'
import { runOut } from '../support/leases.ts'
import type { TestServicesOptions } from '../support/services.ts'
import { openShop } from '../support/shop.ts'
import { type SendingWeChat, openSendingWeChat } from './send-script.ts'

/** A merchant with a stock and a campaign, our services, and a WeChat that answers as told. */
export type DeliveryRoom = AsyncDisposable & {
  services: Services
  clock: MovableClock
  wechat: SendingWeChat
  merchant: Merchant
  stock: Stock
  campaign: Campaign
  /** Another process on the same database and Redis; its machine's clock may differ. */
  anotherProcess(processName: string, itsClock?: Clock): Promise<Services & AsyncDisposable>
  /** Another merchant's sender is answered by this WeChat as well. */
  trust(merchant: Merchant): Promise<void>
  /** A member earns a coupon that the worker may send; returns the coupon's row id. */
  owe(openid?: string, campaign?: Campaign): Promise<string>
  lease(couponRow: string): Promise<OwedCoupon>
  /** A worker leases it and sends it. */
  send(couponRow: string): Promise<SendResult>
  /** A refund takes its grant back as far as it can. False: something of it was, or may have been, sent. */
  takeBack(couponRow: string): Promise<boolean>
  /** Its holder's lease runs out, as if its time were over. */
  runOut(couponRow: string): Promise<void>
  coupon(couponRow: string): Promise<Selectable<CouponsTable>>
  /** WeChat's number of it; undefined where WeChat never made it. */
  atWeChat(couponRow: string): Promise<string | undefined>
  slots(): Promise<Pick<Selectable<SlotsTable>, 'scope' | 'number'>[]>
  halts(): Promise<Selectable<HaltsTable>[]>
  /** An empty ledger, no halts, and a WeChat that remembers nothing and commits. */
  clear(): Promise<void>
}

export async function openDeliveryRoom(
  options: TestServicesOptions & { sendsPerSecond?: number } = {},
): Promise<DeliveryRoom> {
  const clock = movableClock()
  const wechat = await openSendingWeChat(clock)
  const { sendsPerSecond, ...rest } = options
  const at = { url: wechat.urls.payUrl, backupUrl: wechat.urls.payBackupUrl }
  const shop = await openShop({ clock, ...rest, wechat: at, merchant: { ...(sendsPerSecond && { sendsPerSecond }) } })
  const { services, stock } = shop
  async function trust({ id }: Pick<Merchant, 'id'>): Promise<void> {
    await services.db
      .updateTable('accounts')
      .set({ public_key_id: wechat.publicKeyId, public_key: wechat.publicKey })
      .where('merchant_id', '=', id)
      .where('role', '=', 'sender')
      .execute()
    services.catalog.forget()
  }
  await trust(shop.merchant)
  const merchant = (await services.catalog.merchant(shop.merchant.slug)) as Merchant
  const ownCampaign = await shop.campaign()

  async function lease(couponRow: string): Promise<OwedCoupon> {
    const leased = await services.ledger.leaseOne(couponRow)
    if (!leased) throw new Error('the coupon is not to be had')
    return leased
  }
  const coupon = (couponRow: string) =>
    services.db.selectFrom('coupons').selectAll().where('id', '=', couponRow).executeTakeFirstOrThrow()
  const halts = () => services.db.selectFrom('halts').selectAll().where('lifted_at', 'is', null).execute()

  return {
    services,
    clock,
    wechat,
    merchant,
    stock,
    campaign: ownCampaign,
    anotherProcess: (processName, itsClock = clock) => shop.anotherProcess(processName, { clock: itsClock }),
    async owe(openid = `openid-${randomUUID()}`, campaign = ownCampaign) {
      const at = clock.now()
      const triggerKey = `link/${openid}/${randomUUID()}`
      const awarded = await award(services, { merchant, campaign, openid, triggerKey, coupons: campaign.coupons, at })
      if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
      return awarded.coupons[0]!.id
    },
    lease,
    send: async (couponRow) => send(services, await lease(couponRow), doors.worker),
    async takeBack(couponRow) {
      const { grant_id: grantId } = await coupon(couponRow)
      return !(await takeGrantBack(services, { merchantId: merchant.id, grantId })).left
    },
    runOut: (couponRow) => runOut(services.db, couponRow),
    coupon,
    atWeChat: async (couponRow) => wechat.coupons.get((await coupon(couponRow)).out_request_no),
    slots: () =>
      services.db.selectFrom('slots').select(['scope', 'number']).orderBy('scope').orderBy('number').execute(),
    trust,
    halts,
    async clear() {
      for (const { id } of await halts()) await liftHalt(services, id, 'test')
      for (const table of [
        'attempts',
        'slots',
        'overshoots',
        'coupons',
        'grants',
        'halts',
        'suspicions',
        'operator_acts',
      ] as const)
        await services.db.deleteFrom(table).execute()
      wechat.calls.length = 0
      wechat.coupons.clear()
      wechat.next = []
      wechat.otherwise = 'commit'
      wechat.list = { created: () => clock.now() }
      wechat.listed = 0
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]()
      await wechat[Symbol.asyncDispose]()
    },
  }
}
